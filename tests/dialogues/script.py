"""The files of this folder: whole conversations, each with what must be said and what must have happened.

A file reads like this (all of ``after`` may be left out, and so may every key of a step but its first)::

    about: What this conversation shows, in a sentence.
    proves: [query_bill]             # what it is about: these intents end in what ``after`` says (docs/reference/intents.md)
    customer: C1005                  # of data/demo/customers.yml; gives {phone}, {bill_total:-1}, …
    changes: true                    # it leaves its mark on that customer: no other file may name it
    variants: [转人工, 找个活人]       # the whole conversation once for each, as {variant}
    steps:
    - says: 查一下上个月的账单         # what the customer writes, or
      presses: 宽带报修               # the title of a button of the answer before, or
      expires: identity              # the verified session or the one-time code runs out now, or
                                     # (promise) the time promised for its tickets, (outage) the outage it waits for
      opens: "{link}"                # a page of ours, or its document, is opened; what it shows is what is heard
      posts: {choice: pay}           # with `opens`: its form is sent, and the page that follows is shown
      kills: rasa                    # the process is killed, or
      awaits: ready                  # until the whole product answers again (``placed``: the operator has all orders), or
      breaks: bss                    # the operator's systems are down (``bss late``: they do it and answer too late), or
      mends: bss                     # they work again
      hears: [核实一下身份, "{phone}"] # stands in the answer
      never: [账单]                   # does not stand in it
      offers: [转人工]                # buttons of the answer
      understood: query_bill         # the intent
      owner: queue                   # who has the conversation now (bot where nothing is said)
      again: true                    # the very same message, redelivered: the very same answer
    after:
      verified: true                 # who the customer is, was shown
      orders: [{plan: p59, state: placed}]      # all orders of this conversation, each with its proof
      tickets: [{kind: callback, holds: [漫游]}] # all tickets of this conversation; also steps, state, priority, team
      orders: [{offering: crbt, kind: cancel_addon, state: placed}]  # the same of anything that is ordered
      holds: {crbt: ends, roam_asia: pending, data_10g: none}  # what the line holds: active, ends, pending or none
      appointments: [{kind: shop, state: booked, holds: ["{shop_label:1@s_cuihu}"]}]   # all booked in this conversation
      notices: [QZ2001]               # outages of whose end the customer is to be told
      next_plan: p59                 # what the operator will change the line to
      refunds: ["crbt_fee {month:-1}"]  # all charges of the customer that were given back, by month
      points: "2200"                 # how many the customer has now
      packet: {停在: 等验证码}          # what the agent gets
      reason: complaint              # why a person is to take over
      payments: [{amount: "50", state: credited}]   # all payments of this conversation
      invoices: [{month: "{month:-1}", state: issued}]  # all invoices of this conversation
      pushed: [已经到账]               # what the bot has said by itself, outside of turns
      line: active                   # the state of the customer's first line
      sms: [已成功办理]               # text messages to {phone}, in the end
      facts: {"{line_status}": active}  # these are equal in the end
      nowhere: ["{code}"]            # stands in no message, tracker, turn or log
      rows:                          # rows that there are in the end, in any table of the care server
      - {table: bss_closing, with: {subject_id: L1186}, number: 1}

What is not said must not have happened: without ``orders`` nothing may have been ordered, and so on. In every
conversation no action may have failed, no turn may have been lost and no sentence may have an unfilled place.
Values in braces are explained in ``values.py``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

FOLDER = Path(__file__).parent

_DEEDS = ("says", "presses", "expires", "kills", "awaits", "breaks", "mends", "opens")
_STEP = (*_DEEDS, "posts", "hears", "never", "offers", "understood", "owner", "again")
_AFTER = (
    "verified",
    "orders",
    "holds",
    "tickets",
    "notices",
    "next_plan",
    "packet",
    "reason",
    "sms",
    "nowhere",
    "payments",
    "invoices",
    "pushed",
    "line",
    "rows",
    "appointments",
    "facts",
    "refunds",
    "points",
)
_DIALOGUE = ("about", "proves", "customer", "changes", "variants", "steps", "after")
_HELD = ("active", "ends", "pending", "none")
_OWNERS = ("bot", "queue", "agent", "closed")
_THINGS = {
    "expires": ("identity", "code", "promise", "outage"),
    "kills": ("rasa", "care"),
    "awaits": ("ready", "placed"),
    "breaks": ("bss", "bss late"),
    "mends": ("bss",),
}


class ScriptError(Exception):
    """A file does not say what it must; the message names file and place."""


@dataclass(frozen=True)
class Step:
    """One thing that the customer (or fate) does, and what must come of it."""

    deed: Literal["says", "presses", "expires", "kills", "awaits", "breaks", "mends", "opens"]
    what: str
    hears: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    understood: str | None = None
    owner: str = "bot"
    again: bool = False
    posts: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ExpectedOrder:
    """An order that must have been placed; of which kind, where that is said."""

    offering: str
    state: str
    kind: str | None = None


@dataclass(frozen=True)
class ExpectedTicket:
    """A ticket that must have been opened; ``holds`` stands in its title or description, ``steps`` in its history.

    State, priority and team are looked at where they are given.
    """

    kind: str
    holds: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    state: str | None = None
    priority: str | None = None
    team: str | None = None


@dataclass(frozen=True)
class ExpectedPayment:
    """A payment that must have been asked for; ``amount`` in yuan."""

    amount: str
    state: str


@dataclass(frozen=True)
class ExpectedInvoice:
    """An invoice that must have been issued."""

    month: str
    state: str


@dataclass(frozen=True)
class ExpectedRows:
    """How many rows of a table must have these values; ``value: null`` is said as ``none``."""

    table: str
    values: Mapping[str, str]
    number: int


@dataclass(frozen=True)
class ExpectedAppointment:
    """An appointment that must have been booked; ``holds`` stands in its time, place, business or number."""

    kind: str
    state: str
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class After:
    """What must have happened in the end."""

    verified: bool | None = None
    orders: tuple[ExpectedOrder, ...] = ()
    holds: Mapping[str, str] = field(default_factory=dict)
    tickets: tuple[ExpectedTicket, ...] = ()
    appointments: tuple[ExpectedAppointment, ...] = ()
    notices: tuple[str, ...] = ()
    next_plan: str | None = None
    refunds: tuple[str, ...] = ()
    points: str | None = None
    packet: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    sms: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    nowhere: tuple[str, ...] = ()
    payments: tuple[ExpectedPayment, ...] = ()
    invoices: tuple[ExpectedInvoice, ...] = ()
    pushed: tuple[str, ...] = ()
    line: str | None = None
    rows: tuple[ExpectedRows, ...] = ()


@dataclass(frozen=True)
class Dialogue:
    """A file."""

    name: str
    about: str
    proves: tuple[str, ...]
    customer: str | None
    changes: bool
    variants: tuple[str, ...]
    steps: tuple[Step, ...]
    after: After


def read_all(folder: Path = FOLDER) -> list[Dialogue]:
    """Every conversation below ``folder``, by name. Raises ``ScriptError``."""
    return [read(path, folder) for path in sorted(folder.rglob("*.yml"))]


def read(path: Path, folder: Path = FOLDER) -> Dialogue:
    """One file; its name is its path below ``folder``. Raises ``ScriptError``."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ScriptError(f"{path}: cannot be read: {error}") from error
    fields = _Fields(str(path), content)
    fields.only(_DIALOGUE)
    steps = content.get("steps")
    if not isinstance(steps, list) or not steps:
        raise fields.error("'steps' must be a list that is not empty")
    dialogue = Dialogue(
        name=str(path.relative_to(folder).with_suffix("")),
        about=fields.text("about"),
        proves=fields.texts("proves"),
        customer=fields.text_or_none("customer"),
        changes=fields.flag("changes") is True,
        variants=fields.texts("variants"),
        steps=tuple(
            _step(_Fields(f"{path}, step {number}", step)) for number, step in enumerate(steps, 1)
        ),
        after=_after(_Fields(f"{path}, after", content.get("after") or {})),
    )
    if dialogue.changes and dialogue.customer is None:
        raise fields.error("'changes' says something of a customer, but none is named")
    after = dialogue.after
    if (after.orders or after.next_plan or after.refunds) and not dialogue.changes:
        raise fields.error("an order changes the customer: it needs 'changes: true'")
    credited = [one for one in dialogue.after.payments if one.state == "credited"]
    if (credited or dialogue.after.invoices) and not dialogue.changes:
        raise fields.error("money and invoices change the customer: they need 'changes: true'")
    if dialogue.after.appointments and not dialogue.changes:
        raise fields.error("an appointment changes the customer: it needs 'changes: true'")
    return dialogue


class _Fields:
    """Names and values at one place of a file."""

    def __init__(self, place: str, fields: Any) -> None:
        self._place = place
        if not isinstance(fields, dict):
            raise self.error("must be names with values")
        self._fields = fields

    def error(self, reason: str) -> ScriptError:
        return ScriptError(f"{self._place}: {reason}")

    def only(self, known: Collection[str]) -> None:
        for key in self._fields:
            if key not in known:
                raise self.error(f"unknown key {key!r}; known are {', '.join(known)}")

    def given(self, keys: Collection[str]) -> list[str]:
        return [key for key in keys if key in self._fields]

    def text(self, key: str) -> str:
        value = self._fields.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{key!r} must be a text that is not empty, not {value!r}")
        return value

    def text_or_none(self, key: str) -> str | None:
        return self.text(key) if key in self._fields else None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._fields.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) and one for one in listed):
            raise self.error(f"{key!r} must be a text or a list of texts, not {value!r}")
        return tuple(listed)

    def flag(self, key: str) -> bool | None:
        value = self._fields.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(f"{key!r} must be true or false, not {value!r}")
        return value

    def whole(self, key: str, usual: int) -> int:
        value = self._fields.get(key, usual)
        if type(value) is not int or value < 0:
            raise self.error(f"{key!r} must be a whole number from 0 on, not {value!r}")
        return int(value)

    def records(self, key: str) -> list["_Fields"]:
        value = self._fields.get(key, [])
        if not isinstance(value, list):
            raise self.error(f"{key!r} must be a list")
        return [
            _Fields(f"{self._place}, {key} {number}", one) for number, one in enumerate(value, 1)
        ]

    def mapping(self, key: str) -> dict[str, str]:
        value = self._fields.get(key, {})
        texts = isinstance(value, dict) and all(
            isinstance(name, str) and isinstance(text, str) for name, text in value.items()
        )
        if not texts:
            raise self.error(f"{key!r} must be names with texts")
        return dict(value)


def _step(fields: _Fields) -> Step:
    fields.only(_STEP)
    deeds = fields.given(_DEEDS)
    if len(deeds) != 1:
        raise fields.error(f"needs exactly one of {', '.join(_DEEDS)}, has {deeds or 'none'}")
    deed: Any = deeds[0]
    what = fields.text(deed)
    if deed in _THINGS:
        if what not in _THINGS[deed]:
            raise fields.error(f"{deed!r} must be one of {', '.join(_THINGS[deed])}, not {what!r}")
        if asked := fields.given(("hears", "never", "offers", "understood", "owner", "again")):
            raise fields.error(f"{deed!r} has no answer, so it cannot have {asked[0]!r}")
    if deed == "opens" and (asked := fields.given(("offers", "understood", "again", "owner"))):
        raise fields.error(f"a page that is opened cannot have {asked[0]!r}")
    if deed != "opens" and fields.given(("posts",)):
        raise fields.error("'posts' goes with 'opens'")
    owner = fields.text_or_none("owner") or "bot"
    if owner not in _OWNERS:
        raise fields.error(f"'owner' must be one of {', '.join(_OWNERS)}, not {owner!r}")
    return Step(
        deed=deed,
        what=what,
        hears=fields.texts("hears"),
        never=fields.texts("never"),
        offers=fields.texts("offers"),
        understood=fields.text_or_none("understood"),
        owner=owner,
        again=fields.flag("again") is True,
        posts=fields.mapping("posts") if fields.given(("posts",)) else None,
    )


def _after(fields: _Fields) -> After:
    fields.only(_AFTER)
    orders = fields.records("orders")
    tickets = fields.records("tickets")
    appointments = fields.records("appointments")
    for appointment in appointments:
        appointment.only(("kind", "state", "holds"))
    for order in orders:
        order.only(("plan", "offering", "kind", "state"))
        if len(order.given(("plan", "offering"))) != 1:
            raise order.error("needs exactly one of plan, offering")
    for ticket in tickets:
        ticket.only(("kind", "holds", "steps", "state", "priority", "team"))
    payments, invoices = fields.records("payments"), fields.records("invoices")
    for payment in payments:
        payment.only(("amount", "state"))
    for invoice in invoices:
        invoice.only(("month", "state"))
    rows = fields.records("rows")
    for row in rows:
        row.only(("table", "with", "number"))
    return After(
        verified=fields.flag("verified"),
        orders=tuple(
            ExpectedOrder(
                order.text(order.given(("plan", "offering"))[0]),
                order.text("state"),
                order.text_or_none("kind"),
            )
            for order in orders
        ),
        holds=_holdings(fields),
        tickets=tuple(
            ExpectedTicket(
                ticket.text("kind"),
                ticket.texts("holds"),
                ticket.texts("steps"),
                ticket.text_or_none("state"),
                ticket.text_or_none("priority"),
                ticket.text_or_none("team"),
            )
            for ticket in tickets
        ),
        appointments=tuple(
            ExpectedAppointment(one.text("kind"), one.text("state"), one.texts("holds"))
            for one in appointments
        ),
        notices=fields.texts("notices"),
        next_plan=fields.text_or_none("next_plan"),
        refunds=fields.texts("refunds"),
        points=fields.text_or_none("points"),
        packet=fields.mapping("packet"),
        reason=fields.text_or_none("reason"),
        sms=fields.texts("sms"),
        facts=fields.mapping("facts"),
        nowhere=fields.texts("nowhere"),
        payments=tuple(ExpectedPayment(one.text("amount"), one.text("state")) for one in payments),
        invoices=tuple(ExpectedInvoice(one.text("month"), one.text("state")) for one in invoices),
        pushed=fields.texts("pushed"),
        line=fields.text_or_none("line"),
        rows=tuple(
            ExpectedRows(row.text("table"), row.mapping("with"), row.whole("number", 1))
            for row in rows
        ),
    )


def _holdings(fields: _Fields) -> dict[str, str]:
    holds = fields.mapping("holds")
    for offering, state in holds.items():
        if state not in _HELD:
            raise fields.error(f"{offering!r} must be one of {', '.join(_HELD)}, not {state!r}")
    return holds
