"""Is the candidate worse than the live model? A test that may be looked at after every turn.

A turn is *bad* when it ends in the fallback, in a hand-over to a person, or in a failure of the engine. The null
hypothesis is that the candidate's rate of bad turns is at most the live model's. For each turn of the candidate, with
live turns of the time before it, an e-value for two Bernoulli streams is multiplied on (Turner, Ly, Grünwald 2024,
"Generic E-variables for exact sequential k-sample tests that allow for optional stopping"): the live rate is what was
seen before, the candidate's has ``ODDS`` times its odds, and the average over ``ODDS`` counts. While the null
hypothesis holds, this never reaches ``1 / ALPHA`` with a probability of more than ``ALPHA``, however long one looks
(Ville's inequality). How soon it fires for worse models is simulated by ``benchmarks/canary.py``.
"""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

ALPHA = 0.01
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

    def __init__(self, alpha: float = ALPHA) -> None:
        self._bad, self._good = _PRIOR_BAD, _PRIOR_GOOD
        self._threshold = math.log(1 / alpha)
        self._logs = [0.0] * len(ODDS)
        self._waiting: deque[bool] = deque(maxlen=_WAITING)
        self.live = Arm()
        self.candidate = Arm()
        self.fired = False

    @property
    def evidence(self) -> float:
        """The logarithm of the e-value: 0 says nothing, ``log(1 / alpha)`` fires."""
        top = max(self._logs)
        return top + math.log(sum(math.exp(one - top) for one in self._logs) / len(self._logs))

    @property
    def threshold(self) -> float:
        """The evidence from which the candidate is stopped."""
        return self._threshold

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
        self.fired = self.fired or self.evidence >= self._threshold
        return self.fired

    def feed(self, turns: Iterable[tuple[bool, bool]]) -> bool:
        """Turns in their order, as (by the candidate, bad); gives whether the test has fired."""
        for by_candidate, bad in turns:
            if by_candidate:
                self.candidate_turn(bad)
            else:
                self.live_turn(bad)
        return self.fired
