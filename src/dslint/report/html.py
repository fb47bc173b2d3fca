"""The report as a page of its own: one file, no script, nothing fetched, light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from dslint.model import FATE_LEVEL, FileSummary, Finding, Report, Story
from dslint.report import words
from dslint.report.screen import Look, Options, safe

_STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --soft: #656d76; --page: #ffffff; --box: #f6f8fa;
  --line: #d8dee4; --error: #c62828; --warn: #9a6700; --info: #656d76; --ok: #1a7f37;
  --mark: #ffe08a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #8d96a0; --page: #0d1117;
  --box: #161b22; --line: #30363d; --error: #ff7b72; --warn: #d29922; --info: #8d96a0;
  --ok: #3fb950; --mark: #6b4f00; } }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--page);
  color: var(--text); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 2.25rem 0 .5rem; }
p { margin: .35rem 0; } .soft { color: var(--soft); font-weight: normal; }
code, pre { font: .86rem/1.5 ui-monospace, monospace; }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .6rem 0;
  padding: .55rem .9rem; }
summary { cursor: pointer; } summary b { margin: 0 .6rem 0 .2rem;
  font-family: ui-monospace, monospace; }
pre { background: var(--box); border-radius: .4rem; margin: .15rem 0 .6rem; padding: .5rem .7rem;
  white-space: pre-wrap; }
mark { background: var(--mark); color: inherit; border-radius: .2rem; padding: .1rem 0; }
.error { color: var(--error); } .warn { color: var(--warn); } .info { color: var(--info); }
.ok { color: var(--ok); }
table { border-collapse: collapse; width: 100%; } td { padding: .15rem .9rem .15rem 0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } td.bar { width: 60%; }
.bar div { border-radius: .2rem; height: .8rem; background: currentColor; min-width: 2px; }
"""

_SIGNS = {"error": "✗", "warn": "!", "info": "·"}


def lines(report: Report, options: Options, look: Look) -> Iterator[str]:
    """Yield the page."""
    style = "error" if report.fails() else words.worst(report.stories) or "ok"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield f"<title>dslint for {_text(report.target)}</title>\n<style>{_STYLE}</style>"
    yield "</head>\n<body>"
    yield f'<h1>dslint <span class="soft">for {_text(report.target)}</span></h1>'
    yield f'<p class="{style}">{_text(words.verdict(report, "·"))}</p>'
    yield from _becomes(report)
    for path, file, stories in words.sections(report):
        yield f"<h2>{_text(path)} {_about(file)}</h2>"
        for story in stories:
            yield from _story(story, report.target, options)
    for file in words.clean(report):
        yield f'<h2>{_text(file.path)} {_about(file)}</h2>\n<p class="ok">✓ nothing found</p>'
    left = [(each.what, each.why) for each in report.skipped]
    left += [(entry, "is ignored, and nothing matches any more") for entry in report.stale]
    if left:
        yield "<h2>Left over</h2>"
        yield from (f"<p><code>{_text(what)}</code> {_text(why)}</p>" for what, why in left)
    command = words.command(report)
    if command:
        yield f"<h2>Why, and what to do</h2>\n<pre>{_text(command)}</pre>"
    yield "</body>\n</html>"


def _text(text: str) -> str:
    return escape(safe(text))


def _about(file: FileSummary | None) -> str:
    return f'<span class="soft">{_text(words.about(file, "·"))}</span>' if file else ""


def _becomes(report: Report) -> Iterator[str]:
    counts = words.fates(report)
    total = sum(rows for _, rows in counts)
    if not total:
        return
    yield f"<h2>What becomes of your {words.many(total, 'row')}</h2>\n<table>"
    for fate, rows in counts:
        style = "ok" if fate == "train" else FATE_LEVEL[fate]
        width = f"{100 * rows / total:.2f}%"
        yield (
            f'<tr><td>{words.BECOMES[fate]}</td><td class="number">{rows:,}</td>'
            f'<td class="number">{_text(words.share(rows, total))}</td>'
            f'<td class="bar {style}"><div style="width: {width}"></div></td></tr>'
        )
    yield "</table>"


def _story(story: Story, target: str, options: Options) -> Iterator[str]:
    level, consequence = story.level, words.consequence(story, target)
    yield f"<details{'' if level == 'info' else ' open'}>"
    yield (
        f'<summary><span class="{level}">{_SIGNS.get(level, "")}</span>'
        f"<b>{_text(story.rule.name)}</b>{words.extent(story)} "
        f'<span class="{level}">{_text(consequence)}</span></summary>'
    )
    yield f"<p>{_text(words.advice(story))}</p>"
    shown = words.examples(story, options.max_per_rule)
    for found in shown:
        place, message = _text(words.place(found)), _text(found.message)
        yield f'<p><code>{place}</code> <span class="soft">{message}</span></p>'
        yield from _excerpt(found)
    rest = words.unseen(story, len(shown))
    if rest:
        yield f'<p class="soft">… {rest:,} more</p>'
    yield "</details>"


def _excerpt(found: Finding) -> Iterator[str]:
    if found.excerpt:
        text, start, end = found.excerpt.text, found.excerpt.start, found.excerpt.end
        before, marked, after = _text(text[:start]), _text(text[start:end]), _text(text[end:])
        yield f"<pre>{before}<mark>{marked}</mark>{after}</pre>"
