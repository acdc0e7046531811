"""Figures, the comparison, and the gate."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.studio.models.gate import Rules, compare, judge
from care.studio.models.measures import BINS, Case, figures

INTENTS = st.sampled_from(["query_bill", "query_balance", "greet"])
CASES = st.lists(
    st.builds(
        Case,
        st.text(min_size=1, max_size=5),
        INTENTS,
        INTENTS,
        st.floats(0, 1),
        st.sampled_from(["query_bill", "greet", "nlu_fallback"]),
    ),
    min_size=1,
    max_size=60,
)


def _case(text: str, wanted: str, found: str, confidence: float = 0.9) -> Case:
    return Case(text, wanted, found, confidence, found)


def test_precision_recall_and_f1_of_each_intent() -> None:
    made = figures(
        [
            _case("1", "a", "a"),
            _case("2", "a", "a"),
            _case("3", "a", "b"),
            _case("4", "b", "b", 0.55),
            Case("5", "b", "a", 0.3, "nlu_fallback"),
        ],
        left_out=2,
    )
    one, other = made.intents
    assert (one.intent, one.cases, one.found) == ("a", 3, 3)
    assert one.precision == pytest.approx(2 / 3)
    assert one.recall == pytest.approx(2 / 3)
    assert one.f1 == pytest.approx(2 / 3)
    assert other.f1 == pytest.approx(1 / 2)
    assert made.accuracy == pytest.approx(3 / 5)
    assert made.macro_f1 == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert (made.asked_again, made.acted_wrongly) == (pytest.approx(0.2), pytest.approx(0.2))
    assert [(one.wanted, one.found, one.count) for one in made.confusions] == [
        ("a", "b", 1),
        ("b", "a", 1),
    ]
    assert made.left_out == 2
    # In the bin from 0.8 to 0.9: 2 of 3 right at 0.9; one right at 0.55; one wrong at 0.3.
    expected = (abs(2.7 - 2) + abs(0.55 - 1) + abs(0.3 - 0)) / 5
    assert made.calibration_error == pytest.approx(expected)


def test_an_intent_that_nothing_was_taken_for() -> None:
    one, other = figures([_case("1", "a", "b")]).intents
    assert (one.precision, one.recall, one.f1) == (None, 0, 0)
    assert (other.precision, other.recall, other.f1) == (0, None, 0)


@given(CASES)
def test_the_parts_make_the_whole(cases: list[Case]) -> None:
    made = figures(cases)
    assert len(made.bins) == BINS
    assert sum(one.right + one.wrong for one in made.bins) == len(cases)
    assert sum(one.cases for one in made.intents) == len(cases)
    wrong = sum(one.count for one in made.confusions)
    assert math.isclose(made.accuracy, 1 - wrong / len(cases))
    assert 0 <= made.calibration_error <= 1
    assert 0 <= made.macro_f1 <= 1


@given(CASES)
def test_a_model_is_no_worse_than_itself(cases: list[Case]) -> None:
    unique = list({(one.text, one.wanted): one for one in cases}.values())
    same = compare(unique, unique)
    assert (same.better, same.worse) == ([], [])
    assert all(one.points == 0 for one in same.intents)
    assert judge(Rules(1, 0, 0), frozen=same, cross_validation=None, dialogues=[]).passed


def test_sentence_by_sentence() -> None:
    before = [
        _case("1", "a", "a"),
        _case("2", "a", "b"),
        _case("3", "b", "b"),
        _case("9", "a", "a"),
    ]
    after = [_case("1", "a", "b", 0.4), _case("2", "a", "a"), _case("3", "b", "b")]
    made = compare(before, after)
    assert made.cases == 3, "a sentence that only one was asked does not count"
    assert [(one.text, one.before, one.after) for one in made.better] == [("2", "b", "a")]
    assert [(one.text, one.before, one.after_confidence) for one in made.worse] == [("1", "a", 0.4)]


def _many(wrong: int, cases: int = 100) -> list[Case]:
    others = [_case(f"o{n}", "other", "other") for n in range(400)]
    return [
        *(_case(str(n), "a", "third" if n < wrong else "a") for n in range(cases)),
        *others,
    ]


@pytest.mark.parametrize(
    ("wrong", "cases", "objects"),
    [
        (0, 100, []),
        (5, 100, []),
        (8, 100, ["intent_worse"]),
        (8, 19, []),
        (30, 100, ["intent_worse", "overall_worse"]),
    ],
)
def test_the_gate(wrong: int, cases: int, objects: list[str]) -> None:
    rules = Rules(min_cases=20, points=3.0, overall_points=2.0)
    made = compare(_many(0, cases), _many(wrong, cases))
    verdict = judge(rules, frozen=made, cross_validation=None, dialogues=[["one", None]])
    assert [one.code for one in verdict.objections] == objects
    assert verdict.passed is (not objects)


def test_what_was_not_measured_does_not_pass() -> None:
    verdict = judge(Rules(), frozen=None, cross_validation=None, dialogues=None)
    assert [one.code for one in verdict.objections] == ["not_measured", "dialogues_missing"]
    first = judge(Rules(), frozen=None, cross_validation=None, dialogues=[["a", None]], first=True)
    assert first.passed


def test_a_dialogue_that_fails_is_named() -> None:
    verdict = judge(
        Rules(), frozen=compare([], []), cross_validation=None, dialogues=[["a", "x"], ["b", None]]
    )
    assert [(one.code, one.name) for one in verdict.objections] == [("dialogue_failed", "a")]


def test_cross_validation_counts_where_there_is_one() -> None:
    made = compare(_many(0), _many(30))
    verdict = judge(Rules(), frozen=compare([], []), cross_validation=made, dialogues=[])
    assert {one.measured for one in verdict.objections} == {"cross_validation"}
