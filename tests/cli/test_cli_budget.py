"""`dslint check` with a model and a budget."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from cli.conftest import Run

from dslint.stages import money


def row(question: str, answer: str) -> str:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages}) + "\n"


@pytest.fixture(autouse=True)
def museum() -> None:
    lines = (row(f"Is hall {number} open?", "Until six, like all halls.") for number in range(20))
    Path("museum.jsonl").write_text("".join(lines))


def found(run: Run, *arguments: str) -> tuple[int, list[tuple[str, str]], list[str]]:
    """Check, and return the exit code, rules with messages, and why something was skipped."""
    code, out, err = run("check", *arguments, "--report", "json")
    assert err == ""
    told = json.loads(out)
    return (
        code,
        [(each["rule"], each["message"]) for each in told["findings"]],
        [f"{each['what']}: {each['why']}" for each in told["skipped"]],
    )


MODEL = ("--model", "gpt-4.1-mini", "--level", "model-closes-soon=off")


def test_a_job_over_its_budget_fails_with_the_sum_of_the_estimate(run: Run) -> None:
    _, out, _ = run("estimate", "museum.jsonl", "--model", "gpt-4.1-mini", "--json")
    (offer,) = json.loads(out)["estimates"][0]["offers"]
    code, findings, skipped = found(run, "museum.jsonl", *MODEL, "--budget", "0.001 USD")
    assert (code, skipped) == (1, [])
    ((rule, message),) = findings
    assert rule == "budget-exceeded"
    assert f"{offer['tokens']['most']:,} tokens in all" in message
    assert money.shown(Decimal(offer["cost"]["most"])) in message
    assert "over the budget of $0.001: 5 epochs" in message


def test_a_budget_that_is_kept_is_no_finding(run: Run) -> None:
    assert found(run, "museum.jsonl", *MODEL, "--budget", "$1") == (0, [], [])


def test_without_a_model_the_budget_could_not_be_looked_at(run: Run) -> None:
    code, findings, skipped = found(run, "museum.jsonl", "--budget", "$1")
    assert (code, findings) == (0, [])
    assert skipped == [
        "the budget of $1.00: no model is named (--model, or `model` in the configuration)"
    ]
    assert found(run, "museum.jsonl", "--budget", "$1", "--strict")[0] == 1


def test_without_a_price_the_budget_could_not_be_looked_at(run: Run) -> None:
    code, _, skipped = found(run, "museum.jsonl", "--target", "azure", *MODEL, "--budget", "$1")
    assert code == 0
    assert [each.split(":")[1] for each in skipped] == [
        " no price of training `gpt-4.1-mini-2025-04-14` is known"
    ]


@pytest.mark.parametrize("budget", ["five", "5 EUR", "50"])
def test_what_is_no_budget_is_a_mistake_of_use(run: Run, budget: str) -> None:
    code, _, err = run("check", "museum.jsonl", "--budget", budget)
    assert code == 2
    assert budget in err


def test_each_dataset_is_a_job_of_its_own_with_its_own_budget(run: Run) -> None:
    Path("dslint.toml").write_text(
        'model = "gpt-4.1-mini"\nbudget = "0.001 USD"\n'
        "[levels]\nmodel-closes-soon = 'off'\n"
        "[datasets.museum]\ntrain = 'museum.jsonl'\nvalidation = 'watch.jsonl'\n"
        "[datasets.rich]\ntrain = 'museum.jsonl'\nbudget = '5 USD'\n"
    )
    Path("watch.jsonl").write_text("".join(row(f"{n} " * 2_000, "It is.") for n in range(10)))
    code, findings, _ = found(run, "rich")
    assert (code, findings) == (0, [])
    code, findings, _ = found(run, "museum")
    assert (code, findings[0][0]) == (1, "budget-exceeded")
    (alone,) = found(run, "museum.jsonl")[1]
    assert alone == findings[0], "OpenAI bills no validation rows"
    assert found(run)[0] == 1
    assert found(run, "--budget", "5 USD") == (0, [], [])


def test_estimate_takes_the_budget_of_the_configuration_too(run: Run) -> None:
    Path("dslint.toml").write_text('model = "gpt-4.1-mini"\nbudget = "0.001 USD"\n')
    assert run("estimate", "museum.jsonl")[0] == 1
    assert run("estimate", "museum.jsonl", "--budget", "5 USD")[0] == 0


def test_the_models_context_at_the_target_is_what_holds(run: Run) -> None:
    Path("long.jsonl").write_text(row("Count.", "one two " * 20_000))
    asked = ("long.jsonl", "--level", "all=off", "--level", "answer-cut-at-the-context=warn")
    assert found(run, *asked, "--target", "azure")[1] == []
    ((_, message),) = found(run, *asked, "--target", "azure", "--model", "gpt-4.1-nano")[1]
    assert "`gpt-4.1-nano-2025-04-14` takes 32,768" in message


def test_a_model_with_a_tokenizer_of_its_own_gets_estimates(run: Run) -> None:
    asked = ("--level", "all=off", "--level", "answer-cut-at-the-context=warn")
    Path("dslint.toml").write_text('[models."lab/pilot"]\ncontext = 15\n')
    Path("one.jsonl").write_text(row("Is the hall open?", "Until six, like all halls."))
    _, ((_, message),), _ = found(run, "one.jsonl", *asked, "--model", "lab/pilot")
    assert message.startswith("about 23 tokens; `lab/pilot` takes 15")


def test_rules_on_tokens_are_skipped_where_the_vocabulary_is_not_here(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    Path("dslint.toml").write_text('[models.old]\nencoding = "p50k_base"\ncontext = 5\n')
    Path("own/tokens").mkdir(parents=True)
    Path("own/tokens/any-token.md").write_text(
        "# Any token\n\nNone.\n\n```toml\nover = 'record'\nmessage = '{tokens}'\nlevel = 'warn'\n"
        "source = 'inferred'\n```\n\n```sql\nbytes > 0\n```\n"
    )
    asked = ["museum.jsonl", "--model", "old", "--rulebook", "own"]
    asked += ["--level", "all=off", "--level", "tokens=warn"]
    code, findings, skipped = found(run, *asked)
    assert (code, findings) == (0, [])
    assert [each.split("`")[0] for each in skipped] == ["rules on tokens: "]
    assert found(run, *asked, "--strict")[0] == 1
    _, _, skipped = found(run, *asked, "--budget", "$1")
    assert len(skipped) == 2
