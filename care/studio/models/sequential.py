"""Is the candidate worse than the live model? A test that may be looked at after every turn.

A turn is *bad* when it ends in the fallback, in a hand-over to a person, or in a failure of the engine. The null
hypothesis is that the candidate's rate of bad turns is at most the live model's. Two tests share what may be spent on
stopping a candidate that is no worse, ``ALPHA``, so that it is the bound for both together (Bonferroni):

- At every turn, so that a broken candidate is stopped soon: for each turn of the candidate, with live turns of the time
  before it, an e-value for two Bernoulli streams is multiplied on (Turner, Ly, Grünwald 2024, "Generic E-variables for
  exact sequential k-sample tests that allow for optional stopping"): the live rate is what was seen before, the
  candidate's has ``ODDS`` times its odds, and the average over ``ODDS`` counts. While the null hypothesis holds, this
  reaches ``1 / EVERY_TURN`` with a probability of at most ``EVERY_TURN``, however long one looks (Ville's inequality).
- At few looks, so that one that is somewhat worse does not slip through: after ``LOOK`` turns of the candidate, twice as
  many, four times as many, …, Fisher's exact test over all turns of the trial. The first look may spend ``AT_LOOK``, each
  further one half of the one before.

How soon they fire for worse models is simulated by ``benchmarks/canary.py``.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

EVERY_TURN = 0.002
LOOK, AT_LOOK = 500, 0.0015
ALPHA = EVERY_TURN + 2 * AT_LOOK
"""At most so likely is it that a candidate is stopped which is no worse. Half of what is promised (1 %): turns of one
conversation are alike, which both tests take for independent."""
ODDS = (1.5, 2.0, 3.0, 6.0)
_LEAST, _MOST = 0.005, 0.9
_PRIOR_BAD, _PRIOR_GOOD = 1.0, 9.0
"""What is expected of the live model before any of its turns were seen: one bad turn in ten, as if by ten."""
_BLOCK = 10
"""Live turns that stand beside one turn of the candidate; more wait for its next ones, which have fewer."""
_WAITING = 500


@dataclass
class Arm:
    """Turns, and those of them that were bad."""

    turns: int = 0
    bad: int = 0

    def add(self, bad: bool) -> None:
        """One turn more."""
        self.turns += 1
        self.bad += bad

    @property
    def rate(self) -> float | None:
        """The share of bad turns."""
        return self.bad / self.turns if self.turns else None


class HarmTest:
    """The test of one trial."""

    def __init__(self) -> None:
        self._bad, self._good = _PRIOR_BAD, _PRIOR_GOOD
        self._look, self._at_look = LOOK, AT_LOOK
        self._logs = [0.0] * len(ODDS)
        self._waiting: deque[bool] = deque(maxlen=_WAITING)
        self.live = Arm()
        self.candidate = Arm()
        self.fired = False

    @property
    def evidence(self) -> float:
        """The logarithm of the e-value: 0 says nothing, ``threshold`` fires."""
        top = max(self._logs)
        return top + math.log(sum(math.exp(one - top) for one in self._logs) / len(self._logs))

    @property
    def threshold(self) -> float:
        """The evidence from which the candidate is stopped at any turn."""
        return math.log(1 / EVERY_TURN)

    def live_turn(self, bad: bool) -> None:
        """The live model has answered a turn."""
        self.live.add(bad)
        self._waiting.append(bad)

    def candidate_turn(self, bad: bool) -> bool:
        """The candidate has answered a turn; gives whether the test fires, or has fired."""
        self.candidate.add(bad)
        block = Arm()
        while self._waiting and block.turns < _BLOCK:
            block.add(self._waiting.popleft())
        expected = min(_MOST, max(_LEAST, self._bad / (self._bad + self._good)))
        total = block.turns + 1
        for place, odds in enumerate(ODDS):
            worse = odds * expected / (1 - expected + odds * expected)
            same = (block.turns * expected + worse) / total
            self._logs[place] += (
                block.bad * math.log(expected / same)
                + (block.turns - block.bad) * math.log((1 - expected) / (1 - same))
                + (math.log(worse / same) if bad else math.log((1 - worse) / (1 - same)))
            )
        self._bad += block.bad
        self._good += block.turns - block.bad
        self.fired = self.fired or self.evidence >= self.threshold or self._looked()
        return self.fired

    def _looked(self) -> bool:
        """Whether it is time for a look, and Fisher's test fires at it."""
        if self.candidate.turns < self._look:
            return False
        spent = self._at_look
        self._look, self._at_look = self._look * 2, spent / 2
        return fisher(self.live, self.candidate) <= spent

    def feed(self, turns: Iterable[tuple[bool, bool]]) -> bool:
        """Turns in their order, as (by the candidate, bad); gives whether the test has fired."""
        for by_candidate, bad in turns:
            if by_candidate:
                self.candidate_turn(bad)
            else:
                self.live_turn(bad)
        return self.fired


def fisher(live: Arm, candidate: Arm) -> float:
    """How likely the candidate has so many of all bad turns, or more, when both arms have one rate (one-sided)."""
    bad, turns = live.bad + candidate.bad, live.turns + candidate.turns
    whole = _log_choose(turns, bad)
    most = min(bad, candidate.turns)
    return min(
        1.0,
        sum(
            math.exp(_log_choose(candidate.turns, one) + _log_choose(live.turns, bad - one) - whole)
            for one in range(candidate.bad, most + 1)
            if bad - one <= live.turns
        ),
    )


def _log_choose(of: int, some: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)
