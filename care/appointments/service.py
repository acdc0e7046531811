"""Appointments for the other parts of the server: what is free, book, move, give up, remind.

Each write can be repeated without doing anything twice. The visits of orders are in ``field_work``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.appointments import ledger, texts
from care.appointments.ledger import AlreadyBooked, NotLive, SlotFull, Wanted
from care.appointments.policy import Policies, Policy
from care.appointments.tables import Appointment, AppointmentState
from care.appointments.timetable import Place, TimeSlot, bookable
from care.bss.protocol import Bss, PlaceKind
from care.clock import Clock, local_date
from care.customers.sms import SmsGateway
from care.db import Database
from care.db.jobs import Handler, Job, schedule
from care.errors import Conflict, NotFound
from care.tickets import lifecycle
from care.tickets.service import Announce

__all__ = [
    "AlreadyBooked",
    "Appointments",
    "NotLive",
    "Request",
    "SlotFull",
    "TooLate",
    "following",
]

REMINDER_JOB = "appointments.reminder"
SMS_JOB = "appointments.sms"

HOLD = timedelta(minutes=45)
"""How long a chosen slot is kept free. An offer is open for 30 minutes (``care.orders.service.OFFER_LIFE``)."""

REMINDER_AT = time(18)
"""Local time of the day before."""


class TooLate(Conflict):
    """It begins too soon to be changed any more."""

    code, message = "too_late_to_change", "时间太近，不能再改了。"


def following(announce: Announce) -> Announce:
    """``announce``, after a ticket's appointment and order have followed the ticket."""

    def changed(session: Session, number: str, at: datetime) -> None:
        ledger.follow_ticket(session, number, at)
        announce(session, number, at)

    return changed


@dataclass(frozen=True)
class Request:
    """Whose appointment, and about what. ``key`` is the turn's or the order's, ``hours`` is ``HH:MM-HH:MM``."""

    key: str
    place: Place
    day: date
    hours: str
    business: str
    customer_id: str
    phone: str
    contact_id: str | None = None
    ticket_number: str | None = None
    conversation_id: str | None = None


class Appointments:
    """Books, moves, reminds."""

    def __init__(
        self,
        db: Database,
        bss: Bss,
        sms: SmsGateway,
        policies: Policies,
        clock: Clock,
        zone: ZoneInfo,
        announce: Announce,
    ) -> None:
        self._db = db
        self._bss = bss
        self._sms = sms
        self._policies = policies
        self._clock = clock
        self._zone = zone
        self._announce = announce

    def policy(self, kind: PlaceKind) -> Policy:
        """The terms of a kind of appointment."""
        return self._policies[kind]

    async def free(self, place: Place) -> list[TimeSlot]:
        """What can still be booked at a place, in order. Raises ``BssUnavailable``."""
        now = self._clock()
        hours = await self._bss.bookable_hours(place.kind, place.id)
        slots = bookable(hours, now, self._zone, self._policies[place.kind])
        today = local_date(now, self._zone)
        taken = await self._db.read(lambda session: ledger.taken_by_slot(session, place, today))
        return [slot for slot in slots if taken.get((slot.day, slot.hours), 0) < slot.capacity]

    async def takes_bookings(self, place: Place) -> bool:
        """Whether the place can be booked at all."""
        return bool(await self._bss.bookable_hours(place.kind, place.id))

    async def hold(
        self, request: Request, guard: Callable[[Session], None] | None = None
    ) -> Appointment:
        """Keep a slot free for ``HOLD`` while the customer decides; another one of the same customer is let go.

        Raises ``SlotFull`` and what ``guard`` raises.
        """
        wanted = await self._wanted(request, f"hold:{request.customer_id}:{request.place.kind}")

        def work(session: Session) -> Appointment:
            now = self._clock()
            if guard is not None:
                guard(session)
            return ledger.book(session, wanted, now, self._zone, now + HOLD)

        return await self._db.write(work)

    async def book(
        self, request: Request, guard: Callable[[Session], None] | None = None
    ) -> Appointment:
        """Book a slot; the customer gets a text message now and the day before.

        Raises ``SlotFull``, ``AlreadyBooked`` (one for the same ticket or the same business) and what ``guard`` raises.
        """
        wanted = await self._wanted(request, _matter(request))
        name = await self._place_name(request.place)

        def work(session: Session) -> Appointment:
            if guard is not None:
                guard(session)
            now = self._clock()
            before = session.scalar(select(Appointment.id).where(Appointment.key == wanted.key))
            row = ledger.book(session, wanted, now, self._zone)
            if before is None:
                self.tell_booked(session, row, name, now)
            return row

        return await self._db.write(work)

    async def move(
        self,
        number: str,
        customer_id: str,
        place: Place,
        day: date,
        hours: str,
        guard: Callable[[Session], None] | None = None,
    ) -> Appointment:
        """Give the customer's appointment another time, or another shop.

        Raises ``TooLate``, ``SlotFull``, ``NotLive``, ``NotFound`` and what ``guard`` raises.
        """
        slot = await self._slot(place, day, hours)
        name = await self._place_name(place)

        def work(session: Session) -> Appointment:
            if guard is not None:
                guard(session)
            now = self._clock()
            moves = self._own(session, number, customer_id, now).moves
            row = ledger.move(session, number, place, slot, now)
            if row.moves != moves:
                note = f"客户把上门时间改到{texts.in_chinese(row.day, row.hours)}"
                self._changed(session, row, note, texts.moved_text(row, name), now)
                self._remind(session, row, now)
            return row

        return await self._db.write(work)

    async def cancel(
        self, number: str, customer_id: str, guard: Callable[[Session], None] | None = None
    ) -> Appointment:
        """Give the customer's appointment up. Its ticket stays open and waits for another time.

        Raises ``TooLate``, ``NotLive``, ``NotFound`` and what ``guard`` raises.
        """
        row = await self._db.read(lambda session: _of_number(session, number))
        name = await self._place_name(ledger.place_of(row))

        def work(session: Session) -> Appointment:
            if guard is not None:
                guard(session)
            now = self._clock()
            before = _of_number(session, number)
            if before.customer_id == customer_id and before.state == AppointmentState.CANCELLED:
                return before
            self._own(session, number, customer_id, now)
            row = ledger.cancel(session, number, now)
            note = f"客户取消了{texts.in_chinese(row.day, row.hours)}的上门，等客户另约时间"
            self._changed(session, row, note, texts.cancelled_text(row, name), now)
            return row

        return await self._db.write(work)

    async def of_customer(self, customer_id: str) -> list[Appointment]:
        """The customer's appointments that are to come, the next one first."""
        now = self._clock()
        return await self._db.read(
            lambda session: ledger.live_of_customer(session, customer_id, now)
        )

    async def keep_free(self, appointment_id: str, customer_id: str) -> bool:
        """Hold a slot that this customer holds for ``HOLD`` from now on; gives whether it still was held."""

        def work(session: Session) -> bool:
            now = self._clock()
            row = session.get(Appointment, appointment_id, with_for_update=True)
            if row is None or row.customer_id != customer_id or row.state != AppointmentState.HELD:
                return False
            row.held_until = now + HOLD
            schedule(session, ledger.RELEASE_JOB, {"appointment": row.id}, row.held_until)
            return True

        return await self._db.write(work)

    async def of_ticket(self, number: str) -> Appointment | None:
        """The visit that a ticket has."""
        found = await self._db.read(lambda session: ledger.of_tickets(session, [number]))
        return found.get(number)

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {
            ledger.RELEASE_JOB: self._release,
            REMINDER_JOB: self._send_reminder,
            SMS_JOB: self._send,
        }

    async def _wanted(self, request: Request, matter: str) -> Wanted:
        return Wanted(
            key=request.key,
            place=request.place,
            slot=await self._slot(request.place, request.day, request.hours),
            matter=matter,
            business=request.business,
            customer_id=request.customer_id,
            phone=request.phone,
            contact_id=request.contact_id,
            ticket_number=request.ticket_number,
            conversation_id=request.conversation_id,
        )

    async def _slot(self, place: Place, day: date, hours: str) -> TimeSlot:
        """The slot as the place's own timetable has it. Raises ``SlotFull`` where it has none such (any more)."""
        entries = await self._bss.bookable_hours(place.kind, place.id)
        slots = bookable(entries, self._clock(), self._zone, self._policies[place.kind])
        for slot in slots:
            if (slot.day, slot.hours) == (day, hours):
                return slot
        raise SlotFull()

    async def _place_name(self, place: Place) -> str:
        if place.kind is PlaceKind.VISIT:
            return ""
        stores = {store.id: store.name for store in await self._bss.stores()}
        return stores.get(place.id, "营业厅")

    def _own(self, session: Session, number: str, customer_id: str, now: datetime) -> Appointment:
        """The customer's own appointment, if it may still be changed. Raises ``NotFound``, ``TooLate``."""
        row = _of_number(session, number)
        if row.customer_id != customer_id:
            raise NotFound("没有这个预约。")
        if not self._policies[PlaceKind(row.kind)].may_change(row.starts_at, now):
            raise TooLate(number=number)
        return row

    def tell_booked(self, session: Session, row: Appointment, name: str, now: datetime) -> None:
        """Have the customer told of a new appointment, now and on the evening before."""
        text = texts.booked_text(row, name)
        schedule(session, SMS_JOB, {"phone": row.phone, "text": text}, now)
        self._remind(session, row, now)
        if row.ticket_number is not None:
            self._announce(session, row.ticket_number, now)

    def _changed(
        self, session: Session, row: Appointment, note: str, text: str, now: datetime
    ) -> None:
        schedule(session, SMS_JOB, {"phone": row.phone, "text": text}, now)
        if row.ticket_number is not None:
            lifecycle.note(session, row.ticket_number, "bot", note, now)
            self._announce(session, row.ticket_number, now)

    def _remind(self, session: Session, row: Appointment, now: datetime) -> None:
        """Have the customer reminded on the evening before, unless that is past."""
        evening = datetime.combine(row.day - timedelta(days=1), REMINDER_AT, self._zone)
        if evening > now:
            payload = {"appointment": row.id, "starts_at": row.starts_at.isoformat()}
            schedule(session, REMINDER_JOB, payload, evening)

    async def _release(self, job: Job) -> None:
        appointment_id = job.payload["appointment"]
        await self._db.write(lambda session: ledger.release(session, appointment_id, self._clock()))

    async def _send(self, job: Job) -> None:
        await self._sms.send(job.payload["phone"], job.payload["text"])

    async def _send_reminder(self, job: Job) -> None:
        """Remind of an appointment that still begins when the job says, and of which nobody was reminded yet."""
        begins = datetime.fromisoformat(job.payload["starts_at"])
        row = await self._db.read(
            lambda session: session.get(Appointment, job.payload["appointment"])
        )
        if row is None or row.state != AppointmentState.BOOKED or row.starts_at != begins:
            return
        now = self._clock()
        if row.reminded_for == begins or local_date(now, self._zone) >= row.day:
            return  # a loop that was down over night must not say "tomorrow" on the day itself
        name = await self._place_name(ledger.place_of(row))
        await self._sms.send(row.phone, texts.reminder_text(row, name))

        def work(session: Session) -> None:
            session.get_one(Appointment, row.id).reminded_for = begins

        await self._db.write(work)


def _matter(request: Request) -> str:
    if request.ticket_number is not None:
        return f"ticket:{request.ticket_number}"
    return f"{request.place.kind}:{request.customer_id}:{request.business}"


def _of_number(session: Session, number: str) -> Appointment:
    row = session.scalar(select(Appointment).where(Appointment.number == number))
    if row is None:
        raise NotFound("没有这个预约。")
    return row
