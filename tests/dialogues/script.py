"""The files of this folder: whole conversations, each with what must be said and what must have happened.

A file reads like this (all of ``after`` may be left out, and so may every key of a step but its first)::

    about: What this conversation shows, in a sentence.
    customer: C1005                  # of data/demo/customers.yml; gives {phone}, {bill_total:-1}, …
    changes: true                    # it leaves its mark on that customer: no other file may name it
    variants: [转人工, 找个活人]       # the whole conversation once for each, as {variant}
    steps:
    - says: 查一下上个月的账单         # what the customer writes, or
      presses: 宽带报修               # the title of a button of the answer before, or
      expires: identity              # the verified session or the one-time code runs out now, or
      kills: rasa                    # the process is killed, or
      awaits: ready                  # until the whole product answers again
      hears: [核实一下身份, "{phone}"] # stands in the answer
      never: [账单]                   # does not stand in it
      offers: [转人工]                # buttons of the answer
      understood: query_bill         # the intent
      owner: queue                   # who has the conversation now (bot where nothing is said)
      again: true                    # the very same message, redelivered: the very same answer
    after:
      verified: true                 # who the customer is, was shown
      orders: [{plan: p59, state: placed}]      # all orders of this conversation, each with its proof
      tickets: [{kind: callback, holds: [漫游]}] # all tickets of this conversation
      next_plan: p59                 # what the operator will change the line to
      refunds: ["crbt_fee {month:-1}"]  # all charges of the customer that were given back, by month
      points: "2200"                 # how many the customer has now
      packet: {停在: 等验证码}          # what the agent gets
      reason: complaint              # why a person is to take over
      sms: [已成功办理]               # text messages to {phone}, in the end
      nowhere: ["{code}"]            # stands in no message, tracker, turn or log

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

_DEEDS = ("says", "presses", "expires", "kills", "awaits")
_STEP = (*_DEEDS, "hears", "never", "offers", "understood", "owner", "again")
_AFTER = (
    *("verified", "orders", "tickets", "next_plan", "refunds", "points"),
    *("packet", "reason", "sms", "nowhere"),
)
_DIALOGUE = ("about", "customer", "changes", "variants", "steps", "after")
_OWNERS = ("bot", "queue", "agent", "closed")
_THINGS = {"expires": ("identity", "code"), "kills": ("rasa", "care"), "awaits": ("ready",)}


class ScriptError(Exception):
    """A file does not say what it must; the message names file and place."""


@dataclass(frozen=True)
class Step:
    """One thing that the customer (or fate) does, and what must come of it."""

    deed: Literal["says", "presses", "expires", "kills", "awaits"]
    what: str
    hears: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    understood: str | None = None
    owner: str = "bot"
    again: bool = False


@dataclass(frozen=True)
class ExpectedOrder:
    """An order that must have been placed."""

    plan: str
    state: str


@dataclass(frozen=True)
class ExpectedTicket:
    """A ticket that must have been opened; ``holds`` stands in its title or description."""

    kind: str
    holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class After:
    """What must have happened in the end."""

    verified: bool | None = None
    orders: tuple[ExpectedOrder, ...] = ()
    tickets: tuple[ExpectedTicket, ...] = ()
    next_plan: str | None = None
    refunds: tuple[str, ...] = ()
    points: str | None = None
    packet: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    sms: tuple[str, ...] = ()
    nowhere: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dialogue:
    """A file."""

    name: str
    about: str
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
    )


def _after(fields: _Fields) -> After:
    fields.only(_AFTER)
    orders = fields.records("orders")
    tickets = fields.records("tickets")
    for order in orders:
        order.only(("plan", "state"))
    for ticket in tickets:
        ticket.only(("kind", "holds"))
    return After(
        verified=fields.flag("verified"),
        orders=tuple(ExpectedOrder(order.text("plan"), order.text("state")) for order in orders),
        tickets=tuple(
            ExpectedTicket(ticket.text("kind"), ticket.texts("holds")) for ticket in tickets
        ),
        next_plan=fields.text_or_none("next_plan"),
        refunds=fields.texts("refunds"),
        points=fields.text_or_none("points"),
        packet=fields.mapping("packet"),
        reason=fields.text_or_none("reason"),
        sms=fields.texts("sms"),
        nowhere=fields.texts("nowhere"),
    )
