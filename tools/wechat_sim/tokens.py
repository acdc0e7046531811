"""Access tokens, as ``stable_token`` and WeCom's ``gettoken`` give them out.

Source: 获取稳定版接口调用凭据: valid for up to 7200 s; the same token until five minutes before its end; the former one goes
on for five minutes; ``force_refresh`` ends it at once and is good for 20 times a day.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Tuple

from tools.wechat_sim.accounts import Account

LIFE = 7200
OVERLAP = 300
FORCED_A_DAY = 20

NEVER_ISSUED, EXPIRED, SUPERSEDED = 40014, 42001, 40001


@dataclass
class _Token:
    text: str
    account: Account
    until: float
    why_not: int = EXPIRED


class Tokens:
    """All tokens that were given out; ``clock`` gives the platform's time in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: Dict[str, _Token] = {}
        self._present: Dict[str, _Token] = {}
        self._forced: Dict[str, List[float]] = {}

    def issue(self, account: Account, *, force: bool = False) -> Optional[Tuple[str, int]]:
        """The account's token and the seconds it has left; None when it was forced too often."""
        now = self._clock()
        present = self._present.get(account.app_id)
        if force:
            times = self._forced.setdefault(account.app_id, [])
            times[:] = [one for one in times if one > now - 86400]
            if len(times) >= FORCED_A_DAY:
                return None
            times.append(now)
            if present is not None:
                present.until, present.why_not = now, SUPERSEDED
        elif present is not None and present.until - now > OVERLAP:
            return present.text, int(present.until - now)
        made = _Token(
            f"{secrets.randbelow(90) + 10}_{secrets.token_urlsafe(48)}", account, now + LIFE
        )
        self._known[made.text] = made
        self._present[account.app_id] = made
        return made.text, LIFE

    def owner(self, text: str) -> Account | int:
        """Whose token this is, or the error code why it is none."""
        token = self._known.get(text)
        if token is None:
            return NEVER_ISSUED
        return token.account if token.until > self._clock() else token.why_not

    def expire(self, account: Account) -> None:
        """As if the present token's time were over."""
        token = self._present.pop(account.app_id, None)
        if token is not None:
            token.until = self._clock()
