"""Times `dslint count` as a whole process, against OpenAI's cookbook's way and a bare floor.

python bench/tokens.py PATH… [--megabytes 100]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.check import MB, measure, multiply, say

ROUNDS = 3
RANKS = """
import sys
from dslint.facts.tokens.vocabulary import definition, parsed, unpacked
found = definition("o200k_base")
"""
COOKBOOK = (
    RANKS
    + """
import json, tiktoken
found["mergeable_ranks"] = parsed(found["mergeable_ranks"])
encoding = tiktoken.Encoding(**found)
tokens = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            tokens += 3
            for message in json.loads(line)["messages"]:
                tokens += 3
                for key, value in message.items():
                    tokens += len(encoding.encode(value, disallowed_special=()))
                    if key == "name":
                        tokens += 1
print(tokens)
"""
)
FLOOR = (
    RANKS
    + """
import orjson
from gigatoken import Tokenizer
with unpacked(found["mergeable_ranks"]) as path:
    tokenizer = Tokenizer.from_tiktoken(path, pretokenizer="o200k", special_tokens={})
encode, tokens = tokenizer.backend.encode, 0
for path in sys.argv[1:]:
    with open(path, "rb") as lines:
        for line in lines:
            tokens += 3
            for message in orjson.loads(line)["messages"]:
                tokens += 3
                for value in message.values():
                    tokens += encode(value.encode()).size
print(tokens)
"""
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="chats, plain or .gz")
    parser.add_argument("--megabytes", type=int, default=100, help="the size of what is counted")
    options = parser.parse_args()
    count = [sys.executable, "-m", "dslint", "count", "--json"]
    ways = {
        "cookbook's way": [sys.executable, "-c", COOKBOOK],
        "dslint, tiktoken": [*count, "--no-fast"],
        "dslint, gigatoken": count,
        "floor: orjson, gigatoken": [sys.executable, "-c", FLOOR],
    }
    with tempfile.TemporaryDirectory() as folder:
        data = multiply(options.paths, options.megabytes * MB, Path(folder) / "data.jsonl")
        size, records = measure([data])
        print(f"{size / MB:,.1f} MB, {records:,} records; whole processes, best of {ROUNDS}\n")
        took: dict[str, tuple[float, int]] = {}
        for _ in range(ROUNDS):  # round by round, for the machine's speed changes by the minute
            for name, command in ways.items():
                found = timed([*command, str(data)])
                took[name] = min(found, took.get(name, found))
    slowest = took["cookbook's way"][0]
    for name, (seconds, tokens) in took.items():
        say(
            name, f"{seconds:6.2f} s  {slowest / seconds:4.1f} times the cookbook's way  {tokens:,}"
        )
    if len({tokens for _, tokens in took.values()}) > 1:
        sys.exit("the counts differ")


def timed(command: list[str]) -> tuple[float, int]:
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr)
    found = json.loads(done.stdout)
    return seconds, found if isinstance(found, int) else found["total"]["tokens"]


if __name__ == "__main__":
    main()
