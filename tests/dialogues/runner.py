"""Talks to the running product as a customer does, and looks afterwards at what has happened."""

import itertools
import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from care.conversations.tables import Conversation, Message, Role, TurnState
from care.orders.tables import OrderState
from tests.dialogues.rows import Rows
from tests.dialogues.script import Dialogue, Step
from tests.dialogues.values import Values, unfilled
from tests.servers.product import Product

_SMS_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """What came back over the REST channel."""

    items: tuple[dict[str, Any], ...]

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(item["text"] for item in self.items if "text" in item)

    @property
    def buttons(self) -> dict[str, str]:
        """Payloads by title."""
        return {
            button["title"]: button["payload"]
            for item in self.items
            for button in item.get("buttons", ())
        }


class Talk:
    """One sender at the REST channel of the product."""

    def __init__(self, product: Product, sender: str | None = None) -> None:
        self.sender = sender or f"dialogue-{uuid.uuid4().hex}"
        self.http = httpx.Client(base_url=product.address, timeout=90, trust_env=False)
        self._product = product
        self._numbers = itertools.count(1)
        self._last: tuple[str, str] | None = None
        self.answer = Answer(())

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def say(self, text: str) -> Answer:
        """Say something and wait for the answer."""
        self._last = (text, f"{next(self._numbers)}")
        self.answer = self._send()
        return self.answer

    def press(self, title: str) -> Answer:
        """Press a button of the last answer."""
        if title not in self.answer.buttons:
            raise AssertionError(f"no button {title!r}; offered: {[*self.answer.buttons]}")
        return self.say(self.answer.buttons[title])

    def say_again(self) -> Answer:
        """Deliver the last message once more under its old id."""
        return self._send()

    def _send(self) -> Answer:
        assert self._last is not None
        text, number = self._last
        body = {"sender": self.sender, "message": text, "metadata": {"message_id": number}}
        answer = self.http.post("/webhooks/rest/webhook", json=body)
        if answer.status_code != 200:
            raise AssertionError(f"HTTP {answer.status_code}: {answer.text}")
        return Answer(tuple(answer.json()))


def run(dialogue: Dialogue, product: Product, variant: str | None = None) -> None:
    """Hold the conversation. Raises ``AssertionError`` with all that was said so far."""
    rows, talk = Rows(product.var), Talk(product)
    said: list[str] = []

    def conversation() -> Conversation:
        found = rows.conversation(talk.sender)
        assert found is not None, "there is no conversation yet"
        return found

    values = Values(rows, talk.http, dialogue.customer, lambda: conversation().id, variant=variant)
    try:
        for number, step in enumerate(dialogue.steps, 1):
            where = f"step {number}"
            said.append(f"{number:3} {step.deed} {step.what}")
            if step.deed in ("says", "presses"):
                _speak(step, talk, values)
                said.append(f"    → {talk.answer.text} {[*talk.answer.buttons]}")
                _check_answer(step, talk.answer, values)
                _check_conversation(step, conversation(), rows)
            elif step.deed == "expires":
                rows.expire(step.what, conversation().contact_id)
            elif step.deed == "kills":
                product.kill(step.what)
            else:
                product.wait_until_ready()
        where = "afterwards"
        _check_afterwards(dialogue, conversation(), rows, values)
    except AssertionError as error:
        log = "\n".join(said)
        raise AssertionError(f"{dialogue.name}, {where}: {error}\n{log}") from error
    finally:
        if any(step.deed == "kills" for step in dialogue.steps):
            product.wait_until_ready()
        talk.close()
        rows.close()


def _speak(step: Step, talk: Talk, values: Values) -> None:
    if step.deed == "presses":
        talk.press(values.fill(step.what))
    else:
        talk.say(values.fill(step.what))
    if step.again:
        first = talk.answer
        second = talk.say_again()
        assert second == first, f"said again, the answer was another one: {second.text}"


def _check_answer(step: Step, answer: Answer, values: Values) -> None:
    for wanted in step.hears:
        assert values.fill(wanted) in answer.text, f"not heard: {values.fill(wanted)}"
    for unwanted in step.never:
        assert values.fill(unwanted) not in answer.text, f"heard: {values.fill(unwanted)}"
    for title in step.offers:
        assert values.fill(title) in answer.buttons, f"not offered: {title}"
    assert not unfilled(answer.text), "a sentence has an unfilled place"


def _check_conversation(step: Step, conversation: Conversation, rows: Rows) -> None:
    assert conversation.owner == step.owner, f"the owner is {conversation.owner}"
    if step.understood is not None:
        message = [one for one in rows.messages(conversation.id) if one.role == Role.CUSTOMER][-1]
        intent = (message.understanding or {}).get("intent")
        assert intent == step.understood, f"understood as {message.understanding}"


def _check_afterwards(
    dialogue: Dialogue, conversation: Conversation, rows: Rows, values: Values
) -> None:
    after = dialogue.after
    _check_turns(dialogue, conversation, rows)
    if after.verified is not None:
        assert rows.is_verified(conversation.contact_id) is after.verified
    _check_orders(dialogue, conversation, rows)
    tickets = rows.tickets(conversation.id)
    kinds, wanted = [ticket.kind for ticket in tickets], [ticket.kind for ticket in after.tickets]
    assert kinds == wanted, f"tickets are {kinds}, should be {wanted}"
    for ticket, expected in zip(tickets, after.tickets, strict=True):
        for text in expected.holds:
            content = f"{ticket.title}\n{ticket.description}\n{ticket.phone}\n{ticket.customer_id}"
            assert values.fill(text) in content, f"the ticket holds no {text!r}: {content}"
    if dialogue.changes:
        pending = values.line("").pending_plan_id
        assert pending == after.next_plan, f"the operator will change the plan to {pending}"
    if dialogue.customer is not None:
        wanted_refunds = sorted(values.fill(text) for text in after.refunds)
        assert values.refunds() == wanted_refunds, f"given back was {values.refunds()}"
    if after.points is not None:
        assert values.points() == after.points, f"there are {values.points()} points"
    for label, text in after.packet.items():
        packet = conversation.packet
        assert values.fill(text) in str(packet.get(label)), f"the packet is {packet}"
    if after.reason is not None:
        assert conversation.reason == after.reason, f"the reason is {conversation.reason}"
    if after.sms:
        _await_texts(after.sms, values)
    for text in after.nowhere:
        assert not (places := rows.places_of(values.fill(text))), f"kept in {places}"


def _check_turns(dialogue: Dialogue, conversation: Conversation, rows: Rows) -> None:
    assert not (failed := rows.failed_actions(conversation.id)), f"actions failed: {failed}"
    lossless = not any(step.deed == "kills" for step in dialogue.steps)
    for turn in rows.turns(conversation.id):
        if lossless:
            assert turn.state == TurnState.DONE, f"a turn is {turn.state}: {turn.error}"
        assert turn.sealed is None, "a code is still kept with its turn"
    assert not [one for one in rows.messages(conversation.id) if _is_empty(one)]


def _is_empty(message: Message) -> bool:
    return not (message.text or message.image or message.custom)


def _check_orders(dialogue: Dialogue, conversation: Conversation, rows: Rows) -> None:
    orders = rows.orders(conversation.id)
    found = [(one.order.offering_id, one.order.state) for one in orders]
    wanted = [(one.plan, one.state) for one in dialogue.after.orders]
    assert found == wanted, f"ordered was {found}, should be {wanted}"
    for one in orders:
        assert one.proof.text, "the proof has no text"
        assert one.proof.channel == "rest"
        if one.order.state == OrderState.PLACED:
            assert one.order.operator_order_id, "a placed order has no number of the operator's"


def _await_texts(wanted: tuple[str, ...], values: Values) -> None:
    """Text messages follow an order from a queue of jobs."""
    deadline = time.monotonic() + _SMS_SECONDS
    while True:
        sent = "\n".join(one["text"] for one in values.texts_to(values.line("").phone))
        missing = [text for text in wanted if values.fill(text) not in sent]
        if not missing:
            return
        assert time.monotonic() < deadline, f"no text message with {missing}: {sent}"
        time.sleep(0.1)
