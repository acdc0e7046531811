"""The measures by which classifiers are compared."""

import numpy as np
import pytest

from benchmarks.nlu.figures import Answers, calibration_error, macro_f1, wilson
from benchmarks.nlu.near_duplicates import groups
from benchmarks.nlu.rejection import rejection, safe_threshold, sureness, threshold


def test_answers_are_the_likeliest_intents() -> None:
    answers = Answers(["a", "b"], ["a", "b"], np.array([[0.7, 0.3], [0.6, 0.4]]))
    assert answers.found == ["a", "a"]
    assert answers.right.tolist() == [True, False]
    assert answers.confidence.tolist() == [0.7, 0.6]


def test_macro_f1_counts_every_wanted_intent_alike() -> None:
    assert macro_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert macro_f1(["a", "b"], ["a", "c"]) == pytest.approx(0.5)


def test_who_is_right_as_often_as_said_has_no_calibration_error() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0)
    assert calibration_error([0.95, 0.95, 0.15, 0], [True, False, False, False]) == pytest.approx(
        0.45 / 2 + 0.15 / 4
    )


def test_an_interval_holds_the_share() -> None:
    low, high = wilson(90, 100)
    assert 0.8 < low < 0.9 < high < 0.95


def test_what_is_sure_to_be_in_scope() -> None:
    chances = np.array([[0.5, 0.2, 0.3], [0.1, 0.2, 0.7]])
    assert sureness(["a", "b", "oos"], chances, {"oos"}) == pytest.approx([0.2, -0.5])
    assert sureness(["a", "b", "c"], chances, {"oos"}) == pytest.approx([0.5, 0.7])


def test_no_more_in_scope_is_lost_than_may_be() -> None:
    inside = np.arange(100) / 100
    assert (inside < threshold(inside, 0.03)).mean() == pytest.approx(0.03)
    assert (np.ones(100) < threshold(np.ones(100), 0.03)).mean() == 0


def test_a_safe_threshold_loses_less_than_it_may_on_other_sentences_too() -> None:
    draw = np.random.default_rng(0)
    chosen = [safe_threshold(draw.normal(size=3000), 0.03) for _ in range(40)]
    lost = [(draw.normal(size=100_000) < one).mean() for one in chosen]
    assert np.mean([one <= 0.03 for one in lost]) > 0.9
    assert np.mean(lost) > 0.015
    assert safe_threshold(np.arange(10.0), 0.03) == 0.0


def test_rejection() -> None:
    inside, outside = np.linspace(0.5, 1, 100), np.linspace(0, 0.5, 10, endpoint=False)
    perfect = rejection(inside, outside)
    assert (perfect.recall, perfect.area, perfect.chosen) == (1, 1, 1)
    half = rejection(inside, outside, chosen=0.25)
    assert (half.chosen, half.lost) == (0.5, 0)
    assert rejection(inside, inside).area == pytest.approx(0.5)


def test_near_duplicates_are_together() -> None:
    assert groups(["查一下话费余额", "怎么改套餐", "查一下话费余额!"]) == [[0, 2], [1]]
