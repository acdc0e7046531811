"""Whole conversations as readable files: what the customer says, what must be said, what must have happened.

::

    customer: "13800138001"         # a demo customer's number, for {phone} and {code}
    steps:
    - say: 查下上个月话费            # or `press:` the title of an offered button
      expect: [手机号码]             # each must occur in what is said; buttons stand there as [title]
      unexpected: [元]               # none of these may
      intent: query_bill             # what must have been understood
    happened:                        # afterwards, in the database; nothing else may have been opened or ordered
      owner: bot
      tickets: [broadband_fault]     # kinds of the tickets opened in this conversation
      orders: [p59]                  # plans ordered by the customer's number, each with its proof

``{phone}`` is the customer's number, ``{code}`` the newest code sent to it, ``{wrong_code}`` another one.
"""

import json
import re
import sqlite3
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.servers.product import Product

_STEP_KEYS = {"say", "press", "expect", "unexpected", "intent"}
_FILE_KEYS = {"customer", "steps", "happened"}
_HAPPENED_KEYS = {"owner", "tickets", "orders"}


class MalformedDialogue(ValueError):
    """A dialogue file does not have the form that is described above."""


@dataclass(frozen=True)
class Step:
    """One message of the customer and what must come of it."""

    say: str | None = None
    press: str | None = None
    expect: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    intent: str | None = None


@dataclass(frozen=True)
class Dialogue:
    """A conversation of a file."""

    customer: str
    steps: tuple[Step, ...]
    happened: dict[str, Any] = field(default_factory=dict)


def load(path: Path) -> Dialogue:
    """Read a file. Raises ``MalformedDialogue``."""
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    if (
        not isinstance(content, dict)
        or not content.keys() <= _FILE_KEYS
        or not content.get("steps")
    ):
        raise MalformedDialogue(f"{path}: needs `steps` and knows only {sorted(_FILE_KEYS)}")
    happened = content.get("happened") or {}
    if not happened.keys() <= _HAPPENED_KEYS:
        raise MalformedDialogue(f"{path}: `happened` knows only {sorted(_HAPPENED_KEYS)}")
    steps = []
    for number, raw in enumerate(content["steps"], start=1):
        if not raw.keys() <= _STEP_KEYS or ("say" in raw) == ("press" in raw):
            raise MalformedDialogue(f"{path}: step {number} needs `say` or `press`")
        steps.append(
            Step(
                raw.get("say"),
                raw.get("press"),
                tuple(raw.get("expect") or ()),
                tuple(raw.get("unexpected") or ()),
                raw.get("intent"),
            )
        )
    return Dialogue(str(content.get("customer", "")), tuple(steps), happened)


class Stage:
    """Plays dialogues against the running product."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._sender = f"dialogue-{uuid.uuid4().hex[:12]}"

    def play(self, dialogue: Dialogue) -> None:
        """Play it and check what is said and what has happened."""
        orders_before = self._orders(dialogue.customer)
        for step in dialogue.steps:
            self._play_step(step, dialogue.customer)
        self._check_happened(dialogue, orders_before)

    def _play_step(self, step: Step, phone: str) -> None:
        text = self._filled(step.say or step.press or "", phone)
        body = json.dumps({"sender": self._sender, "message": text}).encode()
        said = self._call("/webhooks/rest/webhook", body)
        words = "\n".join(message["text"] for message in said if message.get("text"))
        words += "".join(f"\n[{b['title']}]" for m in said for b in m.get("buttons", ()))
        where = f"after {text!r} the bot said:\n{words}\n"
        for wanted in step.expect:
            assert self._filled(wanted, phone) in words, f"{where}without {wanted!r}"
        for unwanted in step.unexpected:
            assert self._filled(unwanted, phone) not in words, f"{where}with {unwanted!r}"
        if step.intent is not None:
            assert self._understood() == step.intent, where

    def _filled(self, text: str, phone: str) -> str:
        if "code}" in text:
            code = self._code(phone)
            text = text.replace("{code}", code)
            text = text.replace("{wrong_code}", f"{(int(code) + 1) % 10**6:06d}")
        return text.replace("{phone}", phone)

    def _code(self, phone: str) -> str:
        texts = [message["text"] for message in self._call(f"/demo/sms?phone={phone}")]
        codes = [match[1] for text in texts if (match := re.search(r"验证码(\d{6})", text))]
        assert codes, f"no code was sent to {phone}"
        return codes[0]

    def _call(self, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(
            self._product.address + path, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def _rows(self, query: str, *values: str) -> list[Any]:
        database = sqlite3.connect(f"file:{self._product.var / 'care.db'}?mode=ro", uri=True)
        try:
            return [row[0] for row in database.execute(query, values)]
        finally:
            database.close()

    def _conversation(self, column: str) -> Any:
        said = self._call(f"/conversations/{self._sender}/messages")["messages"]
        query = (
            f"SELECT conversations.{column} FROM conversations"
            " JOIN messages ON conversation_id = conversations.id WHERE messages.id = ?"
        )
        return self._rows(query, said[0]["id"])[0]

    def _understood(self) -> str:
        query = (
            "SELECT understanding FROM messages WHERE conversation_id = ? AND role = 'customer'"
            " ORDER BY seq DESC LIMIT 1"
        )
        intent: str = json.loads(self._rows(query, self._conversation("id"))[0])["intent"]
        return intent

    def _orders(self, phone: str) -> list[str]:
        query = (
            "SELECT offering_id FROM orders JOIN consent_proofs ON proof_id = consent_proofs.id"
            " WHERE phone = ? AND state = 'placed' ORDER BY orders.id"
        )
        return self._rows(query, phone)

    def _check_happened(self, dialogue: Dialogue, orders_before: list[str]) -> None:
        happened = dialogue.happened
        if "owner" in happened:
            assert self._conversation("owner") == happened["owner"]
        tickets = self._rows(
            "SELECT kind FROM tickets WHERE conversation_id = ? ORDER BY number",
            self._conversation("id"),
        )
        assert tickets == happened.get("tickets", []), "tickets opened"
        ordered = self._orders(dialogue.customer)[len(orders_before) :]
        assert ordered == happened.get("orders", []), "plans ordered"
