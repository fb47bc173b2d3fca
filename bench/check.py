"""Times `dslint check` as a whole process, against a script that only reads, parses and counts.

python bench/check.py PATH… [--megabytes 100] [--growth] [-- ARGUMENTS OF dslint check]
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson

MB = 1_000_000
ROUNDS = 3
TEXTS = ("content", "prompt", "completion", "text", "value")
FLOOR = """
import gzip, sys
import orjson
opened = lambda path: gzip.open(path) if path.endswith(".gz") else open(path, "rb")
records = 0
for path in sys.argv[1:]:
    with opened(path) as lines:
        for line in lines:
            orjson.loads(line)
            records += 1
print(records)
"""
# an installed package has its bytecode, whatever this shell says of writing it
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
CLEAN = Path(__file__).parent.parent / "examples" / "clean.jsonl"


class Peak(NamedTuple):
    """The most memory seen at any moment, in bytes: of one process, and of all together."""

    one: int
    together: int


def main() -> None:
    options, arguments = parse()
    with tempfile.TemporaryDirectory() as folder:
        paths: list[Path] = options.paths
        if options.megabytes:
            paths = [multiply(options.paths, options.megabytes * MB, Path(folder) / "data.jsonl")]
        size, records = measure(paths)
        floor, check = [sys.executable, "-c", FLOOR], dslint(*arguments)
        print(f"{size / MB:,.1f} MB, {records:,} records; whole processes, best of {ROUNDS}\n")
        base = row("read, parse, count", best([*floor, *map(str, paths)]), size, records)
        took = row("dslint check", best([*check, *map(str, paths)]), size, records)
        say("ratio", f"{took / base:.1f} times the floor")
        peak = memory([*check, *map(str, paths)])
        say("peak memory", f"{peak.one / MB:,.0f} MB in one process")
        say("", f"{peak.together / MB:,.0f} MB in all together")
        if options.growth:
            twice = multiply(paths, 2 * size, Path(folder) / "twice.jsonl")
            more = memory([*check, str(twice)])
            added = measure([twice])[1] - records
            say(
                "growth", f"{(more.one - peak.one) / added:,.0f} bytes a record (at twice the size)"
            )
        single = Path(folder) / "one.jsonl"
        single.write_bytes(CLEAN.read_bytes().splitlines(keepends=True)[0])
        say("one record", f"{best([*check, str(single)]):.2f} s")


def parse() -> tuple[argparse.Namespace, list[str]]:
    """Return the options, and what follows `--`, which is handed to `dslint check`."""
    cut = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="JSONL, plain or .gz")
    parser.add_argument(
        "--megabytes",
        type=int,
        help="first build a file of this size out of the records, with a counter in each text",
    )
    parser.add_argument(
        "--growth",
        action="store_true",
        help="check twice as much too: the memory that a record adds",
    )
    return parser.parse_args(sys.argv[1:cut]), sys.argv[cut + 1 :]


def dslint(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dslint", "check", *arguments]


def row(name: str, seconds: float, size: int, records: int) -> float:
    speed = f"{size / MB / seconds:6.1f} MB/s  {records / seconds:9,.0f} records/s"
    say(name, f"{seconds:.2f} s  {speed}")
    return seconds


def say(name: str, what: str) -> None:
    print(f"{name:<20} {what}")


def best(command: list[str]) -> float:
    """Return the seconds of the fastest of some runs; a run that fails ends the benchmark."""
    return min(timed(command) for _ in range(ROUNDS))


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT
    )
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode(errors="replace") or f"exit {done.returncode}: {command}")
    return seconds


def memory(command: list[str]) -> Peak:
    """Run once more, and sample the memory of the process and all that it started (Linux only)."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
    )
    one = together = 0
    while process.poll() is None:
        time.sleep(0.02)
        family = list(descendants(process.pid))
        one = max(one, *(kilobytes(pid, "status", "VmHWM:") for pid in family))
        together = max(together, sum(kilobytes(pid, "smaps_rollup", "Pss:") for pid in family))
    return Peak(one * 1024, together * 1024)


def descendants(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from descendants(int(child))


def kilobytes(pid: int, file: str, field: str) -> int:
    """Read a field of /proc; 0 where the process is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1])
    return 0


def lines_of(path: Path) -> Iterator[bytes]:
    if path.suffix == ".gz":
        with gzip.open(path) as lines:
            yield from lines
    else:
        with path.open("rb") as lines:
            yield from lines


def measure(paths: list[Path]) -> tuple[int, int]:
    """Return the bytes and the lines of the files, decompressed."""
    lengths = [len(line) for path in paths for line in lines_of(path)]
    return sum(lengths), len(lengths)


def multiply(paths: list[Path], size: int, made: Path) -> Path:
    """Repeat the records of the files until there are `size` bytes, with a counter in each text.

    Without it, every cache of a text or a record would make the second copy free.
    """
    records = [orjson.loads(line) for path in paths for line in lines_of(path)]
    written = 0
    with made.open("wb") as out:
        for count, record in enumerate(itertools.cycle(records)):
            written += out.write(orjson.dumps(counted(record, f" {count}")) + b"\n")
            if written >= size:
                break
    return made


def counted(value: Any, mark: str) -> Any:
    match value:
        case dict():
            return {
                key: inner + mark if key in TEXTS and is_prose(inner) else counted(inner, mark)
                for key, inner in value.items()
            }
        case list():
            return [counted(inner, mark) for inner in value]
    return value


def is_prose(value: Any) -> bool:
    """Say whether a counter may follow: an empty text stays empty, and JSON stays JSON."""
    return isinstance(value, str) and value != "" and value[0] not in "{["


if __name__ == "__main__":
    main()
