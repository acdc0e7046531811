"""What stands in the running product's databases and logs."""

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Update, select, update

from care.appointments.tables import Appointment
from care.bss.embedded.tables import OutageRow
from care.bss.embedded.tables import PaymentRow as OperatorPayment
from care.channels.rest.senders import CHANNEL
from care.channels.rest.senders import sender as rest_sender
from care.conversations.tables import ActionOutcome, Conversation, Message, Turn
from care.customers.contacts import find_contact
from care.customers.verification import Challenge, VerifiedSession
from care.db import Database
from care.faults.tables import OutageNotice
from care.invoices.tables import InvoiceRow
from care.orders.tables import ConsentProof, OrderRow
from care.payments.tables import PaymentRow
from care.schema import metadata
from care.tickets.lifecycle import find, history
from care.tickets.tables import Ticket, TicketStep
from tests.dialogues.script import ScriptError

_PAST = datetime(2000, 1, 1, tzinfo=UTC)
_LONG_AGO = timedelta(days=1)


@dataclass(frozen=True)
class Proved:
    """An order and the proof that it rests on."""

    order: OrderRow
    proof: ConsentProof


class Rows:
    """Looks into the databases of the product whose ``var`` this is."""

    def __init__(self, var: Path) -> None:
        self._var = var
        self.db = Database(f"sqlite:///{var / 'care.db'}", threads=1)

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()

    def conversation(self, sender: str) -> Conversation | None:
        """The conversation of a sender of the open REST channel."""
        address = rest_sender("open", sender).address

        def work(session):  # type: ignore[no-untyped-def]
            contact = find_contact(session, CHANNEL, address)
            if contact is None:
                return None
            return session.scalar(select(Conversation).where(Conversation.contact_id == contact.id))

        return self.db.read_now(work)

    def conversation_by_id(self, conversation_id: str) -> Conversation:
        """The conversation with this id."""
        return self.db.read_now(lambda session: session.get_one(Conversation, conversation_id))

    def messages(self, conversation_id: str) -> list[Message]:
        """All messages, withdrawn ones too, in order."""
        query = select(Message).where(Message.conversation_id == conversation_id)
        return self.db.read_now(lambda session: list(session.scalars(query.order_by(Message.seq))))

    def turns(self, conversation_id: str) -> list[Turn]:
        """All turns, in order."""
        query = select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.seq)
        return self.db.read_now(lambda session: list(session.scalars(query)))

    def failed_actions(self, conversation_id: str) -> list[str]:
        """Actions that failed, with the kind of error."""
        query = select(ActionOutcome).where(
            ActionOutcome.conversation_id == conversation_id, ActionOutcome.ok.is_(False)
        )
        return self.db.read_now(
            lambda session: [f"{row.action}: {row.error}" for row in session.scalars(query)]
        )

    def orders(self, conversation_id: str) -> list[Proved]:
        """The orders that rest on consent given in this conversation."""
        query = (
            select(OrderRow, ConsentProof)
            .join(ConsentProof, OrderRow.proof_id == ConsentProof.id)
            .where(ConsentProof.conversation_id == conversation_id)
            .order_by(OrderRow.id)
        )
        return self.db.read_now(
            lambda session: [Proved(order, proof) for order, proof in session.execute(query)]
        )

    def tickets(self, conversation_id: str) -> list[Ticket]:
        """The tickets opened in this conversation, in order."""
        query = select(Ticket).where(Ticket.conversation_id == conversation_id)
        return self.db.read_now(
            lambda session: list(session.scalars(query.order_by(Ticket.number)))
        )

    def payments(self, conversation_id: str) -> list[PaymentRow]:
        """The payments asked for in this conversation, in order."""
        query = select(PaymentRow).where(PaymentRow.conversation_id == conversation_id)
        return self.db.read_now(
            lambda session: list(session.scalars(query.order_by(PaymentRow.id)))
        )

    def credited(self, payment_id: str) -> list[OperatorPayment]:
        """What the operator has credited for a payment."""
        query = select(OperatorPayment).where(OperatorPayment.idempotency_key == payment_id)
        return self.db.read_now(lambda session: list(session.scalars(query)))

    def invoices(self, conversation_id: str) -> list[InvoiceRow]:
        """The invoices issued in this conversation, in order."""
        query = select(InvoiceRow).where(InvoiceRow.conversation_id == conversation_id)
        return self.db.read_now(
            lambda session: list(session.scalars(query.order_by(InvoiceRow.number)))
        )

    def count(self, table: str, values: Mapping[str, str]) -> int:
        """How many rows of a table have these values, compared as texts; ``none`` is no value."""
        found = metadata.tables.get(table)
        if found is None:
            raise ScriptError(f"there is no table {table!r}")
        query = select(found)
        for name in values:
            if name not in found.c:
                raise ScriptError(f"{table!r} has no column {name!r}")
        rows = self.db.read_now(lambda session: session.execute(query).mappings().all())
        return sum(
            all(_as_text(row[name]) == value for name, value in values.items()) for row in rows
        )

    def appointments(self, conversation_id: str) -> list[Appointment]:
        """What was booked in this conversation, in order; times that were only held for a while are left out."""
        query = select(Appointment).where(
            Appointment.conversation_id == conversation_id, ~Appointment.matter.startswith("hold:")
        )
        return self.db.read_now(
            lambda session: list(session.scalars(query.order_by(Appointment.id)))
        )

    def is_verified(self, contact_id: str) -> bool:
        """Whether the contact has shown who it is, and that still counts."""
        now = datetime.now(UTC)
        row = self.db.read_now(lambda session: session.get(VerifiedSession, contact_id))
        return row is not None and row.expires_at > now

    def ticket(self, number: str) -> Ticket:
        """The ticket as it is now."""
        return self.db.read_now(lambda session: find(session, number))

    def ticket_steps(self, number: str) -> list[TicketStep]:
        """The history of a ticket, oldest first."""
        return self.db.read_now(lambda session: history(session, number))

    def notices(self, conversation_id: str) -> list[str]:
        """The outages of whose end was asked to be told in this conversation."""
        query = select(OutageNotice.outage_id).where(
            OutageNotice.conversation_id == conversation_id
        )
        return self.db.read_now(lambda session: list(session.scalars(query)))

    def expire(self, what: str, conversation: Conversation) -> None:
        """Let something of the conversation run out.

        The contact's verified session (``identity``) or open codes (``code``), the promise of its tickets (``promise``),
        the outage of whose end was asked to be told (``outage``).
        """
        change = self._end(what, conversation)
        found = self.db.write_now(lambda session: session.execute(change).rowcount)  # type: ignore[attr-defined]
        if not found:
            raise AssertionError(f"there is no {what} that could expire")

    def _end(self, what: str, conversation: Conversation) -> Update:
        if what == "promise":
            of_this = Ticket.conversation_id == conversation.id
            return update(Ticket).where(of_this).values(promised_at=_PAST)
        if what == "outage":
            ended = {"ended_at": datetime.now(UTC), "state": "resolved"}
            told = self.notices(conversation.id)
            return update(OutageRow).where(OutageRow.id.in_(told)).values(**ended)
        table = {"identity": VerifiedSession, "code": Challenge}[what]
        of_contact = table.contact_id == conversation.contact_id
        return update(table).where(of_contact).values(expires_at=_PAST)

    def places_of(self, text: str) -> list[str]:
        """Where ``text`` is kept: tables of care (text messages and cards of the demo apart), trackers, logs."""
        found = []
        for file in ("care.db", "rasa.db"):
            found += [f"{file}: {place}" for place in _columns_with(self._var / file, text)]
        for log in sorted((self._var / "log").glob("*.log*")):
            if text in log.read_text(encoding="utf-8", errors="replace"):
                found.append(log.name)
        return found


def _as_text(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _columns_with(file: Path, text: str) -> list[str]:
    # A code is no part of a longer number: times and chances in the rows have all six digits now and then.
    alone = re.compile(rf"(?<![\d.]){re.escape(text)}(?!\d)")
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            if name not in ("demo_sms", "bss_sim_card")
        ]
        return [
            f"{table}.{column}"
            for table in tables
            for (_, column, *_) in connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            if any(
                alone.search(value)
                for (value,) in connection.execute(
                    f'SELECT CAST("{column}" AS TEXT) FROM "{table}"'
                    f' WHERE instr(CAST("{column}" AS TEXT), ?)',
                    [text],
                )
            )
        ]
