"""What losses tell of too much and too little training."""

from __future__ import annotations

import pytest

from dslint.stages.fitting import Step, merged, results, step_of, warnings

FALLEN = [2.0 * 0.8**number + 0.5 for number in range(40)]
"""A training loss that has fallen, and stays."""


def losses(train: list[float], valid: dict[int, float] | None = None) -> list[Step]:
    return [Step(n, loss, (valid or {}).get(n)) for n, loss in enumerate(train, 1)]


def test_losses_that_fall_and_stay_are_not_spoken_of() -> None:
    assert list(warnings(losses(FALLEN, {10: 1.0, 20: 0.9, 30: 0.88, 40: 0.9}))) == []


def test_a_validation_loss_that_rises_while_the_training_loss_falls_is_overfitting() -> None:
    (said,) = warnings(losses(FALLEN, {10: 1.0, 20: 0.9, 30: 1.1, 40: 1.3}))
    assert said.startswith("overfitting: the validation loss was least at step 20 (0.900)")


def test_a_validation_loss_that_rises_with_the_training_loss_is_not() -> None:
    train = FALLEN[:20] + [1.5] * 20
    assert not any("over" in each for each in warnings(losses(train, {10: 1.0, 20: 0.9, 40: 1.3})))


@pytest.mark.parametrize("at", [1, 2])
def test_one_or_two_validation_losses_tell_nothing(at: int) -> None:
    valid = {10: 1.0, 40: 9.0} if at == 2 else {40: 9.0}
    assert list(warnings(losses(FALLEN, valid))) == []


def test_a_training_loss_that_has_not_fallen_is_underfitting() -> None:
    (said,) = warnings(losses([1.0 - n / 2000 for n in range(40)]))
    assert "has hardly fallen, from 0.998 to 0.983" in said


def test_a_training_loss_that_still_falls_is_underfitting() -> None:
    (said,) = warnings(losses([2.0 * 0.96**n for n in range(40)]))
    assert "still fell in the last quarter" in said


def test_a_few_steps_tell_nothing() -> None:
    assert list(warnings(losses([2.0, 2.0, 2.0, 2.0]))) == []
    assert list(warnings([])) == []


def test_steps_of_several_sources_are_joined() -> None:
    found = merged([Step(2, 1.0), Step(1, 2.0)], [Step(2, None, 3.0), Step(1, 9.0)])
    assert found == [Step(1, 2.0), Step(2, 1.0, 3.0)]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"step": 3, "train_loss": 0.5}, Step(3, 0.5)),
        ({"step": "3", "train_loss": "", "valid_loss": "0.25"}, Step(3, None, 0.25)),
        ({"step": 3.0, "valid_loss": 2, "full_valid_loss": 1}, Step(3, None, 1.0)),
        ({"step": 3, "training_loss": 1, "validation_loss": 2}, Step(3, 1.0, 2.0)),
        ({"step": 3, "train_loss": float("nan"), "valid_loss": float("inf")}, Step(3)),
        ({"train_loss": 0.5}, None),
        ({"step": None}, None),
        ({"step": []}, None),
    ],
)
def test_losses_are_read_under_each_of_their_names(data: dict[str, object], found: Step) -> None:
    assert step_of(data) == found


def test_a_result_file_that_is_something_else_has_no_losses() -> None:
    assert results(b"") == []
    assert results(b"\xff\xfe{}\n{}") == []
