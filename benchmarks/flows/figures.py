"""The arithmetic of the benchmark: percentiles, rates, ratios and goals."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` (0 to 1) of ``values`` do not exceed; not a number when there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


def ratio(ours: float, theirs: float) -> float:
    """How many times ``theirs`` ``ours`` is; not a number when there is nothing to compare with."""
    if not theirs or math.isnan(ours) or math.isnan(theirs):
        return math.nan
    return ours / theirs


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """One turn: milliseconds on the clock, and of CPU by process; whether it was answered as expected."""

    wall: float
    cpu: dict[str, float]
    expected: bool


@dataclass(frozen=True, slots=True)
class FlowFigures:
    """The turns of all repetitions of one flow."""

    name: str
    turns: list[TurnFigures]

    def wall(self, share: float) -> float:
        """Milliseconds a turn, at this percentile."""
        return percentile([turn.wall for turn in self.turns], share)

    def cpu(self, process: str, share: float) -> float:
        """Milliseconds of CPU a turn in this process, at this percentile."""
        return percentile([turn.cpu[process] for turn in self.turns], share)

    @property
    def expected(self) -> int:
        """How many turns were answered as expected."""
        return sum(turn.expected for turn in self.turns)


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """What a number of customers at once got in ``seconds``; ``cpu`` is seconds by process, walls are milliseconds."""

    customers: int
    seconds: float
    walls: list[float]
    cpu: dict[str, float]
    failed: int = 0

    @property
    def turns_a_second(self) -> float:
        """Turns answered a second."""
        return len(self.walls) / self.seconds

    def turns_a_cpu_second(self, process: str) -> float:
        """Turns answered for each second of CPU of this process."""
        return ratio(len(self.walls), self.cpu[process])

    def wall(self, share: float) -> float:
        """Milliseconds a turn, at this percentile."""
        return percentile(self.walls, share)


@dataclass(slots=True)
class SystemFigures:
    """All that was measured of one system; ``memory`` is resident megabytes by process.

    ``ready_seconds`` is from the start of its processes on, ``train_seconds`` from command to archive.
    """

    name: str
    flows: list[FlowFigures]
    loads: list[LoadFigures]
    memory: dict[str, float]
    ready_seconds: float
    train_seconds: float | None = None
    notes: list[str] = field(default_factory=list)

    def alone(self) -> LoadFigures | None:
        """The load of one customer."""
        return next((load for load in self.loads if load.customers == 1), None)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure with what was aimed at and what would be better still."""

    name: str
    value: float
    goal: float
    stretch: float | None
    unit: str
    less_is_better: bool = False

    def verdict(self) -> str:
        """``stretch reached``, ``reached``, ``not reached`` or ``not measured``."""
        if math.isnan(self.value):
            return "not measured"
        if self.stretch is not None and self._meets(self.stretch):
            return "stretch reached"
        return "reached" if self._meets(self.goal) else "not reached"

    def _meets(self, bound: float) -> bool:
        return self.value < bound if self.less_is_better else self.value >= bound


def goals(ours: SystemFigures, theirs: SystemFigures | None) -> list[Goal]:
    """What the project set itself; without a baseline only what needs none."""
    found = []
    for load in ours.loads:
        other = None
        if theirs is not None:
            other = next((one for one in theirs.loads if one.customers == load.customers), None)
        if other is None:
            continue
        at = f"at {load.customers} customer{'s' if load.customers > 1 else ''}"
        rate = ratio(load.turns_a_second, other.turns_a_second)
        found.append(Goal(f"turns a second, {at}", rate, 3, 5, "x"))
        cpu = ratio(load.turns_a_cpu_second("bot"), other.turns_a_cpu_second("bot"))
        found.append(Goal(f"turns per CPU-second of the bot, {at}", cpu, 5, None, "x"))
    alone = ours.alone()
    median = alone.wall(0.5) if alone is not None else math.nan
    found.append(Goal("p50 of a turn, alone", median, 60, 40, "ms", less_is_better=True))
    return found
