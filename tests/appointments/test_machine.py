"""Any sequence of booking, moving, giving up, holding and waiting keeps the books straight."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from care.appointments import ledger
from care.appointments.ledger import LIVE, AlreadyBooked, NotLive, SlotFull, Wanted
from care.appointments.tables import Appointment, AppointmentState, Slot
from care.appointments.timetable import Place, TimeSlot
from care.bss.protocol import PlaceKind
from care.db import Base, Database

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 12, 1, 0, 0, tzinfo=ZONE)
CAPACITY = 2
HOLD = timedelta(minutes=45)

PLACES = [Place(PlaceKind.VISIT, "a"), Place(PlaceKind.SHOP, "b")]
SLOTS = [
    TimeSlot(
        START + timedelta(hours=hour),
        START + timedelta(hours=hour + 1),
        START.date(),
        f"{hour:02}:00-{hour + 1:02}:00",
        CAPACITY,
    )
    for hour in (9, 10, 11)
]


class Books(RuleBasedStateMachine):
    """The ledger against what a model of it says."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.key = 0
        self.database.write_now(
            lambda session: [session.query(t).delete() for t in (Appointment, Slot)]
        )

    def rows(self) -> list[Appointment]:
        return self.database.read_now(
            lambda session: list(session.scalars(select(Appointment).order_by(Appointment.id)))
        )

    def live(self) -> list[Appointment]:
        return [row for row in self.rows() if row.state in LIVE]

    def is_full(self, place: Place, slot: TimeSlot) -> bool:
        used = [
            row
            for row in self.rows()
            if (row.kind, row.place_id, row.hours) == (place.kind, place.id, slot.hours)
            and row.state != AppointmentState.CANCELLED
        ]
        return len(used) >= CAPACITY

    @rule(
        place=st.sampled_from(PLACES),
        slot=st.sampled_from(SLOTS),
        matter=st.sampled_from("wxyz"),
        hold=st.booleans(),
        repeat=st.booleans(),
    )
    def book(self, place: Place, slot: TimeSlot, matter: str, hold: bool, repeat: bool) -> None:
        rival = [row for row in self.live() if row.matter == matter]
        booked = [
            row for row in rival if row.state == AppointmentState.BOOKED and row.ends_at > self.now
        ]
        self.key += not repeat
        known = [row for row in self.rows() if row.key == str(self.key)]
        wanted = Wanted(str(self.key), place, slot, matter, "x", f"C{matter}", "1")
        until = self.now + HOLD if hold else None
        before = [(row.id, row.state) for row in self.rows()]
        try:
            row = self.database.write_now(
                lambda session: ledger.book(session, wanted, self.now, ZONE, until)
            )
        except AlreadyBooked:
            assert not known
            assert booked
            assert [(row.id, row.state) for row in self.rows()] == before
        except SlotFull:
            assert not known
            assert [(row.id, row.state) for row in self.rows()] == before
            assert self.is_full(place, slot)
        else:
            assert not booked or known
            assert row.key == str(self.key)

    @rule(which=st.integers(0, 9), place=st.sampled_from(PLACES), slot=st.sampled_from(SLOTS))
    def move(self, which: int, place: Place, slot: TimeSlot) -> None:
        if not (rows := self.rows()):
            return
        row = rows[which % len(rows)]
        may = row.state == AppointmentState.BOOKED and row.ends_at > self.now
        there = (row.kind, row.place_id, row.hours) == (place.kind, place.id, slot.hours)
        full = self.is_full(place, slot)
        try:
            self.database.write_now(
                lambda session: ledger.move(session, row.number, place, slot, self.now)
            )
        except NotLive:
            assert not may
        except SlotFull:
            assert may
            assert full
            assert not there
        else:
            assert may
            assert there or not full
            [now] = [one for one in self.rows() if one.id == row.id]
            assert (now.kind, now.place_id, now.hours) == (place.kind, place.id, slot.hours)

    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        if not (rows := self.rows()):
            return
        row = rows[which % len(rows)]
        try:
            self.database.write_now(lambda session: ledger.cancel(session, row.number, self.now))
        except NotLive:
            assert row.state == AppointmentState.OVER or row.ends_at <= self.now
        else:
            assert row.state in (*LIVE, AppointmentState.CANCELLED)

    @rule(which=st.integers(0, 9), matter=st.sampled_from("wxyz"))
    def keep(self, which: int, matter: str) -> None:
        if not (rows := self.rows()):
            return
        row = rows[which % len(rows)]
        try:
            self.database.write_now(
                lambda session: ledger.keep(session, row.id, matter, None, self.now)
            )
        except NotLive:
            assert row.state != AppointmentState.HELD
        except AlreadyBooked:
            assert row.state == AppointmentState.HELD

    @rule(minutes=st.sampled_from([10, 45, 200]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for row in self.rows():
            self.database.write_now(
                lambda session, one=row: ledger.release(session, one.id, self.now)
            )

    @invariant()
    def counts_agree_and_nothing_is_overbooked(self) -> None:
        used = Counter(
            (row.kind, row.place_id, row.hours)
            for row in self.rows()
            if row.state != AppointmentState.CANCELLED
        )
        slots = self.database.read_now(lambda session: list(session.scalars(select(Slot))))
        assert {(s.kind, s.place_id, s.hours): s.taken for s in slots if s.taken} == dict(used)
        assert all(count <= CAPACITY for count in used.values())

    @invariant()
    def a_matter_has_one_live_appointment(self) -> None:
        matters = Counter(row.matter for row in self.live())
        assert all(count == 1 for count in matters.values())

    @invariant()
    def nothing_is_held_beyond_its_time(self) -> None:
        for row in self.live():
            assert (row.state == AppointmentState.HELD) == (row.held_until is not None)
            assert row.held_until is None or row.held_until > self.now


@pytest.fixture(scope="module")
def books() -> Iterator[type[Books]]:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'books.db'}", threads=1)
        Base.metadata.create_all(database.engine)
        yield type("BooksOnSqlite", (Books,), {"database": database})
        database.close()


def test_the_books_stay_straight(books: type[Books]) -> None:
    run_state_machine_as_test(
        books,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
