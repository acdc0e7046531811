"""Token buckets."""

import pytest

from care.errors import RateLimited
from care.http.limits import RateLimiter


class _Steps:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _takes(limiter: RateLimiter, key: str, times: int) -> int:
    taken = 0
    for _ in range(times):
        try:
            limiter.take(key)
        except RateLimited:
            continue
        taken += 1
    return taken


def test_a_burst_then_a_rate() -> None:
    steps = _Steps()
    limiter = RateLimiter(rate=2, burst=5, now=steps)
    assert _takes(limiter, "a", 9) == 5
    steps.now += 1
    assert _takes(limiter, "a", 9) == 2
    steps.now += 3600
    assert _takes(limiter, "a", 9) == 5
    assert _takes(limiter, "b", 9) == 5


def test_a_refusal_says_when_to_come_back() -> None:
    limiter = RateLimiter(rate=0.1, burst=1, now=_Steps())
    limiter.take("a")
    with pytest.raises(RateLimited) as refused:
        limiter.take("a")
    assert refused.value.data == {"retry_after": 10}


def test_old_keys_make_room() -> None:
    limiter = RateLimiter(rate=1, burst=1, keys=2, now=_Steps())
    for key in ("a", "b", "c"):
        limiter.take(key)
    limiter.take("a")  # forgotten meanwhile
    assert _takes(limiter, "c", 1) == 0
