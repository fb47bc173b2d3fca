"""Times `dslint dedupe` as a whole process: exact beside a script that only reads and parses, near
beside datasketch's MinHashLSH.

python bench/dedupe.py PATH… [--records 1000000] [--sample 5000]
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.check import FLOOR, MB, lines_of, measure, memory, say, timed

COPIES, NEAR = 0.02, 0.02
"""The share of rows that are copies of the original, and that differ from it in one word."""

WORD = re.compile(r"[^\W\d_]+")
DATASKETCH = """
import re, sys
import orjson
from datasketch import MinHash, MinHashLSH
word = re.compile(r"[\\u0e00-\\u0eff\\u3040-\\u30ff\\u3400-\\u9fff]|\\w+")
index, kept, near, records = MinHashLSH(threshold=0.8, num_perm=128), {}, 0, 0
with open(sys.argv[1], "rb") as lines:
    for line in lines:
        messages = orjson.loads(line)["messages"]
        text = "\\n".join(each["content"] for each in messages if each["role"] != "system")
        words = word.findall(text.lower())
        length = 5 if words and ord(words[0][0]) > 0x2fff else 3
        ends = range(length, max(length, len(words)) + 1)
        shingles = {" ".join(words[end - length : end]) for end in ends}
        found = MinHash(num_perm=128)
        found.update_batch([each.encode() for each in shingles])
        if any(found.jaccard(kept[each]) >= 0.8 for each in index.query(found)):
            near += 1
        else:
            index.insert(records, found)
            kept[records] = found
        records += 1
print(records, near)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="chats, plain or .gz")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--sample", type=int, default=5_000, help="records for datasketch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data, half, sample = (Path(folder) / name for name in ("data.jsonl", "half", "sample"))
        write(options.paths, options.records, data)
        head(data, options.records // 2, half)
        spread(data, options.records, options.sample, sample)
        size, records = measure([data])
        print(f"{size / MB:,.0f} MB, {records:,} records; whole processes, one run each\n")
        row("read, parse, count", timed([sys.executable, "-c", FLOOR, str(data)]), size, records)
        exact = timed(dslint(data, folder))
        row("dedupe", exact, size, records)
        near = timed(dslint(data, folder, "--near"))
        row("dedupe --near", near, size, records)
        alone = spent([*dslint(data, folder, "--near"), "--jobs", "1"]) / records
        few = measure([sample])[1]
        slow = timed([sys.executable, "-c", DATASKETCH, str(sample)])
        say("datasketch", f"{slow:.1f} s for {few:,} of them: {few / slow:,.0f} records/s")
        say("ratio", f"{(records / near) / (few / slow):.1f} times datasketch")
        other = spent([sys.executable, "-c", DATASKETCH, str(sample)]) / few
        say(
            "CPU",
            f"{alone * 1e6:.0f} µs a record in one process, {other * 1e6:.0f} of datasketch: "
            f"{other / alone:.1f} times",
        )
        for name, arguments in (("dedupe", ()), ("dedupe --near", ("--near",))):
            peak = memory(dslint(data, folder, *arguments))
            less = memory(dslint(half, folder, *arguments))
            grown = (peak.one - less.one) / (records - records // 2)
            say(
                "memory",
                f"{name}: {peak.one / MB:,.0f} MB in one process, {grown:,.0f} bytes a row",
            )


def row(name: str, seconds: float, size: int, records: int) -> None:
    speed = f"{size / MB / seconds:6.1f} MB/s  {records / seconds:9,.0f} records/s"
    say(name, f"{seconds:.2f} s  {speed}")


def spent(command: list[str]) -> float:
    """Run once more, and return the seconds of processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    timed(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def dslint(data: Path, folder: str, *arguments: str) -> list[str]:
    out = str(Path(folder) / "out.jsonl")
    command = [sys.executable, "-m", "dslint", "dedupe", str(data), "-o", out]
    return [*command, "--force", "--no-lock", *arguments]


def write(paths: list[Path], records: int, made: Path) -> None:
    """Repeat records, each time with other words in the place of many, so that a repeated row is no
    copy; but for the share of rows that shall be copies, or nearly.
    """
    rows = [orjson.loads(line) for path in paths for line in lines_of(path)]
    chance = random.Random(1)
    with made.open("wb") as out:
        for count in range(records):
            data, round = rows[count % len(rows)], count // len(rows)
            if round:
                lot = chance.random()
                if lot < COPIES + NEAR:
                    data = edited(data, f" {count}" if lot > COPIES else "", 0)
                else:
                    data = edited(data, "", round)
            out.write(orjson.dumps(data) + b"\n")


def edited(data: dict[str, Any], mark: str, round: int) -> dict[str, Any]:
    """Return a chat with `mark` after its last text, or with every third word changed."""
    messages = []
    for message in data["messages"]:
        text = message["content"]
        if round and message["role"] != "system":
            text = changed(text, round)
        messages.append({**message, "content": text})
    messages[-1]["content"] += mark
    return {**data, "messages": messages}


def changed(text: str, round: int) -> str:
    """Change every third word, or character where a script has no spaces."""
    if text and ord(text[0]) > 0x2FFF:
        return "".join(
            chr(0x4E00 + (ord(each) * 31 + round * 7) % 20_000) if at % 3 == 0 else each
            for at, each in enumerate(text)
        )
    parts = WORD.split(text), WORD.findall(text)
    words = [f"{each}{round}" if at % 3 == 0 else each for at, each in enumerate(parts[1])]
    return parts[0][0] + "".join(word + gap for word, gap in zip(words, parts[0][1:], strict=True))


def head(data: Path, records: int, made: Path) -> None:
    with data.open("rb") as lines, made.open("wb") as out:
        out.writelines(islice(lines, records))


def spread(data: Path, records: int, sample: int, made: Path) -> None:
    """Write every so-manieth record, so that the sample is as mixed as the whole."""
    with data.open("rb") as lines, made.open("wb") as out:
        out.writelines(islice(lines, 0, None, max(1, records // sample)))


if __name__ == "__main__":
    main()
