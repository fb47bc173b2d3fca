"""Writing files whole: a kill at any moment leaves the old file or the new one."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from dslint.errors import InputError


class Draft:
    """A file that is written bit by bit, beside the one that it will be: only `keep` puts it there.

    Leaving the `with` block without `keep` leaves nothing. Raises InputError, which names `path`,
    where it can't be written.
    """

    __slots__ = ("_file", "_name", "path")

    def __init__(self, path: Path, *, follow: bool = True) -> None:
        self.path = Path(os.path.realpath(path)) if follow else path
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(
                prefix=f".{self.path.name}.", suffix=".tmp", dir=self.path.parent
            )
        except OSError as error:
            raise _unwritable(self.path, error) from None
        self._file, self._name = os.fdopen(number, "wb"), Path(name)

    def write(self, data: bytes) -> None:
        try:
            self._file.write(data)
        except OSError as error:
            raise _unwritable(self.path, error) from None

    def keep(self) -> None:
        """Bring the file to the disk and to its place; owner, permissions and links stay."""
        name = self.finished()
        try:
            with suppress(FileNotFoundError):
                _resemble(name, self.path.stat())
            os.replace(name, self.path)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        _settle(self.path.parent)

    def finished(self) -> Path:
        """Bring what was written to the disk, under the name that it has until it is kept."""
        if self._file.closed:
            return self._name
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.chmod(self._name, 0o666 & ~_umask())  # mkstemp's files only their owner may read
        except OSError as error:
            raise _unwritable(self.path, error) from None
        return self._name

    def __enter__(self) -> Draft:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # what is still to be written may not fit on the disk
            self._file.close()
        self._name.unlink(missing_ok=True)


def _resemble(name: Path, old: os.stat_result) -> None:
    """Give a new file the owner and the permissions of the one that it replaces."""
    new = name.stat()
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid) and hasattr(os, "chown"):
        with suppress(PermissionError):  # only root gives files away
            os.chown(name, old.st_uid, old.st_gid)
    os.chmod(name, old.st_mode & 0o7777)


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} can't be written: {error.strerror or error}")


def replace(path: Path, data: bytes) -> None:
    """Write `data` to `path`, which may exist; its permissions stay, and a link stays a link."""
    with Draft(path) as draft:
        draft.write(data)
        draft.keep()


def create(path: Path, data: bytes) -> bool:
    """Write `data` to `path` if there is no such file; say whether there was none."""
    with Draft(path, follow=False) as draft:
        draft.write(data)
        beside = draft.finished()
        try:
            os.link(beside, path)  # unlike a rename, it never replaces
        except FileExistsError:
            return False
        except OSError:  # a file system without links
            if os.path.lexists(path):
                return False
            os.replace(beside, path)
    _settle(path.parent)
    return True


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
