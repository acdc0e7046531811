"""Talks to the running product as a customer does, and looks afterwards at what has happened."""

import html
import io
import itertools
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from care.appointments import texts
from care.conversations.tables import Conversation, Message, Role, TurnState
from care.orders.tables import OrderState
from care.payments.tables import PaymentState
from care.tickets.tables import Ticket
from tests.dialogues import english
from tests.dialogues.coverage import Mark, marks_of
from tests.dialogues.rows import Rows
from tests.dialogues.script import Dialogue, ExpectedRows, ExpectedTicket, Step
from tests.dialogues.values import Values, unfilled
from tests.servers.product import Product

_SMS_SECONDS = 10.0
_ORDER_SECONDS = 60.0


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


@dataclass(frozen=True)
class Held:
    """A conversation that was held: what it touched, and the seconds that each answer took."""

    marks: list[Mark]
    seconds: list[float]


class Talk:
    """One sender at the REST channel of the product."""

    def __init__(self, product: Product, sender: str | None = None) -> None:
        self.sender = sender or f"dialogue-{uuid.uuid4().hex}"
        self.http = httpx.Client(base_url=product.address, timeout=90, trust_env=False)
        self._product = product
        self._numbers = itertools.count(1)
        self._last: tuple[str, str] | None = None
        self.said = ""
        self.answer = Answer(())
        self.seconds: list[float] = []

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def say(self, text: str) -> Answer:
        """Say something and wait for the answer."""
        self.said = text
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
        began = time.perf_counter()
        answer = self.http.post("/webhooks/rest/webhook", json=body)
        self.seconds.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise AssertionError(f"HTTP {answer.status_code}: {answer.text}")
        said = Answer(tuple(answer.json()))
        return said


def run(dialogue: Dialogue, product: Product, variant: str | None = None) -> Held:
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
                if english.is_wanted(dialogue.name, talk.said):
                    english.check([*talk.answer.text.splitlines(), *talk.answer.buttons])
                _check_conversation(step, conversation(), rows)
            elif step.deed == "opens":
                shown = _open(step, talk, values)
                said.append(f"    → {shown}")
                _check_heard(step, shown, values)
            elif step.deed == "expires":
                rows.expire(step.what, conversation())
            elif step.deed == "kills":
                product.kill(step.what)
            elif step.deed in ("breaks", "mends"):
                _break(product, step)
            elif step.what == "placed":
                _await_orders(rows, conversation().id)
            else:
                product.wait_until_ready()
        where = "afterwards"
        _check_afterwards(dialogue, conversation(), rows, values)
        marks = marks_of(product.var / "rasa.db", conversation().id)
        if variant in (None, *dialogue.variants[:1]):
            understood = {name for kind, name in marks if kind == "intent"}
            assert understood >= {*dialogue.proves}, (
                f"understood was {understood}, not {dialogue.proves}"
            )
        return Held(marks, talk.seconds)
    except AssertionError as error:
        log = "\n".join(said)
        raise AssertionError(f"{dialogue.name}, {where}: {error}\n{log}") from error
    finally:
        (product.switch / "bss").unlink(missing_ok=True)
        if any(step.deed == "kills" for step in dialogue.steps):
            product.wait_until_ready()
        talk.close()
        rows.close()


def _break(product: Product, step: Step) -> None:
    """Break or mend the operator's systems."""
    file = product.switch / "bss"
    if step.deed == "mends":
        file.unlink()
    else:
        file.write_text("late" if step.what.endswith("late") else "down")


def _speak(step: Step, talk: Talk, values: Values) -> None:
    if step.deed == "presses":
        talk.press(values.fill(step.what))
    else:
        talk.say(values.fill(step.what))
    if step.again:
        first = talk.answer
        second = talk.say_again()
        assert second == first, f"said again, the answer was another one: {second.text}"


def _open(step: Step, talk: Talk, values: Values) -> str:
    """What a page of ours shows, or the document that it gives, as text; after its form was sent where one is given."""
    address = values.fill(step.what)
    if step.posts is not None:
        form = {name: values.fill(text) for name, text in step.posts.items()}
        answer = talk.http.post(address, data=form, follow_redirects=True)
    else:
        answer = talk.http.get(address)
    if answer.headers["content-type"] == "application/pdf":
        import pypdf  # a package of the tests alone; the gate of the studio does without

        pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        # pypdf reads the two-byte codes of the embedded font with a zero in front.
        return re.sub(r"[\s\0]", "", "".join(page.extract_text() for page in pages))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _check_heard(step: Step, text: str, values: Values) -> None:
    for wanted in step.hears:
        assert values.fill(wanted) in text, f"not heard: {values.fill(wanted)}"
    for unwanted in step.never:
        assert values.fill(unwanted) not in text, f"heard: {values.fill(unwanted)}"


def _check_answer(step: Step, answer: Answer, values: Values) -> None:
    _check_heard(step, answer.text, values)
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
    _check_money(dialogue, conversation, rows, values)
    tickets = rows.tickets(conversation.id)
    kinds, wanted = [ticket.kind for ticket in tickets], [ticket.kind for ticket in after.tickets]
    assert kinds == wanted, f"tickets are {kinds}, should be {wanted}"
    for ticket, expected in zip(tickets, after.tickets, strict=True):
        for text in expected.holds:
            content = f"{ticket.title}\n{ticket.description}\n{ticket.phone}\n{ticket.customer_id}"
            assert values.fill(text) in content, f"the ticket holds no {text!r}: {content}"
        _check_ticket(ticket, expected, rows)
    notices = rows.notices(conversation.id)
    assert notices == list(after.notices), f"to be told of the end of {notices}"
    _check_appointments(dialogue, conversation, rows, values)
    if dialogue.changes:
        pending = values.next_plan()
        assert pending == after.next_plan, f"the operator will change the plan to {pending}"
    held = {offering: values.held(offering) for offering in after.holds}
    assert held == dict(after.holds), f"the line holds {held}"
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
    for row in after.rows:
        _await_rows(row, rows, values)
    for left, right in after.facts.items():
        found, should_be = values.fill(left), values.fill(right)
        assert found == should_be, f"{left} is {found}, should be {should_be}"
    for text in after.nowhere:
        _wait_until_nowhere(rows, values.fill(text))


def _wait_until_nowhere(rows: Rows, text: str) -> None:
    """The studio's inbox follows some seconds later."""
    until = time.monotonic() + 20
    while places := rows.places_of(text):
        assert time.monotonic() < until, f"kept in {places}"
        time.sleep(0.5)


def _check_appointments(
    dialogue: Dialogue, conversation: Conversation, rows: Rows, values: Values
) -> None:
    booked = rows.appointments(conversation.id)
    found = [(row.kind, row.state) for row in booked]
    wanted = [(one.kind, one.state) for one in dialogue.after.appointments]
    assert found == wanted, f"appointments are {found}, should be {wanted}"
    for row, expected in zip(booked, dialogue.after.appointments, strict=True):
        content = f"{texts.label(row.day, row.hours)}\n{row.place_id}\n{row.business}\n{row.ticket_number}"
        for text in expected.holds:
            assert values.fill(text) in content, f"the appointment holds no {text!r}: {content}"


def _check_ticket(ticket: Ticket, expected: ExpectedTicket, rows: Rows) -> None:
    if expected.team is not None or expected.steps:
        ticket = _dispatched(ticket.number, rows)
    for name in ("state", "priority", "team"):
        wanted, found = getattr(expected, name), str(getattr(ticket, name))
        assert wanted is None or found == wanted, f"{ticket.number}: {name} is {found}"
    notes = "\n".join(f"{step.deed} {step.note}" for step in rows.ticket_steps(ticket.number))
    for text in expected.steps:
        assert text in notes, f"no step with {text!r}: {notes}"


def _dispatched(number: str, rows: Rows) -> Ticket:
    """The ticket once it has an owner, which a job gives it."""
    deadline = time.monotonic() + _SMS_SECONDS
    while (ticket := rows.ticket(number)).team is None and time.monotonic() < deadline:
        time.sleep(0.1)
    return ticket


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
    expected = dialogue.after.orders
    kinds = [one.kind for one in expected] + [None] * len(orders)
    found = [
        (one.order.offering_id, one.order.state, kind and one.order.kind)
        for one, kind in zip(orders, kinds, strict=False)
    ]
    wanted = [(one.offering, one.state, one.kind) for one in expected]
    assert found == wanted, f"ordered was {found}, should be {wanted}"
    for one in orders:
        assert one.proof.text, "the proof has no text"
        assert one.proof.channel == "rest"
        if one.order.state == OrderState.PLACED:
            assert one.order.operator_order_id, "a placed order has no number of the operator's"


def _await_orders(rows: Rows, conversation_id: str) -> None:
    """An order that the operator did not take at once is placed by a job."""
    deadline = time.monotonic() + _ORDER_SECONDS
    while any(one.order.state == OrderState.ACCEPTED for one in rows.orders(conversation_id)):
        assert time.monotonic() < deadline, "an order is still not placed"
        time.sleep(0.2)


def _check_money(
    dialogue: Dialogue, conversation: Conversation, rows: Rows, values: Values
) -> None:
    after = dialogue.after
    payments = rows.payments(conversation.id)
    found = [(f"{one.amount:.2f}".removesuffix(".00"), one.state) for one in payments]
    wanted = [(values.fill(one.amount), one.state) for one in after.payments]
    assert found == wanted, f"payments are {found}, should be {wanted}"
    for one in payments:
        credited = [credit.amount for credit in rows.credited(one.id)]
        due = [one.amount] if one.state == PaymentState.CREDITED else []
        assert credited == due, f"a payment that is {one.state} was credited as {credited}"
    invoices = [(one.month, one.state) for one in rows.invoices(conversation.id)]
    months = [(_iso(values.fill(one.month)), one.state) for one in after.invoices]
    assert invoices == months, f"invoices are {invoices}, should be {months}"
    pushed = [
        str(one.text)
        for one in rows.messages(conversation.id)
        if one.role == Role.BOT and one.turn_id is None
    ]
    assert len(pushed) == len(after.pushed), f"said outside of turns: {pushed}"
    for text, part in zip(pushed, after.pushed, strict=True):
        assert values.fill(part) in text, f"said outside of turns: {pushed}"
    if after.line is not None:
        status = values.line("").status
        assert status == after.line, f"the line is {status}"


def _iso(month: str) -> str:
    year, _, rest = month.partition("年")
    return f"{year}-{int(rest.removesuffix('月')):02d}"


def _await_rows(wanted: ExpectedRows, rows: Rows, values: Values) -> None:
    """Some work is done by jobs after the answer."""
    filled = {name: values.fill(value) for name, value in wanted.values.items()}
    deadline = time.monotonic() + _SMS_SECONDS
    while (found := rows.count(wanted.table, filled)) != wanted.number:
        assert time.monotonic() < deadline, f"{found} rows of {wanted.table} with {filled}"
        time.sleep(0.1)


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
