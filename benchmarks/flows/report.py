"""The figures as a report that a person reads: aligned Markdown, the same on the screen and in the file."""

import math
import unicodedata
from collections.abc import Sequence

from benchmarks.flows.figures import SystemFigures, goals, ratio

_NONE = "-"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, aligned for the screen: the first column to the left, figures to the right."""
    lines = [list(heads), *[list(row) for row in rows]]
    widths = [max(3, *(_width(line[place]) for line in lines)) for place in range(len(heads))]
    rule = [
        "-" * widths[0],
        *("-" * (width - 1) + ":" for width in widths[1:]),
    ]
    drawn = [_row(line, widths) for line in lines]
    return "\n".join([drawn[0], f"| {' | '.join(rule)} |", *drawn[1:]])


def number(value: float | None, unit: str = "", digits: int = 1) -> str:
    """A figure with its unit; a dash where there is none."""
    if value is None or math.isnan(value):
        return _NONE
    return f"{value:.{digits}f}{' ' if unit and unit != 'x' else ''}{unit}"


def report(
    ours: SystemFigures, theirs: SystemFigures | None, machine: str, remarks: Sequence[str]
) -> str:
    """The whole report: what the project aims at first, then every figure."""
    parts = ["# Benchmark", machine, *_remarks(remarks)]
    parts += ["## Goals", _goals(ours, theirs)]
    if theirs is not None:
        parts += ["## Against plain Rasa", _comparison(ours, theirs)]
    for system in (ours, theirs):
        if system is not None:
            parts += _system(system)
    return "\n\n".join(parts) + "\n"


def _remarks(remarks: Sequence[str]) -> list[str]:
    return ["\n".join(f"- {remark}" for remark in remarks)] if remarks else []


def _goals(ours: SystemFigures, theirs: SystemFigures | None) -> str:
    rows = [
        [
            goal.name,
            number(goal.value, goal.unit),
            number(goal.goal, goal.unit, 0),
            number(goal.stretch, goal.unit, 0),
            goal.verdict(),
        ]
        for goal in goals(ours, theirs)
    ]
    return table(["", "measured", "goal", "stretch", ""], rows)


def _comparison(ours: SystemFigures, theirs: SystemFigures) -> str:
    rows = []
    for load in ours.loads:
        other = next((one for one in theirs.loads if one.customers == load.customers), None)
        if other is None:
            continue
        of = f", {load.customers} at once"
        pairs = (
            ("turns a second", load.turns_a_second, other.turns_a_second),
            (
                "turns per CPU-second of the bot",
                load.turns_a_cpu_second("bot"),
                other.turns_a_cpu_second("bot"),
            ),
            ("p50 of a turn, ms", load.wall(0.5), other.wall(0.5)),
            ("p95 of a turn, ms", load.wall(0.95), other.wall(0.95)),
        )
        rows += [_pair(name + of, *pair) for name, *pair in pairs]
    rows.append(_pair("memory, MB", sum(ours.memory.values()), sum(theirs.memory.values())))
    rows.append(_pair("ready after, s", ours.ready_seconds, theirs.ready_seconds))
    if ours.train_seconds is not None and theirs.train_seconds is not None:
        rows.append(_pair("training, s", ours.train_seconds, theirs.train_seconds))
    return table(["", ours.name, theirs.name, "ratio"], rows)


def _pair(name: str, ours: float, theirs: float) -> list[str]:
    return [name, number(ours), number(theirs), number(ratio(ours, theirs), "x", 2)]


def _system(system: SystemFigures) -> list[str]:
    memory = ", ".join(f"{name} {value:.0f} MB" for name, value in system.memory.items())
    trained = "" if system.train_seconds is None else f"; trained in {system.train_seconds:.0f} s"
    facts = f"Ready after {system.ready_seconds:.0f} s{trained}; memory after the load: {memory}."
    return [
        f"## {system.name}",
        facts,
        *_remarks(system.notes),
        "A conversation of each flow, one customer alone (milliseconds a turn):",
        _flows(system),
        "Several customers at once, all flows mixed:",
        _loads(system),
    ]


def _flows(system: SystemFigures) -> str:
    names = list(system.memory)
    heads = ["flow", "turns", "p50", "p95"]
    heads += [f"CPU {name} {share}" for name in names for share in ("p50", "p95")]
    rows = [
        [
            flow.name,
            str(len(flow.turns)),
            number(flow.wall(0.5)),
            number(flow.wall(0.95)),
            *(number(flow.cpu(name, share)) for name in names for share in (0.5, 0.95)),
            f"{flow.expected}/{len(flow.turns)}",
        ]
        for flow in system.flows
    ]
    return table([*heads, "as expected"], rows)


def _loads(system: SystemFigures) -> str:
    names = list(system.memory)
    heads = ["customers", "turns", "failed", "turns/s", "p50 ms", "p95 ms"]
    heads += [f"turns per CPU-s {name}" for name in names]
    rows = [
        [
            str(load.customers),
            str(len(load.walls)),
            str(load.failed),
            number(load.turns_a_second),
            number(load.wall(0.5)),
            number(load.wall(0.95)),
            *(number(load.turns_a_cpu_second(name)) for name in names),
        ]
        for load in system.loads
    ]
    return table(heads, rows)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell + " " * (width - _width(cell)) if place == 0 else " " * (width - _width(cell)) + cell
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
