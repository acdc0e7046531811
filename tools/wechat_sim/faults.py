"""What is made to go wrong. A fault is a name and how often it is still to happen; -1 is always."""

from __future__ import annotations

from typing import Dict

SLOW = "slow"
"""The answer to a delivery reaches the platform ``slow_seconds`` later than it was given."""
CUT = "cut"
"""The connection breaks after the server has the delivery: the answer is lost, and it is delivered again."""
LOST = "lost"
"""A delivery does not reach the server."""
DUPLICATE = "duplicate"
"""A delivery arrives twice at the same time."""
BUSY = "busy"
"""An API call is answered with -1."""
EXPIRED = "token_expired"
"""An API call is answered with 42001, whatever its token."""
LIMITED = "limited"
"""An API call is answered with 45011, too many in this minute."""

NAMES = (SLOW, CUT, LOST, DUPLICATE, BUSY, EXPIRED, LIMITED)


class Faults:
    """The switches."""

    def __init__(self) -> None:
        self.slow_seconds = 6.0
        self._left: Dict[str, int] = dict.fromkeys(NAMES, 0)

    def set(self, name: str, times: int) -> None:
        """Let ``name`` happen ``times`` times. Raises ``KeyError`` for a fault that is none."""
        if name not in self._left:
            raise KeyError(name)
        self._left[name] = times

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        for name in self._left:
            self._left[name] = 0

    def happens(self, name: str) -> bool:
        """Whether it happens now; counts it."""
        left = self._left[name]
        if left > 0:
            self._left[name] = left - 1
        return left != 0

    def state(self) -> Dict[str, int]:
        """How often each is still to happen."""
        return dict(self._left)
