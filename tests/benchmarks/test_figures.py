"""The benchmark's arithmetic and its report; the measurements themselves are ``make bench``."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.flows.baseline_model import config_text
from benchmarks.flows.dialogues import FLOWS, IDENTITY, phones, visit
from benchmarks.flows.figures import (
    FlowFigures,
    Goal,
    LoadFigures,
    SystemFigures,
    TurnFigures,
    goals,
    percentile,
    ratio,
)
from benchmarks.flows.report import number, report, table


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.2, 1), (0.5, 3), (0.6, 3), (0.61, 4), (0.95, 5), (1.0, 5)]
)
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile([4, 1, 5, 3, 2], share) == expected


def test_no_values_have_no_percentile() -> None:
    assert math.isnan(percentile([], 0.5))


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_so_many_values_are_not_above_a_percentile(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_a_ratio_with_nothing_is_no_number() -> None:
    assert ratio(6, 2) == 3
    assert math.isnan(ratio(6, 0))
    assert math.isnan(ratio(math.nan, 2))


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(2.9, "not reached"), (3, "reached"), (5, "stretch reached"), (math.nan, "not measured")],
)
def test_more_is_better(value: float, verdict: str) -> None:
    assert Goal("", value, 3, 5, "x").verdict() == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(60, "not reached"), (59, "reached"), (39, "stretch reached")]
)
def test_less_is_better(value: float, verdict: str) -> None:
    assert Goal("", value, 60, 40, "ms", less_is_better=True).verdict() == verdict


def _system(name: str, milliseconds: float, turns: int, bot: float) -> SystemFigures:
    turn = TurnFigures(milliseconds, {"bot": 5.0, "care": 2.0}, expected=True)
    loads = [
        LoadFigures(customers, 10.0, [milliseconds] * turns, {"bot": bot, "care": 1.0})
        for customers in (1, 8)
    ]
    return SystemFigures(
        name, [FlowFigures("bill", [turn, turn])], loads, {"bot": 600.0, "care": 100.0}, 30.0
    )


def test_the_goals_compare_the_same_number_of_customers() -> None:
    ours, theirs = _system("ours", 35, 600, 6), _system("theirs", 100, 120, 10)
    theirs.loads.pop()
    found = {goal.name: (goal.value, goal.verdict()) for goal in goals(ours, theirs)}
    assert found == {
        "turns a second, at 1 customer": (5, "stretch reached"),
        "turns per CPU-second of the bot, at 1 customer": (pytest.approx(100 / 12), "reached"),
        "p50 of a turn, alone": (35, "stretch reached"),
    }


def test_without_a_baseline_only_the_time_of_a_turn_is_judged() -> None:
    assert [goal.name for goal in goals(_system("ours", 70, 1, 1), None)] == [
        "p50 of a turn, alone"
    ]


def test_a_table_is_aligned_for_both_scripts() -> None:
    assert table(["", "次"], [["账单", "1"], ["x", "234.5"]]).splitlines() == [
        "|      |    次 |",
        "| ---- | ----: |",
        "| 账单 |     1 |",
        "| x    | 234.5 |",
    ]


def test_a_missing_figure_is_a_dash() -> None:
    assert [number(None), number(math.nan, "ms"), number(1.25, "ms"), number(2, "x")] == [
        "-",
        "-",
        "1.2 ms",
        "2.0x",
    ]


def test_the_report_has_the_figures_of_both() -> None:
    ours, theirs = _system("ours", 35, 600, 6), _system("theirs", 100, 120, 10)
    lines = [" ".join(line.split()) for line in report(ours, theirs, "m", ["busy"]).splitlines()]
    assert "- busy" in lines
    assert "| turns a second, at 8 customers | 5.0x | 3x | 5x | stretch reached |" in lines
    assert "| turns a second, 1 at once | 60.0 | 12.0 | 5.00x |" in lines
    assert "## theirs" in lines
    assert "| bill | 2 | 35.0 | 35.0 | 5.0 | 5.0 | 2.0 | 2.0 | 2/2 |" in lines


def test_everything_that_is_said_can_be_filled_in() -> None:
    values = {"phone": "13800138001", "code": "246810"}
    for step in (*IDENTITY.steps, *visit()):
        assert "{" not in step.says.format(**values)
        if step.payload is not None:
            assert step.payload.format(**values).startswith("/inform{")


def test_the_person_comes_last_and_every_customer_has_a_number() -> None:
    assert FLOWS[-1].name == "a person"
    assert len(set(phones())) >= 32


def test_the_epochs_of_the_baseline_are_those_asked_for() -> None:
    assert config_text(7).count("epochs: 7\n") == 4
    assert "epochs: 100" not in config_text(7)
