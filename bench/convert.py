"""Times `dslint convert` of prompts and completions, beside openai 0.28.1's prepare_data.

python bench/convert.py PATH [--prepare-data PYTHON]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.check import MB, Peak, lines_of, measure, memory, say

ROUNDS = 3
CONVERT = [sys.executable, "-m", "dslint", "convert"]
# its own command, called by the interpreter that has it
PREPARE = "from openai._openai_scripts import main; raise SystemExit(main())"
QUIETLY = ["tools", "fine_tunes.prepare_data", "-q", "-f"]

Command = Callable[[], list[str]]


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data.jsonl"
        with data.open("wb") as out:
            out.writelines(lines_of(options.path))
        size, records = measure([data])
        print(f"{size / MB:,.1f} MB, {records:,} records; whole processes, best of {ROUNDS}\n")
        took = row("dslint convert", converting(data), size)
        row("  without the lock", converting(data, "--no-lock"), size)
        peak = memory(converting(data)())
        told(peak)
        if options.prepare_data:
            theirs = row("prepare_data", preparing(options.prepare_data, data), size)
            worst = memory(preparing(options.prepare_data, data)())
            told(worst)
            say("ratio", f"dslint {theirs / took:.1f} times as fast,")
            say("", f"in {peak.together / worst.together:.2f} of the memory")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, metavar="PATH", help="prompts and completions, or .gz")
    parser.add_argument(
        "--prepare-data",
        metavar="PYTHON",
        help="an interpreter with openai==0.28.1 and pandas, to be timed in the same run",
    )
    return parser.parse_args()


def converting(data: Path, *options: str) -> Command:
    out = str(data.with_name("chat.jsonl"))
    return lambda: [*CONVERT, str(data), "--to", "chat", "-o", out, "--force", *options]


def preparing(python: str, data: Path) -> Command:
    def command() -> list[str]:
        for old in data.parent.glob("data_prepared*"):
            old.unlink()  # it never writes over what is there
        return [python, "-c", PREPARE, *QUIETLY, str(data)]

    return command


def row(name: str, command: Command, size: int) -> float:
    """Time a command, and return the seconds of the fastest of some runs."""
    seconds = min(timed(command()) for _ in range(ROUNDS))
    say(name, f"{seconds:6.2f} s  {size / MB / seconds:5.1f} MB/s")
    return seconds


def told(peak: Peak) -> None:
    say(
        "  peak memory", f"{peak.one / MB:,.0f} MB in one process, {peak.together / MB:,.0f} in all"
    )


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr.decode(errors="replace") or f"exit {done.returncode}: {command}")
    return seconds


if __name__ == "__main__":
    main()
