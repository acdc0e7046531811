"""The automatic stop: fires for bad models, hardly ever for good ones. The whole table: ``benchmarks/canary.py``."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.canary import KINDS, simulate
from care.studio.models.sequential import ALPHA, LOOK, Arm, HarmTest, fisher

RUNS = 150


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "share"), [(0.06, 0.1), (0.1, 0.2), (0.2, 0.1)])
def test_a_bad_model_is_stopped_within_five_hundred_turns(rate: float, share: float) -> None:
    assert simulate(rate, KINDS["bad"](rate), share, RUNS, seed=7).stopped >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.1, 0.25])
def test_a_good_model_is_left_alone(rate: float) -> None:
    # At most 0.5 % of all: of 150, five or more in one case of 1,000 (binomial).
    assert simulate(rate, rate, 0.1, RUNS, seed=7).stopped * RUNS <= 4
    assert simulate(rate, rate * 0.8, 0.1, RUNS, seed=7).stopped * RUNS <= 2


def test_before_any_turn_nothing_is_known() -> None:
    test = HarmTest()
    assert (test.evidence, test.fired) == (0.0, False)
    assert test.live.rate is None


def test_a_candidate_that_always_fails_is_stopped_soon() -> None:
    test = HarmTest()
    for number in range(100):
        test.live_turn(number % 10 == 0)
    fired = [test.candidate_turn(True) for _ in range(8)]
    assert fired == sorted(fired)
    assert fired[-1]


def test_without_live_turns_there_is_nothing_to_compare_with() -> None:
    test = HarmTest()
    assert not any(test.candidate_turn(True) for _ in range(50))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=200))
@settings(max_examples=50)
def test_the_order_of_looking_does_not_matter(turns: list[tuple[bool, bool]]) -> None:
    at_once, one_by_one = HarmTest(), HarmTest()
    at_once.feed(turns)
    for turn in turns:
        one_by_one.feed([turn])
    assert at_once.evidence == pytest.approx(one_by_one.evidence)
    assert at_once.candidate == one_by_one.candidate


def test_on_average_nothing_is_won_against_equal_rates() -> None:
    """The e-value's mean is at most 1 while both rates are equal: that is what bounds false alarms."""
    source = random.Random(3)
    total = 0.0
    for _ in range(4000):
        test = HarmTest()
        for _ in range(20):
            test.live_turn(source.random() < 0.2)
            test.live_turn(source.random() < 0.2)
            test.candidate_turn(source.random() < 0.2)
        total += 2.718281828**test.evidence
    assert total / 4000 < 1 + 0.15


def test_both_tests_together_stay_below_what_is_promised() -> None:
    assert ALPHA <= 0.01


def test_fishers_test_is_that_of_the_textbook() -> None:
    # Fisher's tea: eight cups, four of each kind, three or four of them found.
    assert fisher(Arm(4, 1), Arm(4, 3)) == pytest.approx(17 / 70)
    assert fisher(Arm(4, 0), Arm(4, 4)) == pytest.approx(1 / 70)
    assert fisher(Arm(10, 0), Arm(0, 0)) == pytest.approx(1)
    assert fisher(Arm(0, 0), Arm(500, 100)) == pytest.approx(1)


def test_what_is_somewhat_worse_is_found_at_the_look() -> None:
    test = HarmTest()
    for number in range(LOOK):
        for place in range(4):
            test.live_turn((4 * number + place) % 25 == 0)
        fired = test.candidate_turn(number % 13 == 0)
        assert fired == (number == LOOK - 1)
    assert test.evidence < test.threshold
