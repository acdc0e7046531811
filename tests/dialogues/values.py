"""What stands in braces in a conversation, taken from the running product when it is needed.

============================  =====================================================================
``{variant}``                 the present one of the file's ``variants``
``{phone}`` ``{phone:2}``     the customer's first line, the second; ``{phone:C1008}`` another's
``{masked}`` …                the same, as customers see it
``{code}`` ``{code:C1008}``   the newest one-time code sent since the conversation began
``{spoken_code}``             the same, as it is dictated: 四七二 幺九零
``{wrong_code}``              six digits that are not that code
``{month:-1}``                last month as 2026年10月; ``{month_short:-1}`` as 10月
``{year:-1}``                 last year
``{bill_total:-1}``           the sum of the items of last month's bill
``{bill_item:-1}``            the name of its first item
``{charge:crbt_fee:-1}``      what last month's bill has of a kind of line
``{points}``                  the customer's loyalty points
``{balance}`` ``{arrears}``   money left, money owed
``{running}``                 what this month has cost so far
``{plan}`` ``{plan_fee}``     the plan in force and its monthly fee
``{data_left}``               what is left of the plan's own data
``{contract_end}``            the last day of the contract
``{next_month}``              the first day of the next month
``{outage_until}``            when the outage at the customer's home is expected to be over
``{ticket}`` ``{promised}``   number and promise of the conversation's newest ticket
``{order}``                   number of its newest order
============================  =====================================================================
"""

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from care.bss.embedded.system import EmbeddedBss
from care.bss.months import month_of, shift_month
from care.bss.protocol import Bill, Line, UsageKind
from tests.dialogues.rows import Rows
from tests.dialogues.script import ScriptError

ZONE = ZoneInfo("Asia/Shanghai")
_SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
_PLACE = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")


class Values:
    """Fills texts in for one conversation."""

    def __init__(
        self,
        rows: Rows,
        http: httpx.Client,
        customer: str | None,
        conversation: Callable[[], str],
        variant: str | None = None,
    ) -> None:
        self._rows = rows
        self._http = http
        self._customer = customer
        self._conversation = conversation
        self._variant = variant
        self._began = datetime.now(UTC)
        self._bss = EmbeddedBss(rows.db, lambda: datetime.now(UTC), ZONE)
        self._known: dict[str, Callable[[str], str]] = known_values(self)

    def fill(self, text: str) -> str:
        """``text`` with its values. Raises ``ScriptError`` for one that is not known."""

        def value(match: re.Match[str]) -> str:
            make = self._known.get(match[1])
            if make is None:
                raise ScriptError(f"{match[0]} is no known value")
            return make(match[2] or "")

        return _PLACE.sub(value, text)

    def line(self, which: str) -> Line:
        """The customer's line of this number (from 1), or the first one of another customer."""
        named = which.startswith("C")
        customer = which if named else self._customer
        if customer is None:
            raise ScriptError("the conversation names no customer")
        lines = self._ask(self._bss.lines(customer))
        index = 0 if named or not which else int(which) - 1
        if index >= len(lines):
            raise ScriptError(f"customer {customer} has no line {which}")
        return lines[index]

    def texts_to(self, phone: str) -> list[dict[str, Any]]:
        """The text messages sent to ``phone`` since the conversation began, newest first."""
        answer = self._http.get("/demo/sms", params={"phone": phone}).raise_for_status()
        return [sent for sent in answer.json() if datetime.fromisoformat(sent["at"]) >= self._began]

    def code(self, which: str) -> str:
        """The newest one-time code."""
        phone = self.line(which).phone
        codes = [sent["code"] for sent in self.texts_to(phone) if sent["code"]]
        if not codes:
            raise AssertionError(f"no code was sent to {phone} in this conversation")
        return str(codes[0])

    def spoken_code(self, which: str) -> str:
        """The newest one-time code in Chinese digits, in two groups."""
        digits = self.code(which).translate(_SPOKEN)
        return f"{digits[:3]} {digits[3:]}"

    def wrong_code(self, which: str) -> str:
        """Six other digits."""
        return f"{(int(self.code(which)) + 1) % 1_000_000:06d}"

    def month(self, back: str) -> str:
        """``2026年10月``."""
        return self._in_words(self._month(back))

    def _in_words(self, month: str) -> str:
        year, number = month.split("-")
        return f"{year}年{int(number)}月"

    def bill(self, back: str) -> Bill:
        """A month's bill."""
        bill = self._ask(self._bss.bill(self.line("").id, self._month(back)))
        if bill is None:
            raise ScriptError(f"{self._customer} has no bill of {self._month(back)}")
        return bill

    def bill_total(self, back: str) -> str:
        """Summed up here, not taken from the bill."""
        return f"{sum((item.amount for item in self.bill(back).items), Decimal()):.2f}"

    def charge(self, which: str) -> str:
        """The sum of a month's lines of one kind, `data_overage:-1`."""
        item, _, back = which.partition(":")
        amounts = [one.amount for one in self.bill(back).items if one.charge_item_id == item]
        if not amounts:
            raise ScriptError(f"the bill has no {item}")
        return f"{sum(amounts, Decimal()):.2f}"

    def refunds(self) -> list[str]:
        """Kind of line and month of all that was given back to the customer."""
        assert self._customer is not None
        return sorted(
            f"{one.charge_item_id} {self._in_words(one.month)}"
            for one in self._ask(self._bss.refunds(self._customer))
        )

    def points(self) -> str:
        """The customer's points."""
        assert self._customer is not None
        return str(self._ask(self._bss.points(self._customer)).points)

    def money(self, which: str) -> str:
        """``available``, ``running`` or ``arrears`` of the customer's account."""
        balance = self._ask(self._bss.balance(self.line("").id))
        return _yuan(getattr(balance, which))

    def plan(self, field: str) -> str:
        """A field of the plan in force."""
        plan = self._ask(self._bss.plan(self.line("").plan_id))
        assert plan is not None
        value = getattr(plan, field)
        return _yuan(value) if isinstance(value, Decimal) else str(value)

    def data_left(self) -> str:
        """In GB with up to two decimals, or in MB when it is less than one."""
        line = self.line("")
        usage = self._ask(self._bss.usage(line.id, self._month("")))
        left = next(
            bucket.left
            for bucket in usage
            if bucket.kind is UsageKind.DATA and bucket.offering_id == line.plan_id
        )
        return f"{left}MB" if left < 1024 else f"{round(left / 1024, 2):g}GB"

    def contract_end(self) -> str:
        """The day on which the customer's contract ends."""
        end = self._ask(self._bss.contracts(self.line("").id))[-1].end
        return f"{end.year}年{end.month}月{end.day}日"

    def outage_until(self) -> str:
        """When the outage at the customer's broadband is expected to be over."""
        assert self._customer is not None
        area = self._ask(self._bss.broadband_of(self._customer))[0].area_id
        expected = self._ask(self._bss.outages(area))[0].expected_at
        assert expected is not None
        return _moment(expected)

    def ticket(self, field: str) -> str:
        """A field of the conversation's newest ticket."""
        tickets = self._rows.tickets(self._conversation())
        if not tickets:
            raise AssertionError("no ticket was opened in this conversation")
        value = getattr(tickets[-1], field)
        return _moment(value) if isinstance(value, datetime) else str(value)

    def order(self) -> str:
        """The number of the conversation's newest order, as customers are told it."""
        orders = self._rows.orders(self._conversation())
        if not orders:
            raise AssertionError("nothing was ordered in this conversation")
        return orders[-1].order.id[-8:].upper()

    def variant(self) -> str:
        """The present variant."""
        if self._variant is None:
            raise ScriptError("the conversation has no variants")
        return self._variant

    def next_month(self) -> str:
        """The first day of the next month."""
        return f"{self.month('1')}1日"

    def year(self, back: str) -> str:
        """A year, counted from this one."""
        return str(datetime.now(ZONE).year + int(back or 0))

    def month_short(self, back: str) -> str:
        """``10月``."""
        return self.month(back).partition("年")[2]

    def _month(self, back: str) -> str:
        return shift_month(month_of(datetime.now(ZONE).date()), int(back or 0))

    def _ask[T](self, answer: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(answer)


def known_values(values: Values) -> dict[str, Callable[[str], str]]:
    """Each name that may stand in braces."""
    return {
        "variant": lambda _: values.variant(),
        "phone": lambda which: values.line(which).phone,
        "masked": lambda which: _masked(values.line(which).phone),
        "code": values.code,
        "spoken_code": values.spoken_code,
        "wrong_code": values.wrong_code,
        "month": values.month,
        "month_short": values.month_short,
        "year": values.year,
        "bill_total": values.bill_total,
        "bill_item": lambda back: values.bill(back).items[0].name,
        "charge": values.charge,
        "points": lambda _: values.points(),
        "running": lambda _: values.money("running"),
        "balance": lambda _: values.money("available"),
        "arrears": lambda _: values.money("arrears"),
        "plan": lambda _: values.plan("name"),
        "plan_fee": lambda _: values.plan("monthly_fee"),
        "data_left": lambda _: values.data_left(),
        "contract_end": lambda _: values.contract_end(),
        "next_month": lambda _: values.next_month(),
        "outage_until": lambda _: values.outage_until(),
        "ticket": lambda _: values.ticket("number"),
        "promised": lambda _: values.ticket("promised_at"),
        "order": lambda _: values.order(),
    }


def unfilled(text: str) -> bool:
    """Whether a sentence still has a place for a value."""
    return _PLACE.search(text) is not None


def _masked(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}"


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}".removesuffix(".00")


def _moment(at: datetime) -> str:
    local = at.astimezone(ZONE)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
