"""What the desk shows of customers: asked of the operator's systems, masked, kept for a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from care.bss.protocol import Bss
from care.clock import Clock, local_date
from care.customers.masking import mask_name
from care.errors import CareError

_LIFE = timedelta(minutes=5)
_LIFE_OF_FAILURE = timedelta(seconds=30)
_AT_ONCE = 8


@dataclass(frozen=True)
class Card:
    """A customer in a list: the name is masked, ``None`` when it is not known."""

    name: str | None
    senior: bool


_UNKNOWN = Card(None, senior=False)


class CustomerCards:
    """Looks customers up and remembers what it saw; a system that is down costs no more than names.

    ``timeout`` is in seconds, for one call with any number of customers.
    """

    def __init__(
        self, bss: Bss, clock: Clock, zone: ZoneInfo, *, size: int = 2000, timeout: float = 2.0
    ) -> None:
        self._bss = bss
        self._clock = clock
        self._zone = zone
        self._size = size
        self._timeout = timeout
        self._kept: OrderedDict[str, tuple[datetime, Card]] = OrderedDict()
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def of(self, customer_ids: Iterable[str]) -> dict[str, Card]:
        """The cards of these customers."""
        wanted = set(customer_ids)
        now = self._clock()
        cards = {
            customer_id: kept[1]
            for customer_id in wanted
            if (kept := self._kept.get(customer_id)) is not None and kept[0] > now
        }
        missing = wanted - cards.keys()
        if missing:
            tasks = [asyncio.create_task(self._look_up(customer_id)) for customer_id in missing]
            _, late = await asyncio.wait(tasks, timeout=self._timeout)
            for task in late:
                task.cancel()
            for customer_id in missing:
                kept = self._kept.get(customer_id)
                cards[customer_id] = _UNKNOWN if kept is None else kept[1]
        return cards

    async def full_name(self, customer_id: str) -> str | None:
        """The whole name, for a ticket's record, never for a page; ``None`` when not known."""
        try:
            async with asyncio.timeout(self._timeout):
                customer = await self._bss.customer(customer_id)
        except (TimeoutError, CareError):
            return None
        return None if customer is None else customer.name

    async def _look_up(self, customer_id: str) -> None:
        life = _LIFE
        try:
            async with self._free:
                customer = await self._bss.customer(customer_id)
        except CareError:
            card, life = _UNKNOWN, _LIFE_OF_FAILURE
        else:
            card = _UNKNOWN
            if customer is not None:
                today = local_date(self._clock(), self._zone)
                card = Card(mask_name(customer.name), senior=customer.is_senior(today))
        self._kept[customer_id] = (self._clock() + life, card)
        self._kept.move_to_end(customer_id)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)
