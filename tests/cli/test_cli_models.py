"""`dslint models`: a list that fits, a page a model, JSON with everything, and what is open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dslint import models, targets
from dslint.report import models as shown
from dslint.report.screen import Look

Run = Callable[..., tuple[int, str, str]]

TODAY = date(2026, 11, 20)
PLACES = {each.name: each for each in targets.every()}


def rows(day: date = TODAY, own: models.Own | None = None) -> list[shown.Row]:
    return [
        (each, models.status(each, day), models.suggest(each, day, own))
        for each in models.every(own)
    ]


def listed(width: int = 120, *, closed: bool = False, own: models.Own | None = None) -> list[str]:
    return list(shown.table(rows(own=own), PLACES, TODAY, Look(width=width), closed=closed))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_the_list_fits_its_width_and_loses_no_model(width: int) -> None:
    lines = listed(width, closed=True)
    assert max(map(len, lines)) <= width
    words = "".join("".join(lines).split())
    assert [each.name for each in models.every() if each.name not in words] == []


def test_prices_status_and_age_stand_beside_a_model() -> None:
    lines = listed()
    line = next(each for each in lines if each.startswith("  gpt-4.1-mini-2025-04-14"))
    assert line.split() == [
        "gpt-4.1-mini-2025-04-14", "SFT", "DPO", "65,536", "5.00", "0.80", "3.20",
        "closing", "2027-01-06",
    ]  # fmt: skip
    assert "openai · USD per 1M tokens, read 2026-10-02 (49 days ago)" in lines
    assert "azure · prices of tokens not known" in lines


def test_what_is_open_instead_stands_below_those_that_are_not() -> None:
    text = " ".join(" ".join(listed()).split())
    assert "open instead: gpt-4.1-2025-04-14, gpt-4.1-mini-2025-04-14," in text
    assert text.count("open instead") == 1


def test_those_that_ended_are_counted_and_shown_where_asked() -> None:
    ended = [each for each, said, _ in rows() if said.state in ("closed", "shut")]
    lines = listed()
    assert lines[-1].startswith(f"{len(ended)} models closed to training or shut")
    assert not any("babbage-002" in line for line in lines)
    lines = listed(closed=True)
    assert any(re.match(r"  babbage-002 .* shut 2026-09-28$", line) for line in lines)
    assert "dslint models --all" not in lines[-1]


def test_models_of_ones_own_come_first_and_those_of_a_target_stand_with_it() -> None:
    own: dict[str, dict[str, Any]] = {
        "lab-7b": {"training": "0.10"},
        "phi-5": {"target": "azure"},
        "gpt-4.1-nano": {"target": "azure", "training": "1.00", "read": date(2026, 11, 10)},
    }
    lines = listed(own=own)
    assert lines[1:3] == ["", "yours · USD per 1M tokens"]
    assert lines[3].split() == ["lab-7b", "0.10", "open"]
    azure = lines.index("azure · USD per 1M tokens, read 2026-11-10 (10 days ago)")
    assert lines[azure + 1].split() == ["phi-5", "open"]


def test_a_name_that_could_paint_a_terminal_is_shown_escaped() -> None:
    lines = listed(own={"\x1b[31mred": {}})
    assert any("\\x1b[31mred" in line for line in lines)
    assert not any("\x1b" in line for line in lines)


def test_a_model_is_shown_at_each_target_with_every_figure_and_source(run: Run) -> None:
    code, out, err = run("models", "FT:gpt-4.1-mini-2025-04-14:acme::Ab1")
    assert (code, err) == (0, "")
    assert out.startswith("# GPT-4.1 mini at openai\n")
    assert "\n# GPT-4.1 mini at azure\n" in out
    for target in ("openai", "azure"):
        model = models.resolve("gpt-4.1-mini", target)
        assert [figure for figure in model.figures() if f"| `{figure}` |" not in out] == []
        assert [each.link for each in model.sources.values() if str(each.link) not in out] == []
    assert "| `training` | $5.00 per 1M tokens | official, 2026-10-02 |" in out
    assert '[models."gpt-4.1-mini-2025-04-14"]\ntarget = "azure"\n' in out


def test_a_price_of_ones_own_is_used_and_said_to_be_yours(run: Run) -> None:
    Path("dslint.toml").write_text(
        '[models."gpt-4.1-mini"]\ntarget = "azure"\ntraining = "2.75"\nread = 2026-11-02\n'
    )
    out = run("models", "gpt-4.1-mini", "--target", "azure")[1]
    assert "| `training` | $2.75 per 1M tokens | yours, 2026-11-02 |" in out
    assert "# GPT-4.1 mini at openai" not in out
    assert "say it in your configuration" not in out


def test_a_model_that_the_target_does_not_train_is_shown_where_it_is(run: Run) -> None:
    assert run("models", "gpt-35-turbo", "--target", "azure")[1].startswith("# GPT-3.5 Turbo at op")


def test_the_list_of_one_target_has_its_models_only(run: Run) -> None:
    out = run("models", "--target", "vertex")[1]
    assert "gemini-2.5-flash" in out
    assert "gpt-" not in out
    assert run("models", "--target", "trl")[0] == 0


def test_json_has_all_figures_with_prices_as_text(run: Run) -> None:
    found = json.loads(run("models", "--json")[1])
    assert found["version"] == 1
    assert len(found["models"]) == len(models.every())
    (nano,) = json.loads(run("models", "gpt-4.1-nano", "--target", "openai", "--json")[1])["models"]
    assert nano["prices"]["cached"] == "0.05"
    assert (nano["status"], nano["status_on"], nano["shut"]) == ("shut", "2026-10-23", "2026-10-23")
    assert nano["instead"][0] == {"name": "gpt-4.1-nano-2025-04-14", "target": "azure"}
    assert nano["patches"] == {"multiplier": "2.46", "budget": None, "least_budget": 1536}
    assert nano["sources"]["training"]["link"].startswith("https://")
    assert nano["sources"].keys() == models.resolve("gpt-4.1-nano", "openai").figures().keys()


def test_a_target_of_ones_own_lists_its_models(run: Run) -> None:
    Path("lab.toml").write_text(
        'name = "lab"\ntitle = "Our cluster"\nsummary = "Qwen"\nkind = "local"\n'
        '[[models]]\nname = "qwen"\ncontext = 4096\n'
    )
    Path("dslint.toml").write_text('target = "lab.toml"\n')
    assert re.search(r"^lab · .*\n +qwen +4,096 +open$", run("models")[1], re.MULTILINE)
    assert "qwen" in run("models", "--target", "lab.toml")[1]
