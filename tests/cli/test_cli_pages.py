"""`explain`, `rules`, `targets`, `config show`: whatever has a name has a page, and is listed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dslint import targets
from dslint.formats import FORMATS
from dslint.model import FATES
from dslint.report import lists
from dslint.report.pages import Standing
from dslint.report.screen import Look
from dslint.rulebook import book
from dslint.rulebook.page import TABLES

Run = Callable[..., tuple[int, str, str]]
Typed = Callable[..., tuple[int, str]]

RULE = """\
# A row mentions the moon | or the stars

Leave the moon out.

```toml
over = "message"
at = "content"
message = "`{role}` mentions the moon"
level = "info"
source = "inferred"
aliases = ["lunar"]
preview = true

[fate]
azure = "alters"
any = "truncates"

[options]
most = 3
```

```sql
strpos(text, 'moon') > 0
```

## Why is this bad?

It is far away. \x1b[31mVery far.
"""


@pytest.fixture
def moon() -> Path:
    """A folder of one's own with one rule, named by the configuration of the current folder."""
    folder = Path("lint/space")
    folder.mkdir(parents=True)
    (folder / "mentions-the-moon.md").write_text(RULE)
    Path("dslint.toml").write_text('rulebooks = ["lint"]\ntarget = "azure"\n')
    return folder


def screen(text: str) -> str:
    """Return what a terminal shows, without colours and white space at the ends of lines."""
    return re.sub(r" +$", "", re.sub(r"\x1b\[[0-9;]*m", "", text), flags=re.MULTILINE)


def test_a_rules_page_begins_with_what_it_is_worth_and_leaves_the_toml_out(run: Run) -> None:
    code, out, _ = run("explain", "last-message-not-assistant", "--target", "fireworks")
    assert code == 0
    assert out.startswith("# The last message is not from the assistant\n")
    assert "| level | **warn**, and **error** for fireworks |" in out
    assert "refuses-file: bedrock, fireworks, mistral; drops-row: llamafactory" in out
    assert "```toml" not in out
    assert "## Why is this bad?" in out
    assert "```jsonl bad" in out


def test_all_prints_every_rule(run: Run) -> None:
    code, out, err = run("explain", "--all")
    assert (code, err) == (0, "")
    found = out.split("\n# ")
    assert len(found) >= len(book.own())
    words = " ".join(out.split())
    for rule in book.own().values():
        assert f"# {rule.title}\n\n| rule | `{rule.name}` |" in out
        assert " ".join(rule.summary.split()) in words
    assert "```toml" not in out


@pytest.mark.parametrize("name", [*FORMATS, *targets.names(), *TABLES, "tables", "shape"])
def test_every_format_target_table_and_group_has_its_page(run: Run, name: str) -> None:
    code, out, err = run("explain", name)
    assert (code, err) == (0, "")
    assert out.startswith("#")
    assert name in out


def test_a_name_that_means_several_things_has_all_their_pages(run: Run) -> None:
    out = run("explain", "chat")[1]
    assert "# The format `chat`" in out
    assert "# The rules of the group `chat`" in out


def test_fates_are_explained_with_the_rules_that_have_them(run: Run) -> None:
    out = run("explain", "fates")[1]
    assert [fate for fate in FATES if f"\n## {fate}\n" not in out] == []
    row = next(line for line in out.splitlines() if "`last-message-not-assistant`" in line)
    assert row == "| `last-message-not-assistant` | bedrock, fireworks, mistral |"
    assert run("explain", "drops-row")[1] == out


def test_a_rule_of_ones_own_is_explained_safely_and_by_a_former_name(run: Run, moon: Path) -> None:
    code, out, err = run("explain", "lunar")
    assert code == 0
    assert err == "dslint: `lunar` is now called `mentions-the-moon`\n"
    assert "| level | **info**, and **off** for azure |" in out  # on trial
    assert "| fate | truncates: anywhere; alters: azure |" in out
    assert "| options | `most` = 3 |" in out
    assert "## What it asks\n\n```sql\nstrpos" in out
    assert "\\x1b[31mVery far." in out
    assert "\x1b" not in out


def test_a_terminal_gets_a_page_laid_out_and_raw_markdown_if_it_wants(typed: Typed) -> None:
    _, laid = typed("explain", "last-message-not-assistant")
    shown = screen(laid)
    assert "\nThe last message is not from the assistant\n" in shown
    assert "✗ raises it (target=fireworks)\n" in shown
    assert "```" not in shown
    assert "## " not in shown
    _, raw = typed("explain", "last-message-not-assistant", "--raw")
    assert "\n## Why is this bad?\n" in raw


def test_a_page_loses_nothing_where_the_terminal_is_narrow(typed: Typed) -> None:
    page = screen(typed("explain", "azure", COLUMNS="50")[1])
    link = "https://learn.microsoft.com/azure/foundry/openai/how-to/fine-tuning"
    assert link in re.sub(r"\s", "", page)
    assert max(map(len, page.splitlines())) <= 50


def names(out: str) -> list[str]:
    return re.findall(r"^  (?:error|warn |info |off  ) (\S+)", out, re.MULTILINE)


def test_rules_are_listed_by_group_and_all_of_them(run: Run) -> None:
    code, out, _ = run("rules")
    assert code == 0
    own = book.own().values()
    assert names(out) == [r.name for r in sorted(own, key=lambda rule: (rule.group, rule.name))]
    groups = re.findall(r"^(\w+) · \d+ rules?$", out, re.MULTILINE)
    assert groups == sorted({rule.group for rule in own})


def test_rules_are_found_by_group_word_and_level(run: Run) -> None:
    shape = {rule.name for rule in book.own().values() if rule.group == "shape"}
    assert set(names(run("rules", "shape")[1])) == shape
    assert set(names(run("rules", "shape", "json")[1])) > shape
    found = names(run("rules", "shape", "ROLE")[1])
    assert "unknown-role" in found
    assert set(found) < shape
    levels = set(re.findall(r"^  (\w+)", run("rules", "--level", "warn")[1], re.MULTILINE))
    assert levels == {"warn"}


def test_no_rule_that_fits_exits_1(run: Run) -> None:
    code, out, err = run("rules", "no-such-word-anywhere")
    assert (code, out) == (1, "")
    assert "fits" in err
    code, out, _ = run("rules", "no-such-word-anywhere", "--format", "json")
    assert code == 1
    assert json.loads(out)["rules"] == []


def test_rules_have_the_level_and_the_fate_of_the_target(run: Run) -> None:
    out = run("rules", "last-message-not-assistant", "--target", "fireworks")[1]
    assert re.search(r"error last-message-not-assistant +The last .*\(refuses-file\)", out)


def test_rules_are_sorted_as_asked(run: Run) -> None:
    found = names(run("rules", "--sort", "name")[1])
    assert found == sorted(found)
    entries = json.loads(run("rules", "--sort", "level", "--format", "json")[1])["rules"]
    order = [("error", "warn", "info", "off").index(each["level_at_target"]) for each in entries]
    assert order == sorted(order)


def test_rules_as_json_have_all_that_a_program_wants(run: Run, moon: Path) -> None:
    entries = json.loads(run("rules", "--format", "json")[1])["rules"]
    assert len(entries) == len(book.own()) + 1
    entry = next(each for each in entries if each["name"] == "mentions-the-moon")
    assert entry | {"path": ""} == {
        "name": "mentions-the-moon",
        "group": "space",
        "level": "info",
        "target": "azure",
        "level_at_target": "off",
        "fate_at_target": "alters",
        "fates": {"azure": "alters", "any": "truncates"},
        "title": "A row mentions the moon | or the stars",
        "summary": "Leave the moon out.",
        "over": "message",
        "formats": [],
        "options": {"most": 3},
        "source": "inferred",
        "link": None,
        "since": "0.1",
        "fix": None,
        "preview": True,
        "deprecated": None,
        "aliases": ["lunar"],
        "path": "",
    }


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lists_fit_their_width_and_lose_nothing(width: int) -> None:
    look = Look(width=width)
    here = Standing("warn", "refuses-file", "openai")
    own = [(rule, here) for rule in book.own().values()]
    for lines in (
        list(lists.rules(own, look, grouped=True)),
        list(lists.targets(targets.every(), date(2026, 11, 20), look)),
    ):
        assert max(map(len, lines)) <= width
    # a word that is longer than its column is broken
    words = "".join("".join(lists.rules(own, look, grouped=False)).split())
    assert [rule.name for rule, _ in own if rule.name not in words] == []
    assert [rule.title for rule, _ in own if rule.title.replace(" ", "") not in words] == []


def test_targets_are_listed_with_what_they_take(run: Run) -> None:
    out = run("targets")[1]
    found = re.findall(r"^(\w+) +\S", out, re.MULTILINE)
    assert found == list(targets.names())
    assert "closes 2027-01-06" in out
    assert "files up to 512 MB" in out


def test_a_target_is_shown_with_every_limit_and_source(run: Run) -> None:
    azure = targets.load("azure")
    out = run("targets", "foundry")[1]
    assert [name for name in azure.limits if f"| `{name}` |" not in out] == []
    assert [claim.link for claim in azure.sources if claim.link and claim.link not in out] == []
    assert [note for note in azure.notes if note not in out] == []


def test_targets_as_json_have_everything(run: Run) -> None:
    entries = json.loads(run("targets", "--json")[1])["targets"]
    assert [each["name"] for each in entries] == list(targets.names())
    (azure,) = json.loads(run("targets", "azure", "--json")[1])["targets"]
    assert azure["limits"] == targets.load("azure").limits
    assert azure["read"] == "2026-11-20"


def test_a_target_of_ones_own_is_shown(run: Run) -> None:
    Path("lab.toml").write_text(
        'name = "lab"\ntitle = "Our cluster"\nsummary = "Qwen"\nkind = "local"\n'
        '[limits]\nformats = ["chat"]\n'
    )
    assert run("targets", "lab.toml")[1].startswith("# Our cluster\n")


def test_settings_are_shown_with_where_they_were_said(run: Run, moon: Path) -> None:
    code, out, err = run("config", "show", "--target", "together")
    assert (code, err) == (0, "")
    assert re.search(r'^target = "together" +# --target$', out, re.MULTILINE)
    assert re.search(r'^rulebooks = \["lint"\] +# dslint.toml$', out, re.MULTILINE)
    assert re.search(r'^profile = "default" +# default$', out, re.MULTILINE)
    assert tomllib.loads(out)["target"] == "together"


def test_what_is_shown_is_a_configuration_that_says_the_same(run: Run, moon: Path) -> None:
    first = run("config", "show")[1]
    Path("dslint.toml").write_text(first)
    again = run("config", "show")[1]
    assert tomllib.loads(again) == tomllib.loads(first)


def test_settings_as_json(run: Run, moon: Path) -> None:
    shown = json.loads(run("config", "show", "--json")[1])
    assert shown["file"].endswith("dslint.toml")
    assert shown["settings"]["target"] == {"value": "azure", "origin": "dslint.toml"}
    assert shown["settings"]["max-per-rule"] == {"value": 3, "origin": "default"}


def test_without_a_configuration_that_is_said(run: Run) -> None:
    code, out, err = run("config", "show")
    assert code == 0
    assert 'target = "openai"' in out
    assert err == "dslint: there is no configuration here: these are the defaults\n"
