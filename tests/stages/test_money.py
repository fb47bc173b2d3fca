"""Money: sums are exact, add up and grow with what is asked; what is not known is not made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dslint import models, targets
from dslint.errors import UsageError
from dslint.figures import Claim, Model, Patches
from dslint.stages import money
from dslint.stages.money import NOTHING, Money, Traffic

TODAY = date(2026, 11, 20)
MINI = models.resolve("gpt-4.1-mini", "openai")
UNPRICED = models.resolve("gpt-4.1-mini", "azure")
COUNT = st.integers(0, 10**12)
SMALL = st.integers(0, 10**6)
PRICE = st.decimals(Decimal("0.0001"), Decimal(1000), places=4)
EPOCHS = st.integers(1, 50)
AMOUNT = st.decimals(Decimal(0), Decimal(10**12), places=9)


@st.composite
def tokens(draw: st.DrawFn) -> money.Tokens:
    least = draw(COUNT)
    return least, least + draw(SMALL)


def priced(price: Decimal | None, **prices: Decimal) -> Model:
    known = {"training": price} if price is not None else {}
    return Model("m", "t", prices={**known, **prices})


# epochs


@pytest.mark.parametrize(
    ("rows", "epochs"),
    [
        (0, 25), (1, 25), (4, 25), (5, 20), (10, 10), (33, 3), (34, 3), (100, 3),
        (8_333, 3), (8_334, 2), (12_500, 2), (12_501, 1), (21_604, 1), (10**7, 1),
    ],
)  # fmt: skip
def test_epochs_follow_the_cookbook(rows: int, epochs: int) -> None:
    """Ten rows trained for ten epochs in a real job."""
    assert money.epochs(rows) == epochs


@given(st.integers(0, 10**7), st.integers(0, 10**5))
def test_more_rows_never_mean_more_epochs_and_there_is_always_one(rows: int, more: int) -> None:
    assert 25 >= money.epochs(rows) >= money.epochs(rows + more) >= 1


# training


def test_the_documented_example() -> None:
    """100,000 tokens, three epochs, gpt-4o-mini: 0.90 USD, by OpenAI's guide."""
    cost = money.training(models.resolve("gpt-4o-mini"), (100_000, 100_000), 3)
    assert cost.total == Money(Decimal("0.90"), Decimal("0.90"))
    assert cost.tokens == (300_000, 300_000)


def test_a_bill_is_its_tokens_at_the_price() -> None:
    cost = money.training(MINI, (2_913_773, 2_978_585), 1, idle=(1_000, 1_200))
    assert cost.training == Money(Decimal("14.568865"), Decimal("14.892925"))
    assert cost.idle == Money(Decimal("0.005"), Decimal("0.006"))
    assert cost.validation == NOTHING
    assert cost.total == cost.training
    assert cost.source == MINI.sources["training"]
    assert money.shown(cost.training.most) == "$14.90"


@given(tokens(), EPOCHS, PRICE)
def test_a_bill_is_exact_whatever_the_precision_around(
    counted: money.Tokens, epochs: int, price: Decimal
) -> None:
    with localcontext(prec=3):
        total = money.training(priced(price), counted, epochs).total
    assert total is not None
    assert Fraction(total.least) == Fraction(price) * counted[0] * epochs / 10**6
    assert Fraction(total.most) == Fraction(price) * counted[1] * epochs / 10**6


@given(tokens(), tokens(), EPOCHS, PRICE)
def test_two_files_cost_what_each_of_them_costs(
    one: money.Tokens, other: money.Tokens, epochs: int, price: Decimal
) -> None:
    model = priced(price)
    both = (one[0] + other[0], one[1] + other[1])
    first, second = (money.training(model, each, epochs).total for each in (one, other))
    assert first is not None
    assert second is not None
    assert money.training(model, both, epochs).total == first + second


@given(tokens(), SMALL, EPOCHS, EPOCHS, PRICE)
def test_more_tokens_and_more_epochs_never_cost_less(
    counted: money.Tokens, more: int, epochs: int, others: int, price: Decimal
) -> None:
    model = priced(price)
    cost = money.training(model, counted, min(epochs, others)).total
    longer = money.training(model, (counted[0] + more, counted[1] + more), max(epochs, others))
    assert cost is not None
    assert longer.total is not None
    assert cost.least <= cost.most
    assert cost.least <= longer.total.least
    assert cost.most <= longer.total.most


@given(tokens(), EPOCHS, PRICE, st.integers(0, 100))
def test_what_teaches_nothing_is_a_part_of_the_bill(
    counted: money.Tokens, epochs: int, price: Decimal, percent: int
) -> None:
    idle = (counted[0] * percent // 100, counted[1] * percent // 100)
    cost = money.training(priced(price), counted, epochs, idle=idle)
    assert cost.idle is not None
    assert cost.training is not None
    assert cost.idle.least <= cost.training.least
    assert cost.idle.most <= cost.training.most
    assert cost.total == cost.training


@pytest.mark.parametrize(
    ("bills", "validation"),
    [
        (False, NOTHING),
        (True, Money(Decimal("0.0015"), Decimal("0.0030"))),
        (None, Money(Decimal(0), Decimal("0.0030"))),
    ],
)
def test_validation_is_billed_once_an_epoch_where_it_is_and_perhaps_where_nobody_says(
    bills: bool | None, validation: Money
) -> None:
    cost = money.training(MINI, (1_000, 1_000), 3, validation=(100, 200), bills_validation=bills)
    assert cost.validation == validation
    assert cost.total == Money(Decimal("0.015"), Decimal("0.015")) + validation


def test_evaluations_may_be_other_than_epochs() -> None:
    cost = money.training(
        MINI, (0, 0), 3, validation=(100, 100), bills_validation=True, evaluations=10
    )
    assert cost.total == Money(Decimal("0.005"), Decimal("0.005"))


def test_targets_say_whether_they_bill_validation() -> None:
    said = {name: targets.load(name).billing.get("validation") for name in targets.names()}
    assert (said["openai"], said["together"], said["azure"]) == (False, True, None)


def test_without_a_price_the_tokens_are_known_and_the_money_is_not() -> None:
    cost = money.training(UNPRICED, (1_000, 1_100), 3, validation=(5, 5), bills_validation=True)
    assert cost.tokens == (3_000, 3_300)
    assert (cost.price, cost.training, cost.validation, cost.total) == (None, None, None, None)


# reinforcement


def test_reinforcement_is_billed_by_the_hour() -> None:
    o4 = models.resolve("o4-mini", "azure")
    cost = money.reinforcement(o4, (Decimal("1.25"), Decimal(4)))
    assert cost.total == Money(Decimal(125), Decimal(400))
    assert (cost.hours, cost.tokens, cost.epochs) == ((Decimal("1.25"), Decimal(4)), None, None)
    graded = money.reinforcement(o4, (Decimal(4), Decimal(4)), Money(Decimal(0), Decimal("27.06")))
    assert graded.total == Money(Decimal(400), Decimal("427.06"))
    assert money.reinforcement(o4, (Decimal(1), Decimal(1)), None).total is None
    assert money.reinforcement(MINI, (Decimal(1), Decimal(1))).total is None
    assert targets.load("azure").billing["reinforcement_pause"] == Decimal(5000)


# inference


def test_the_tuned_model_against_the_one_that_it_is_of() -> None:
    traffic = Traffic(requests=100_000, input=500, output=200)
    assert money.inference(MINI, traffic) == Decimal(104)
    assert money.inference(MINI, traffic, tuned=False) == Decimal(52)
    cached = Traffic(requests=100_000, input=500, output=200, cached=400)
    assert money.inference(MINI, cached) == Decimal(80)
    batch = Traffic(requests=100_000, input=500, output=200, batch=True)
    assert money.inference(MINI, batch) == Decimal(52)
    assert money.inference(MINI, batch, tuned=False) is None


def test_hosting_is_billed_for_the_month_whatever_the_traffic() -> None:
    """Only the tuned model is hosted; Azure's is 1.70 USD an hour."""
    assert money.inference(UNPRICED, Traffic(0, 0, 0)) == Decimal("1.70") * 730
    assert money.inference(UNPRICED, Traffic(0, 0, 0), tuned=False) == 0
    assert money.inference(UNPRICED, Traffic(1, 1, 1)) is None


def test_the_cache_saves_nothing_where_it_has_no_price() -> None:
    model = priced(None, input=Decimal(1), output=Decimal(2))
    traffic = Traffic(requests=10**6, input=10, output=1, cached=9)
    assert money.inference(model, traffic) == Decimal(12)


@given(SMALL, SMALL, SMALL, SMALL, SMALL, st.booleans())
def test_traffic_adds_up(
    one: int, other: int, given_: int, output: int, cached: int, tuned: bool
) -> None:
    def month(requests: int) -> Decimal:
        traffic = Traffic(requests, given_, output, min(cached, given_))
        cost = money.inference(MINI, traffic, tuned=tuned)
        assert cost is not None
        return cost

    assert month(one) + month(other) == month(one + other)
    base = money.inference(MINI, Traffic(one, given_, output), tuned=False)
    assert base is not None
    assert month(one) >= 0
    assert not tuned or cached or month(one) >= base


@pytest.mark.parametrize(
    "numbers", [(-1, 1, 1, 0), (1, -1, 1, 0), (1, 1, -1, 0), (1, 1, 1, -1), (1, 5, 1, 6)]
)
def test_traffic_that_can_not_be_is_refused(numbers: tuple[int, int, int, int]) -> None:
    with pytest.raises(UsageError):
        Traffic(*numbers)


# age


def test_a_price_is_old_after_90_days() -> None:
    read = date(2026, 10, 2)
    assert money.age(MINI.sources["training"], TODAY) == 49
    assert money.ages(MINI, TODAY) == 49
    assert money.warning(MINI, date.fromordinal(read.toordinal() + 90)) is None
    told = money.warning(MINI, date.fromordinal(read.toordinal() + 91))
    assert told is not None
    assert "gpt-4.1-mini-2025-04-14 were read 91 days ago" in told


def test_the_oldest_price_counts_and_other_figures_do_not() -> None:
    old, new = (Claim((), "yours", read=date(2026, month, 1)) for month in (1, 11))
    model = Model(
        "m",
        None,
        context=5,
        prices={"training": Decimal(1), "input": Decimal(1), "output": Decimal(1)},
        patches=Patches(Decimal(1)),
        sources={"context": old, "training": new, "output": Claim((), "yours")},
    )
    assert money.ages(model, TODAY) == 19
    assert money.age(None, TODAY) is None
    assert money.ages(Model("m", None), TODAY) is None
    assert money.warning(Model("m", None), TODAY) is None


# budgets


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("50 USD", "50"),
        ("50USD", "50"),
        ("50 usd", "50"),
        ("$50", "50"),
        ("$ 12.50", "12.50"),
        ("50$", "50"),
        ("USD 50", "50"),
        (" 1,250.00 USD ", "1250.00"),
        ("0.5 USD", "0.5"),
        ("US$7", "7"),
    ],
)
def test_a_budget_is_an_amount_of_us_dollars(text: str, amount: str) -> None:
    assert money.budget(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("50 EUR", "`50 EUR` is in `EUR`, and prices are in US dollars"),
        ("€50", "is in `€`, and prices are in US dollars"),
        ("50", "`50` names no currency; write `50 USD`"),
        ("1,000", "write `1,000 USD`"),
        ("much", "`much` is no budget; write it as `50 USD` or `$50`"),
        ("", "is no budget"),
        ("-5 USD", "is no budget"),
        ("1,00 USD", "is no budget"),
        ("50,5", "is no budget"),
        ("1e3 USD", "is no budget"),
        ("NaN USD", "is no budget"),
        ("٥٠ USD", "is no budget"),
    ],
)
def test_what_is_no_budget_is_told_with_what_is(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        money.budget(text)
    assert told in str(caught.value)


@given(st.text(max_size=12))
def test_any_text_is_a_budget_or_a_plain_error(text: str) -> None:
    try:
        amount = money.budget(text)
    except UsageError as told:
        plain = str(told).isprintable()
    else:
        plain = amount >= 0
    assert plain


@given(AMOUNT, AMOUNT, AMOUNT)
def test_a_budget_is_held_by_the_most_that_a_job_can_cost(
    one: Decimal, other: Decimal, budget: Decimal
) -> None:
    cost = Money(min(one, other), max(one, other))
    above = money.over(cost, budget)
    assert above >= 0
    assert (above > 0) == (cost.most > budget)
    assert not above or cost.most == budget + above


# display


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("14.892925", "$14.90"),
        ("14.89", "$14.89"),
        ("0.9", "$0.90"),
        ("74.464625", "$74.47"),
        ("1234.5", "$1,234.50"),
        ("0.01", "$0.01"),
        ("0.0042", "$0.0042"),
        ("0.00421", "$0.0043"),
        ("0.00995", "$0.01"),
        ("0.00000005", "$0.00000005"),
        ("1E+3", "$1,000.00"),
        ("-0.329", "-$0.32"),
        ("-0.0001", "-$0.0001"),
    ],
)
def test_cents_are_rounded_up_and_what_is_below_a_cent_is_shown(amount: str, text: str) -> None:
    assert money.shown(Decimal(amount)) == text


@given(AMOUNT)
def test_what_is_shown_is_never_less_than_the_cost_and_never_a_cent_more(amount: Decimal) -> None:
    said = Decimal(money.shown(amount).removeprefix("$").replace(",", ""))
    assert amount <= said < amount + Decimal("0.01")
    assume(amount)
    assert said > 0
