"""Models: each figure has a source, every name leads to the base model, and what ends is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dslint
from dslint import models, targets
from dslint.errors import UsageError
from dslint.figures import FIGURES, PRICES, Model, Patches, Tiles
from dslint.models import Status
from dslint.resources import folder

TODAY = date(2026, 11, 20)
EVERY = [model for target in targets.every() for model in target.models]
NAMES = sorted({name for model in EVERY for name in (model.name, *model.aliases)})
KNOWN = st.sampled_from(NAMES)
WORDS = st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]), max_size=20)


def title(model: Model) -> str:
    return f"{model.target}-{model.name}"


@pytest.mark.parametrize("model", EVERY, ids=title)
def test_every_figure_of_a_model_has_a_source_with_a_link_and_a_day(model: Model) -> None:
    figures = model.figures()
    assert set(figures) <= set(FIGURES)
    assert figures.keys() == model.sources.keys()
    assert all(each.link and each.read for each in model.sources.values())


def test_no_source_is_of_a_figure_that_is_not_there() -> None:
    for target in targets.every():
        used = {id(source) for model in target.models for source in model.sources.values()}
        about = [each for each in target.sources if any("models." in name for name in each.about)]
        assert [each.about for each in about if id(each) not in used] == []
        for name in (name for each in about for name in each.about if name.startswith("models.")):
            model, _, figure = name.removeprefix("models.").rpartition(".")
            assert figure in (*FIGURES, "prices", "dates"), name
            assert model in ("", *(each.name for each in target.models)), name


@pytest.mark.parametrize("model", EVERY, ids=title)
def test_the_figures_of_a_model_are_plausible(model: Model) -> None:
    assert all(price > 0 for price in model.prices.values())
    assert set(model.prices) <= set(PRICES)
    assert model.context is None or 1000 < model.context <= 1_000_000
    assert model.encoding in (None, "o200k_base", "cl100k_base", "o200k_harmony")
    days = [day for day in (model.announced, model.closed, model.shut) if day]
    assert not (model.announced and model.shut) or model.announced < model.shut
    assert not (model.closed and model.shut) or model.closed < model.shut
    assert all(date(2020, 1, 1) < day < date(2030, 1, 1) for day in days)


def test_a_name_means_one_model_at_a_target_and_one_encoding_everywhere() -> None:
    for target in targets.every():
        found = [name.casefold() for each in target.models for name in {each.name, *each.aliases}]
        assert len(found) == len(set(found))
    encodings: dict[str, set[str | None]] = {}
    for model in EVERY:
        for name in (model.name, *model.aliases):
            encodings.setdefault(name, set()).add(model.encoding)
    assert [name for name, each in encodings.items() if len(each) > 1] == []


def test_the_prices_are_those_of_the_price_list() -> None:
    model = models.resolve("gpt-4.1-mini")
    assert model.prices["training"] == Decimal("5.00")
    assert (model.prices["input"], model.prices["output"]) == (Decimal("0.80"), Decimal("3.20"))
    assert (model.prices["base_input"], model.prices["base_output"]) == (
        Decimal("0.40"),
        Decimal("1.60"),
    )
    assert model.sources["training"].read == date(2026, 10, 2)
    assert model.patches == Patches(Decimal("1.62"), budget=6144, least_budget=1536)
    assert models.resolve("gpt-4o").tiles == Tiles(85, 170)
    assert models.resolve("gpt-4.1-nano", "azure").context == 32_768
    assert models.resolve("gpt-4.1-nano", "openai").context == 65_536


# names


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("gpt-4.1", "gpt-4.1-2025-04-14"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini-2024-07-18"),
        ("GPT-4.1-Mini", "gpt-4.1-mini-2025-04-14"),
        ("ft:gpt-4.1-mini-2025-04-14:org:suffix:id", "gpt-4.1-mini-2025-04-14"),
        ("ft:gpt-4o-mini-2024-07-18:personal::Ajo5kvNY", "gpt-4o-mini-2024-07-18"),
        ("ft:gpt-4o-mini-2024-07-18:me::A:ckpt-step-88", "gpt-4o-mini-2024-07-18"),
        ("ft:gpt-3.5-turbo-0613:x::y", "gpt-3.5-turbo-0613"),
        ("ft:o4-mini-2025-04-16:x::y", "o4-mini-2025-04-16"),
        ("ft-o4-mini-2025-04-16", "o4-mini-2025-04-16"),
        ("gpt-4.1-mini-2025-04-14.ft-0e208cf33a6a466994aff31a08aba678", "gpt-4.1-mini-2025-04-14"),
        ("gpt-4.1-mini.ft-0e20-tone:ckpt-step-40", "gpt-4.1-mini-2025-04-14"),
        ("gpt-35-turbo", "gpt-3.5-turbo-0125"),
        ("gpt-35-turbo-0613.ft-5fd1", "gpt-3.5-turbo-0613"),
        ("gpt-4", "gpt-4-0613"),
        ("ft:gpt-4.1", "gpt-4.1-2025-04-14"),
    ],
)
def test_every_name_leads_to_its_base_model(name: str, base: str) -> None:
    assert models.resolve(name).name == base
    assert models.resolve(name, "azure").name == base


@given(KNOWN, WORDS, WORDS, WORDS, st.none() | st.integers(0, 10**6))
def test_a_tuned_model_is_found_whatever_its_suffix(
    base: str, who: str, suffix: str, job: str, step: int | None
) -> None:
    end = "" if step is None else f":ckpt-step-{step}"
    model = models.resolve(base)
    assert models.resolve(f"ft:{base}:{who}:{suffix}:{job}{end}") is model
    assert models.resolve(f"ft-{base}{end}").name == model.name
    assert models.resolve(f"{base}.ft-{job}{end}").name == model.name


@given(KNOWN, st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from(["", " ", "\n"]))
def test_case_and_space_around_a_name_do_not_matter(name: str, case: Any, space: str) -> None:
    assert models.resolve(space + case(name) + space) is models.resolve(name)


def test_tuned_gpt_4_1_is_counted_as_gpt_4_1() -> None:
    """tiktoken's own table says cl100k_base."""
    assert models.resolve("ft:gpt-4.1-2025-04-14:org::id").encoding == "o200k_base"
    assert models.resolve("ft:gpt-4-0613:org::id").encoding == "cl100k_base"


def test_the_target_is_asked_first_and_the_others_after_it() -> None:
    assert models.resolve("gpt-4.1").target == "openai"
    assert models.resolve("gpt-4.1", "foundry").target == "azure"
    assert models.resolve("gpt-4.1", "trl").target == "openai"
    assert models.resolve("gpt-oss-20b", "together").target == "together"


def test_an_unknown_model_is_told_with_the_nearest_names_and_where_to_add_one() -> None:
    with pytest.raises(UsageError) as told:
        models.resolve("ft:gpt-4.1-mimi:org::id")
    assert "there is no model `ft:gpt-4.1-mimi:org::id`; did you mean `gpt-4.1-mini`" in str(
        told.value
    )
    assert "dslint models --all" in str(told.value)
    assert '[models."ft:gpt-4.1-mimi:org::id"] in dslint.toml' in str(told.value)


@given(st.text())
def test_any_name_is_a_model_or_a_plain_error_that_paints_nothing(name: str) -> None:
    with suppress(UsageError):
        models.resolve(name)
    with pytest.raises(UsageError) as told:
        models.resolve(f"no such {name}")
    assert all(line.isprintable() for line in str(told.value).split("\n"))


# days


@pytest.mark.parametrize(
    ("name", "target", "day", "status"),
    [
        ("gpt-4.1", "openai", TODAY, Status("closing", date(2027, 1, 6))),
        ("gpt-4.1", "openai", date(2027, 1, 5), Status("closing", date(2027, 1, 6))),
        ("gpt-4.1", "openai", date(2027, 1, 6), Status("closed", date(2027, 1, 6))),
        ("gpt-4.1", "openai", date(2027, 1, 14), Status("shut", date(2027, 1, 14))),
        ("gpt-4.1", "azure", TODAY, Status("open")),
        ("gpt-4.1-nano", "openai", TODAY, Status("shut", date(2026, 10, 23))),
        ("gpt-4.1-nano", "openai", date(2026, 10, 1), Status("closing", date(2026, 10, 23))),
        ("babbage-002", "openai", date(2025, 1, 1), Status("closed", date(2024, 10, 28))),
    ],
)
def test_a_model_is_open_closing_closed_and_shut_to_the_day(
    name: str, target: str, day: date, status: Status
) -> None:
    assert models.status(models.resolve(name, target), day) == status


@given(st.sampled_from(EVERY), st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 900))
def test_a_model_that_is_over_never_opens_again(model: Model, day: date, later: int) -> None:
    order = ["open", "closing", "closed", "shut"]
    now = models.status(model, day)
    then = models.status(model, date.fromordinal(day.toordinal() + later))
    assert order.index(now.state) <= order.index(then.state)
    assert (now.on is None) == (now.state == "open")


@given(st.sampled_from(EVERY), st.dates(date(2024, 1, 1), date(2028, 1, 1)))
def test_what_is_suggested_is_open_another_and_trained_in_the_same_ways(
    model: Model, day: date
) -> None:
    for other in models.suggest(model, day):
        assert models.status(other, day).state == "open"
        assert (other.name, other.target) != (model.name, model.target)
        assert other.name == model.name or set(model.methods) <= set(other.methods)


def test_the_same_model_elsewhere_is_suggested_first() -> None:
    first, *rest = models.suggest(models.resolve("gpt-4.1-mini", "openai"), TODAY)
    assert (first.name, first.target) == ("gpt-4.1-mini-2025-04-14", "azure")
    assert rest
    assert models.suggest(models.resolve("babbage-002"), TODAY) == ()


# the user's own


def test_a_model_of_ones_own_is_found_first_and_by_its_tuned_names() -> None:
    own = {"lab-7b": {"aliases": ["the lab's"], "context": 8192, "training": "0.50"}}
    model = models.resolve("ft:Lab-7B:x::y", "azure", own)
    assert (model.name, model.target, model.context) == ("lab-7b", None, 8192)
    assert model.prices == {"training": Decimal("0.50")}
    assert {each.kind for each in model.sources.values()} == {"yours"}
    assert models.resolve("the lab's", None, own).name == "lab-7b"
    assert models.every(own)[0].name == "lab-7b"


def test_a_price_of_ones_own_takes_the_place_of_ours_and_the_rest_stays() -> None:
    own = {"gpt-4.1-mini": {"training": "4.00", "read": date(2026, 11, 1)}}
    ours, mixed = models.resolve("gpt-4.1-mini"), models.resolve("gpt-4.1-mini", own=own)
    assert mixed.prices == {**ours.prices, "training": Decimal("4.00")}
    assert (mixed.sources["training"].kind, mixed.sources["training"].read) == (
        "yours",
        date(2026, 11, 1),
    )
    assert mixed.sources["input"] == ours.sources["input"]
    assert (mixed.name, mixed.encoding, mixed.context) == (ours.name, ours.encoding, ours.context)
    assert models.resolve("gpt-4.1-mini", "azure", own).prices["training"] == Decimal("4.00")


def test_what_is_said_of_one_target_holds_only_there() -> None:
    own = {"gpt-4.1-mini": {"target": "foundry", "training": "2.75", "aliases": ["tone-prod"]}}
    assert models.resolve("gpt-4.1-mini", "azure", own).prices["training"] == Decimal("2.75")
    assert models.resolve("gpt-4.1-mini", "openai", own).prices["training"] == Decimal("5.00")
    assert models.resolve("tone-prod", "azure", own).name == "gpt-4.1-mini-2025-04-14"
    new = {"phi-5": {"target": "azure", "context": 4096}}
    assert models.resolve("phi-5", "azure", new).target == "azure"
    with pytest.raises(UsageError):
        models.resolve("phi-5", "openai", new)


def test_a_target_of_ones_own_has_models(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(
        'name = "lab"\ntitle = "Our cluster"\nsummary = "Qwen"\nkind = "local"\n'
        '[[models]]\nname = "qwen"\ntraining = "0.10"\nsource = "observed"\nread = 2026-11-01\n'
        'patches = { multiplier = "1.5" }\n[billing]\nvalidation = true\n'
    )
    model = models.resolve("qwen", str(path))
    assert (model.target, model.patches) == ("lab", Patches(Decimal("1.5")))
    assert model.sources["training"].kind == "observed"
    assert targets.load(str(path)).billing == {"validation": True}


# the schemas


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder("schemas") / f"{name}.schema.json").read_text())
    return found


def test_a_model_is_described_alike_in_a_target_and_in_the_configuration() -> None:
    target, config = _schema("target"), _schema("config")
    ours = dict(target["properties"]["models"]["items"]["properties"])
    theirs = dict(config["$defs"]["model"]["properties"])
    ours.pop("name")
    theirs.pop("target")
    assert ours == theirs
    for name in ("price", "tiles", "patches"):
        assert target["$defs"][name] == config["$defs"][name]
    assert set(ours) == {*FIGURES, "title", "aliases", "source", "link", "read"}


def _properties(model: dict[str, Any]) -> Iterator[str]:
    return (name for name, each in model.items() if each.get("$ref") == "#/$defs/price")


def test_the_prices_of_the_schema_are_the_prices() -> None:
    model = _schema("config")["$defs"]["model"]["properties"]
    assert tuple(_properties(model)) == PRICES


def test_a_model_of_a_target_of_ones_own_is_known_where_its_rows_are_checked(
    tmp_path: Path,
) -> None:
    (tmp_path / "lab.toml").write_text(
        'name = "lab"\ntitle = "Our cluster"\nsummary = "small"\nkind = "local"\n'
        '[[models]]\nname = "qwen-tools"\ncontext = 8192\n'
    )
    row = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
    lab = str(tmp_path / "lab.toml")
    assert dslint.check([row], target=lab, model="qwen-tools").findings == ()
    (found,) = dslint.check([row], target=lab, model="qwen-tool").findings
    assert found.rule == "model-not-trained-there"
