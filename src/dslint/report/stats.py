"""What `dslint stats` found, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from dslint.facts.counts import Lengths, Spread
from dslint.facts.drift import Drift
from dslint.facts.labels import near
from dslint.facts.portrait import Portrait
from dslint.report.screen import Look, clip, wrap
from dslint.report.words import many, share, size
from dslint.stages.stats import Side, Stats

SHOWN = 5
"""Lines of a kind that people are shown."""

LABELS = 12

_MARGIN = 17
_ORDER = ("system", "developer", "user", "prompt", "assistant", "completion", "tool")
_KEPT = "\u00a0"
"""A space at which no line ends, until lines are made."""

_SPARKS = " ▁▂▃▄▅▆▇█"
_BARS = 20

Lines = Iterator[str]


def lines(found: Stats, look: Look) -> Lines:
    """Yield a paragraph a side, and how far the others are from the first."""
    dot = f" {look.marks.dot} "
    for number, side in enumerate(found.sides):
        if number:
            yield ""
        yield from _heading(found.name, side, look, dot)
        if side.records:
            yield from _side(side, look, dot)
    for name, apart in found.drifts.items():
        yield ""
        yield from _drifts(name, _name(found.sides[0]), apart, look)
        other = next(side for side in found.sides[1:] if side.name == name)
        yield from _one_sided(found.sides[0], other, look)
    for skipped in found.skipped:
        yield look.paint(look.safe(f"{skipped.what} is not looked at: {skipped.why}"), "warn")


def _name(side: Side) -> str:
    return side.name or (side.files[0].path if len(side.files) == 1 else "the files above")


def _heading(dataset: str, side: Side, look: Look, dot: str) -> Lines:
    names = [dataset, side.name]
    if len(side.files) == 1 and side.files[0].path != side.name:
        names.append(side.files[0].path)
    title = f" {look.marks.dot} ".join(filter(None, names)) or many(len(side.files), "file")
    kinds = [name for name, _ in side.portrait.formats.top(3)]
    about = [", ".join(kinds), many(side.records, "row"), size(side.bytes)]
    told = look.paint(dot.join(filter(None, about)), "dim")
    yield look.paint(look.safe(title), "rule") + "  " + told
    if len(side.files) > 1:
        most = max(cell_len(look.safe(each.path)) for each in side.files[:10])
        for each in side.files[:10]:
            path = look.safe(each.path)
            pad = " " * (most - cell_len(path))
            yield f"  {path}{pad}  {each.records:>9,}  {size(each.bytes):>9}  {each.format}"
        if len(side.files) > 10:
            yield f"  {look.marks.rest} {len(side.files) - 10:,} more"
    if side.malformed:
        text = f"{many(side.malformed, 'line')} no JSON object: left out of all below"
        yield look.paint(f"  {text.replace(' no JSON', ' are no JSON', 1)}", "warn")
    if side.portrait.unread:
        text = f"{many(side.portrait.unread, 'row')} of formats that are not looked into"
        yield look.paint(f"  {text}", "warn")


def _side(side: Side, look: Look, dot: str) -> Lines:
    of = side.portrait
    yield ""
    yield from _roles(of, look, dot)
    yield from _lengths(of, look)
    yield from _prompts(side, look)
    yield from _tools(side, look, dot)
    yield from _answers(side, look)
    yield from _pairs(of, look, dot)
    yield from _languages(side, look, dot)


def _roles(of: Portrait, look: Look, dot: str) -> Lines:
    roles = []
    for role in _cast(of):
        messages = of.messages.times[role]
        rows = of.rows.times.get(role, 0)
        some = f" (in {share(rows, of.records)} of the rows)" if rows < of.records else ""
        roles.append(f"{role} {messages:,}{some}")
    yield from _told("messages", look.safe(dot.join(roles)), look)
    if spread := of.turns.spread():
        said = f"{spread.min:,} in every row" if spread.min == spread.max else _spread(spread, dot)
        yield from _told("turns", said, look)


def _cast(of: Portrait) -> list[str]:
    """Return the roles in the order in which they speak, others after them."""
    known = [role for role in _ORDER if role in of.messages.times]
    return [*known, *(role for role, _ in of.messages.top(8) if role not in _ORDER)]


def _spread(of: Spread, dot: str) -> str:
    return dot.join(
        (
            f"min {of.min:,}",
            f"median {of.median:,}",
            f"mean {of.mean:,.1f}",
            f"p95 {of.p95:,}",
            f"max {of.max:,}",
        )
    )


def _lengths(of: Portrait, look: Look) -> Lines:
    roles = [role for role in _cast(of) if role in of.lengths]
    if not roles:
        return
    yield ""
    heads = ("min", "median", "mean", "p95", "max")
    head = f"  {'characters':<{_MARGIN - 2}}" + "".join(f"{name:>8}" for name in heads)
    yield look.paint(head, "dim")
    for role in roles:
        if not (spread := of.lengths[role].spread()):
            continue
        numbers = (spread.min, spread.median, spread.mean, spread.p95, spread.max)
        drawn = ""
        if look.utf and look.width >= 78 and spread.min < spread.max:
            drawn = sparks(of.lengths[role])
        name = clip(look.safe(role), _MARGIN - 5, look.marks.more)
        pad = " " * (_MARGIN - 4 - cell_len(name))
        row = f"    {name}{pad}" + "".join(f"{number:>8,.0f}" for number in numbers)
        yield f"{row}   {look.paint(drawn, 'help')}".rstrip()


def sparks(lengths: Lengths, bars: int = 16) -> str:
    """Draw how many there are of each length, in steps of one width; all beyond most are last."""
    most, total, seen = 1, lengths.total, 0
    for length in sorted(lengths.times):
        seen += lengths.times[length]
        if seen >= 0.98 * total:
            most = max(1, length)
            break
    counts = [0] * bars
    for length, times in lengths.times.items():
        counts[min(bars - 1, length * bars // (most + 1))] += times
    high = max(counts)
    # whoever is there is seen
    return "".join(_SPARKS[-(-count * 8 // high)] for count in counts)


def _prompts(side: Side, look: Look) -> Lines:
    repeats = side.portrait.repeats
    if not side.prompts or not repeats.chats:
        return
    yield ""
    others = len(side.prompts) - SHOWN
    parts = [(each.rows, f"{each.text}") for each in side.prompts[:SHOWN]]
    if others > 0:
        rows = sum(each.rows for each in side.prompts[SHOWN:])
        parts.append((rows, f"{look.marks.rest} {many(others, 'other')}"))
    if repeats.bare:
        parts.append((repeats.bare, "none"))
    kinds = len(side.prompts)
    name = f"system ({kinds:,})" if kinds > 1 else "system"
    yield from _shares(name, parts, repeats.chats, look)
    same = sum(each.like is not None for each in side.prompts)
    if same:
        are = "differs" if same == 1 else "differ"
        text = f"{many(same, 'prompt')} {are} from another in white space or case alone"
        yield from _told("", text, look, "warn")


def _shares(
    name: str, parts: Sequence[tuple[int, str]], total: int, look: Look, bars: bool = False
) -> Lines:
    """Yield lines of share, count and text."""
    wide = max((len(f"{count:,}") for count, _ in parts), default=1)
    most = max((count for count, _ in parts), default=1)
    for number, (count, text) in enumerate(parts):
        head = f"{share(count, total):>7}  {count:>{wide},}  "
        room = look.width - _MARGIN - len(head)
        drawn = ""
        if bars and look.width >= 78:
            room -= _BARS + 2
            half = look.marks.half * max(1, round(count * _BARS / most))
            drawn = look.paint(half, "help") + " " * (_BARS + 2 - len(half))
        said = clip(look.safe(text), max(8, room), look.marks.more)
        first = f"  {name if number == 0 else '':<{_MARGIN - 2}}"
        yield f"{look.paint(first, 'dim')}{head}{drawn}{said}"


def _tools(side: Side, look: Look, dot: str) -> Lines:
    of = side.portrait.tools
    if not of.defining and not of.calling:
        return
    yield ""
    records = side.records
    parts = [
        f"defined in {share(of.defining, records)} of the rows"
        if of.defining
        else "defined in no row",
        f"called in {share(of.calling, records)}",
        f"definitions are {share(of.bytes, side.bytes)} of the bytes" if of.bytes else "",
    ]
    yield from _told("tools", dot.join(filter(None, parts)), look)
    if spread := of.calls.spread():
        yield from _told("", f"calls a row: {_spread(spread, dot)}", look)
    if of.called.times:
        top = of.called.top(SHOWN)
        yield from _shares("calls", [(rows, name) for name, rows in top], of.called.total, look)
    unused = len(of.defined.times.keys() - of.called.times.keys())
    strange = sorted(of.called.times.keys() - of.defined.times.keys()) if of.defining else []
    names = f"{many(len(of.defined.times), 'name')} defined, {len(of.called.times):,} called"
    if of.defining:
        said = names + (f", {unused:,} never" if unused else "")
        yield from _told("", said, look, "dim")
    if strange:
        text = f"called, but defined in no row: {', '.join(strange[:SHOWN])}"
        yield from _told("", look.safe(text), look, "warn")


def _answers(side: Side, look: Look) -> Lines:
    of = side.portrait
    if not of.answers.times:
        return
    yield ""
    found = side.labels
    if found:
        few = list(found.items())
        if len(few) > LABELS:
            cut = few[: LABELS - 3]
            parts = [(rows, _quoted(label)) for label, rows in cut]
            rest = few[LABELS - 3 : -2]
            more = f"{look.marks.rest} {many(len(rest), 'other')}"
            parts.append((sum(rows for _, rows in rest), more))
            parts += [(rows, _quoted(label)) for label, rows in few[-2:]]
        else:
            parts = [(rows, _quoted(label)) for label, rows in few]
        total = of.labels.answers
        yield from _shares(many(len(found), "label"), parts, total, look, bars=True)
        for one, other in near(found):
            text = f"{_quoted(one)} ({found[one]:,}) and {_quoted(other)} ({found[other]:,})"
            yield from _told("", look.safe(f"{text} are nearly the same"), look, "warn")
    else:
        total = of.answers.total
        top = [(rows, text) for text, rows in of.openings.top(SHOWN)]
        yield from _shares("answers begin", top, total, look)
    if of.refusals:
        text = f"{share(of.refusals, of.answers.total)} of the answers begin like one"
        yield from _told("refusals", f"{text} ({of.refusals:,})", look)


def _quoted(label: str) -> str:
    return f"`{label}`"


def _pairs(of: Portrait, look: Look, dot: str) -> Lines:
    pairs = of.pairs
    if not pairs.pairs:
        return
    yield ""
    parts = [
        f"the chosen answer is the longer one in {share(pairs.longer, pairs.pairs)}",
        f"as long in {share(pairs.equal, pairs.pairs)}" if pairs.equal else "",
        f"{pairs.chosen / pairs.pairs:,.0f} characters against {pairs.rejected / pairs.pairs:,.0f}",
    ]
    yield from _told("pairs", dot.join(filter(None, parts)), look)


def _languages(side: Side, look: Look, dot: str) -> Lines:
    looked = len(side.portrait.sample.texts)
    counts = side.scripts if side.languages is None else side.languages
    if not counts.keys() - {"?"}:
        return
    yield ""
    parts = [
        f"{name} {share(rows, looked)}".replace(" ", _KEPT)
        for name, rows in counts.items()
        if name != "?"
    ]
    more = f"{len(parts) - 8:,} more" if len(parts) > 8 else ""
    untold = counts.get("?", 0)
    rest = f"{share(untold, looked)} too short, or no prose" if untold else ""
    said = dot.join(filter(None, (*parts[:8], more, rest)))
    name = "scripts" if side.languages is None else "languages"
    yield from _told(name, look.safe(said), look)
    notes = []
    if side.portrait.sample.rows > looked:
        notes.append(f"of {looked:,} rows that are a sample of {side.portrait.sample.rows:,}")
    if side.languages is None:
        notes.append("languages need py3langid: pip install 'dslint[lang]'")
    if notes:
        yield from _told("", "; ".join(notes), look, "dim")


def _drifts(name: str, first: str, apart: Sequence[Drift], look: Look) -> Lines:
    yield look.paint(look.safe(f"{name}, compared with {first}"), "rule")
    yield look.paint(f"  {'':<18}distance  by chance  what differs most", "dim")
    for each in apart:
        head = f"  {each.what:<18}{each.distance:>8.2f}  {each.chance:>9.2f}  "
        tail = f": {100 * each.theirs:.1f} %, there {100 * each.ours:.1f} %"
        room = max(6, look.width - len(head) - len(tail))
        most = clip(look.safe(each.most), room, look.marks.more) + tail
        line = (head + most) if each.distance else head.rstrip()
        yield look.paint(line, "warn") if each.stands_out else line


def _one_sided(first: Side, other: Side, look: Look) -> Lines:
    """Yield the labels that one of two sides has and the other has not."""
    if not first.labels or not other.labels:
        return
    for one, two in ((first, other), (other, first)):
        alone = [label for label in one.labels if label not in two.labels]
        if alone:
            named = ", ".join(
                f"{_quoted(label)} ({one.labels[label]:,})" for label in alone[:SHOWN]
            )
            more = f" and {len(alone) - SHOWN:,} more" if len(alone) > SHOWN else ""
            said = look.safe(f"only in {_name(one)}: {named}{more}")
            yield from (look.paint(f"  {line}", "warn") for line in wrap(said, look.width - 2))


def _told(name: str, said: str, look: Look, style: str = "") -> Lines:
    for number, line in enumerate(wrap(said, look.width - _MARGIN)):
        head = look.paint(f"  {name if number == 0 else '':<{_MARGIN - 2}}", "dim")
        text = line.replace(_KEPT, " ")
        yield head + (look.paint(text, style) if style else text)
