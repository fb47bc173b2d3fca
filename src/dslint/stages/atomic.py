"""Writing files whole: a kill at any moment leaves the old file or the new one."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from dslint.errors import InputError


def replace(path: Path, data: bytes) -> None:
    """Write `data` to `path`, which may exist; its permissions stay, and a link stays a link."""
    path = Path(os.path.realpath(path))
    beside = _beside(path, data)
    try:
        with suppress(FileNotFoundError):
            os.chmod(beside, path.stat().st_mode & 0o7777)
        os.replace(beside, path)
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror or error}") from None
    finally:
        beside.unlink(missing_ok=True)
    _settle(path.parent)


def create(path: Path, data: bytes) -> bool:
    """Write `data` to `path` if there is no such file; say whether there was none."""
    beside = _beside(path, data)
    try:
        os.link(beside, path)  # unlike a rename, it never replaces
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if os.path.lexists(path):
            return False
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    _settle(path.parent)
    return True


def _beside(path: Path, data: bytes) -> Path:
    """Write `data` to a new file in the folder of `path`, down to the disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(number)
        os.chmod(name, 0o666 & ~_umask())  # mkstemp makes files that only their owner may read
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror or error}") from None
    return Path(name)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _settle(folder: Path) -> None:
    """Bring the renaming itself to the disk, where the system lets a folder be synced."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
