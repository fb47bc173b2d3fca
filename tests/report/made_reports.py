"""Reports made by hand: small ones that show each case, and any that strings can make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import StringIO

from hypothesis import strategies as st

from dslint.model import (
    FATES,
    LEVELS,
    Excerpt,
    Fate,
    FileSummary,
    Finding,
    Level,
    Report,
    Rule,
    Skipped,
    Source,
    Story,
)
from dslint.report import Options, render


def written(name: str, of: Report, options: Options | None = None) -> str:
    """Return the report `name` as a stream takes it."""
    out = StringIO()
    render(name, of, out, options or Options())
    return out.getvalue()


def rule(
    name: str,
    *,
    level: Level = "warn",
    title: str = "The data is not as it should be",
    summary: str = "Make it as it should be.",
    fate: Mapping[str, Fate] | None = None,
    link: str | None = None,
    path: str = "rules/chat/none.md",
    aliases: tuple[str, ...] = (),
) -> Rule:
    """Make a rule that has a page's words and nothing to find with."""
    return Rule(
        name=name,
        group="chat",
        title=title,
        summary=summary,
        over="message",
        message="…",
        level=level,
        source=Source("inferred", link),
        path=path,
        fate=fate or {},
        aliases=aliases,
    )


def finding(
    of: Rule,
    line: int | None,
    message: str,
    text: str = "",
    *,
    marked: str = "",
    column: int = 1,
    file: str = "train.jsonl",
    fate: Fate | None = None,
    pointer: str = "",
    fix: str | None = None,
    ignored: str | None = None,
) -> Finding:
    """Make a finding; the excerpt is `text`, with the last `marked` in it marked."""
    excerpt = None
    if text:
        start = text.rindex(marked)
        excerpt = Excerpt(text, start, start + len(marked))
    return Finding(
        rule=of.name,
        level=of.level,
        file=file,
        message=message,
        help=of.summary,
        line=line,
        column=column if line else None,
        end_column=column + max(1, len(marked)) if line else None,
        pointer=pointer,
        fate=fate,
        fix=fix,
        fingerprint=f"{of.name}-{line}",
        ignored=ignored,
        excerpt=excerpt,
    )


def story(of: Rule, found: Sequence[Finding], *, rows: int = 0, findings: int = 0) -> Story:
    """Tell `found` as one story, of `rows` and `findings` in all where it shows only some."""
    return Story(
        rule=of,
        level=found[0].level,
        fate=found[0].fate,
        file=found[0].file,
        rows=rows or len(found),
        findings=findings or len(found),
        shown=tuple(found),
    )


def report(
    stories: Sequence[Story],
    files: Sequence[FileSummary],
    *,
    target: str = "llamafactory",
    skipped: tuple[Skipped, ...] = (),
    stale: tuple[str, ...] = (),
    more: Sequence[Finding] = (),
    fail_on: Level = "error",
) -> Report:
    """Make a report of stories; `more` are findings that no story tells, such as ignored ones."""
    found = [each for told in stories for each in told.shown] + list(more)
    found.sort(key=lambda each: (each.file, each.line or 0, each.pointer, each.rule))
    order = {level: at for at, level in enumerate(reversed(LEVELS))}
    return Report(
        target=target,
        findings=tuple(found),
        stories=tuple(sorted(stories, key=lambda told: (order[told.level], -told.rows))),
        files=tuple(files),
        skipped=skipped,
        stale=stale,
        fail_on=fail_on,
    )


NO_ANSWER = rule(
    "no-assistant-message",
    level="error",
    title="No message is from the assistant",
    summary="Add the answer that the model should give, or drop the row.",
    fate={"any": "trains-on-nothing"},
)
LAST = rule(
    "last-message-not-assistant",
    title="The last message is not from the assistant",
    summary="End every training chat on the assistant turn that the model should learn, "
    "or leave the last turn out.",
    fate={"llamafactory": "drops-row", "fireworks": "refuses-file"},
    link="https://docs.example.com/fine-tuning#chat",
)
ARGUMENTS = rule(
    "arguments-do-not-fit-the-tool",
    title="A tool call's arguments do not fit the tool",
    summary="Write arguments that the tool's own parameters accept.",
    fate={"any": "alters"},
)
ZERO_WIDTH = rule(
    "zero-width-character",
    level="info",
    title="The text has a zero-width character",
    summary="Take it out, unless it is meant.",
)
FINAL = rule(
    "no-final-newline",
    level="info",
    title="The file does not end with a line break",
    summary="End the file with a line break.",
)
STOP = rule(
    "completion-ends-with-old-stop",
    title="Completions end with the old stop sequence",
    summary="Leave it out: chat models end their turns by themselves.",
)
ARRAY = rule(
    "json-array",
    level="error",
    title="The file is one JSON array, not JSONL",
    summary="Write one object a line: `jq -c '.[]' export.jsonl > train.jsonl`.",
    fate={"any": "refuses-file"},
)


def counselling() -> Report:
    """A chat file in Chinese with one of everything, as `--target llamafactory` sees it."""
    start = '{"messages": [{"role": "user", "content": "'
    reply = "我在听，慢慢说，今天发生了什么让你这么难受？"
    answer = f'"}}, {{"role": "assistant", "content": "{reply}"}}, {{"role": "'
    file = "counselling.jsonl"
    nothing = [
        finding(
            NO_ANSWER,
            line,
            "the chat has no message from `assistant`",
            start + said + '"}]}',
            marked='"messages"',
            column=2,
            file=file,
            fate="trains-on-nothing",
        )
        for line, said in ((212, "最近总是睡不着，也不知道为什么"), (4016, "在吗"), (5871, "谢谢"))
    ]
    last = [
        finding(
            LAST,
            line,
            "the last message is from `user`",
            start + first + answer + 'user", "content": "' + said + '"}]}',
            marked='"user"',
            column=column,
            file=file,
            fate="drops-row",
            fix="safe",
        )
        for line, column, first, said in (
            (38, 94, "我和他分手了", "好的，我明白了"),
            (4402, 101, "考试又没考好，爸妈很失望", "嗯"),
            (8977, 89, "睡不着", "那我再试试，如果还是不行就去看医生"),
        )
    ]
    tool = r'… "name": "book_table", "arguments": "{\"city\": \"Porto\", \"party_size\": 9}"}}]} …'
    calls = [
        finding(
            ARGUMENTS,
            41,
            '`party_size` is 9 (a number); the tool says: one of "1", "2", "3", "4"',
            tool,
            marked='\\"party_size\\": 9',
            column=1288,
            file=file,
            fate="alters",
        ),
        finding(
            ARGUMENTS,
            977,
            "`city` is missing",
            '… "name": "book_table", "arguments": "{}"}}]}, {"role": "tool", …',
            marked='"{}"',
            column=402,
            file=file,
            fate="alters",
        ),
    ]
    hidden = [
        finding(ZERO_WIDTH, line, "U+200B in the text", file=file, column=60)
        for line in (17, 306, 7010)
    ]
    end = [finding(FINAL, None, "the last line has no line break", file=file)]
    ignored = [replace(each, ignored="known, mended in the next export") for each in nothing[:1]]
    fates = {"train": 7642, "alters": 2, "drops-row": 1345, "trains-on-nothing": 11}
    return report(
        [
            story(NO_ANSWER, nothing, rows=11, findings=11),
            story(LAST, last, rows=1314, findings=1314),
            story(ARGUMENTS, calls, rows=2, findings=3),
            story(ZERO_WIDTH, hidden, rows=5, findings=5),
            story(FINAL, end),
        ],
        [FileSummary(file, "chat", 9000, 18_204_113, fates)],
        more=ignored,
    )


def several() -> Report:
    """Three files: one refused, one with a folded finding, one clean; and one not read."""
    refused = [
        finding(
            ARRAY, None, "one JSON array over 2,161 lines", file="export.jsonl", fate="refuses-file"
        )
    ]
    examples = tuple(
        finding(STOP, line, "ends with `<|endoftext|>`", file="old/self-instruct.jsonl", column=80)
        for line in (1, 27_590, 55_185)
    )
    folded = replace(
        finding(
            STOP, None, "every completion ends with `<|endoftext|>`", file="old/self-instruct.jsonl"
        ),
        rows=55_185,
        examples=examples,
    )
    return report(
        [story(ARRAY, refused), story(STOP, [folded], rows=55_185, findings=1)],
        [
            FileSummary("export.jsonl", "chat", 240, 512_000, {"refuses-file": 240}),
            FileSummary(
                "old/self-instruct.jsonl", "completion", 55_185, 31_000_000, {"train": 55_185}
            ),
            FileSummary("validation.jsonl", "chat", 1, 812, {"train": 1}),
        ],
        target="azure",
        skipped=(Skipped("notes.parquet", "parquet is not read here"),),
        stale=("last-message-not-assistant train.jsonl:9 (known)",),
    )


def sound() -> Report:
    """Two files in which there is nothing to mend."""
    return report(
        [],
        [
            FileSummary("train.jsonl", "chat", 5163, 4_100_000, {"train": 5163}),
            FileSummary("validation.jsonl", "chat", 300, 240_000, {"train": 300}),
        ],
        target="azure",
    )


NASTY = st.lists(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\x00\x07\r\n\t\u202e\u2066\u200b\u2028\ufeff\ud800\ufffe"),
        st.sampled_from("`|<>&@#%,:;[]()!*_~'\"\\"),
        st.sampled_from(
            (
                *(
                    "[a](http://a.example)",
                    "![](//b)",
                    "<b>",
                    "<!--",
                    "**b**",
                    "~~s~~",
                    "```",
                    "1. ",
                ),
                *("@someone", "#12", "GH-7", "http://a.example", "www.a.example", "\n# h", "\n> q"),
                *("::error::x", "##[group]", "%0A", "&lt;", "]]>", "</pre>", "{0}", "- ", "    "),
            )
        ),
    ),
    max_size=8,
).map("".join)
"""Strings of the kind that get out of where they were put."""


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Reports with any strings where the data, the user or a rule page can put one."""
    rules = draw(
        st.lists(
            st.sampled_from((NO_ANSWER, LAST, ZERO_WIDTH, STOP)),
            max_size=3,
            unique_by=lambda each: each.name,
        )
    )
    files = draw(st.lists(NASTY, min_size=1, max_size=2, unique=True))
    stories = []
    for each in rules:
        text = draw(NASTY)
        start = draw(st.integers(0, len(text)))
        line = draw(st.none() | st.integers(1, 10**6))
        found = Finding(
            rule=each.name,
            level=each.level,
            file=draw(st.sampled_from(files)),
            message=draw(NASTY),
            help=draw(NASTY),
            line=line,
            column=draw(st.integers(1, 10**6)) if line else None,
            pointer="/" + draw(NASTY),
            fate=draw(st.none() | st.sampled_from(FATES)),
            fix=draw(st.none() | NASTY),
            fingerprint=draw(NASTY),
            ignored=None,
            excerpt=draw(
                st.none() | st.just(Excerpt(text, start, draw(st.integers(start, len(text)))))
            ),
        )
        titled = replace(each, title=draw(NASTY), summary=draw(NASTY))
        told = [found, replace(found, message=draw(NASTY))] if draw(st.booleans()) else [found]
        stories.append(story(titled, told, rows=draw(st.integers(1, 10**7))))
    fates = draw(st.dictionaries(st.sampled_from(("train", *FATES)), st.integers(0, 10**7)))
    return report(
        stories,
        [
            FileSummary(path, draw(NASTY), sum(fates.values()), draw(st.integers(0, 10**13)), fates)
            for path in files
        ],
        target=draw(NASTY),
        skipped=tuple(draw(st.lists(st.builds(Skipped, NASTY, NASTY), max_size=1))),
        stale=tuple(draw(st.lists(NASTY, max_size=5))),
        more=[replace(each.shown[0], ignored=draw(NASTY) or "x") for each in stories[:1]],
    )


def counts(of: Report) -> Counter[str]:
    """Count the findings of a report that are not ignored, by rule."""
    return Counter(each.rule for each in of.findings if not each.ignored)


def everywhere() -> tuple[list[Report], dict[str, list[str]]]:
    """One file at six targets, and what else is known of these."""

    def at(target: str, told: list[Story], **fates: int) -> Report:
        counted = {key.replace("_", "-"): rows for key, rows in fates.items()}
        files = [FileSummary("counselling.jsonl", "chat", 9000, 18_204_113, counted)]
        return report(told, files, target=target)

    def told(of: Rule, message: str, line: int, rows: int, fate: Fate | None) -> Story:
        found = finding(of, line, message, file="counselling.jsonl", fate=fate)
        return story(of, [found], rows=rows, findings=rows)

    alternate = rule("roles-do-not-alternate", title="Roles do not alternate")
    nothing = told(NO_ANSWER, "no message from `assistant`", 212, 11, "trains-on-nothing")
    last = told(LAST, "the last message is from `user`", 38, 1314, None)
    reports = [
        at("openai", [nothing, last], train=8989, trains_on_nothing=11),
        at("azure", [nothing, last], train=8989, trains_on_nothing=11),
        at(
            "together",
            [nothing, told(alternate, "roles must alternate", 1033, 54, "refuses-file")],
            train=0,
            refuses_file=9000,
        ),
        at(
            "fireworks",
            [nothing, replace(last, fate="refuses-file")],
            train=0,
            refuses_file=9000,
        ),
        at(
            "llamafactory",
            [nothing, replace(last, fate="drops-row")],
            train=7675,
            drops_row=1314,
            trains_on_nothing=11,
        ),
        at("trl", [], train=9000),
    ]
    notes = {
        "openai": ["closes to new jobs on 2027-01-06"],
        "azure": ["its guide asks for a byte-order mark"],
        "trl": ["with a template that has {% generation %}"],
    }
    return reports, notes
