"""Looks through all lines once a day and reminds their holders of what is due.

A sweep is a job (``care/db/jobs.py``) that schedules the next. Its pages are kept in the job, so one that dies goes on
where it was; a reminder that was sent already is not sent again.
"""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from care.billing import service as billing
from care.bss.months import month_of, shift_month
from care.bss.protocol import Bss, BssRejected, Customer, Line, LineStatus, OfferingKind
from care.clock import Clock, local_date
from care.customers.sms import send_later
from care.db import Database
from care.db.jobs import Handler, Job, JobRow, schedule
from care.duties import Duties, Unit
from care.reminders import due, texts
from care.reminders.due import Figures, Reminder, ReminderKind
from care.reminders.tables import SentReminder

SWEEP_JOB = "reminders.sweep"
PAGE = 50
"""Lines looked at in one job."""

SWEEP_AT = time(9, 30)
"""In the operator's zone: nobody is texted at night."""


class Reminders:
    """The sweep, and what it finds due for a line."""

    def __init__(
        self, db: Database, bss: Bss, duties: Duties, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._db = db
        self._bss = bss
        self._clock = clock
        self._zone = zone
        self._figures = Figures(
            alarm_times=duties.number("fee_alarm", Unit.TIMES, "times"),
            alarm_months=int(duties.number("fee_alarm", Unit.MONTHS, "average_over")),
            data_first=duties.number("usage_reminder", Unit.PERCENT, "first"),
            senior_days=duties.days("senior_renewal_reminder", "before"),
        )

    def handlers(self) -> dict[str, Handler]:
        """What the job loop calls, by kind."""
        return {SWEEP_JOB: self._sweep}

    async def begin(self) -> None:
        """See to it that the next sweep is scheduled; called at each start of a process."""
        await self._db.write(lambda session: self._schedule_next(session, self._clock()))

    async def due_for(self, line: Line, customer: Customer) -> list[Reminder]:
        """The reminders due today for a line that is in use. Raises ``BssUnavailable``."""
        today = local_date(self._clock(), self._zone)
        if line.status is not LineStatus.ACTIVE or line.primary_line_id is not None:
            return []
        return [
            *await self._of_money(line, today),
            *await self._of_data(line, today),
            *await self._of_terms(line, customer, today),
        ]

    async def _of_money(self, line: Line, today: date) -> list[Reminder]:
        found = []
        bills = await self._bss.bills(line.id, self._figures.alarm_months)
        running = (await self._bss.balance(line.id)).running
        totals = [bill.total for bill in bills]
        if due.fee_is_alarming(running, totals, self._figures):
            average = sum(totals, Decimal()) / len(totals)
            rounded = average.quantize(Decimal("0.01"), ROUND_HALF_UP)
            text = texts.fee_alarm(line.phone, running, rounded)
            found.append(Reminder(ReminderKind.FEE_ALARM, month_of(today), text))
        if bills and due.is_news(bills[0], today):
            text = texts.bill(line.phone, bills[0])
            found.append(Reminder(ReminderKind.BILL, bills[0].month, text))
        return found

    async def _of_data(self, line: Line, today: date) -> list[Reminder]:
        data = (await billing.usage_summary(self._bss, line.id, today)).data
        kind = due.data_reminder(data.total, data.left, data.over, self._figures)
        if kind is None:
            return []
        used_up = kind is ReminderKind.DATA_USED_UP
        text = texts.data_used_up(line.phone) if used_up else texts.data_low(line.phone, data.left)
        return [Reminder(kind, month_of(today), text)]

    async def _of_terms(self, line: Line, customer: Customer, today: date) -> list[Reminder]:
        found = []
        for contract in await self._bss.contracts(line.id):
            if due.ends_soon(contract, today):
                text = texts.contract_end(line.phone, contract)
                found.append(Reminder(ReminderKind.CONTRACT_END, contract.id, text))
        if customer.is_senior(today) and due.renews_soon(today, self._figures):
            held = [
                await self._bss.addon(sub.offering_id)
                for sub in await self._bss.subscriptions(line.id)
                if sub.kind is OfferingKind.ADDON and sub.end is None
            ]
            addons = due.renewing([addon for addon in held if addon is not None])
            following = shift_month(month_of(today), 1)
            if addons:
                first = date.fromisoformat(f"{following}-01")
                text = texts.renewal(line.phone, addons, first)
                found.append(Reminder(ReminderKind.RENEWAL, following, text))
        return found

    async def _sweep(self, job: Job) -> None:
        lines = await self._bss.lines_after(job.payload.get("after"), PAGE)
        for line in lines:
            customer = await self._bss.customer(line.customer_id)
            if customer is not None:
                with suppress(BssRejected):  # closed meanwhile: there is nobody to remind
                    await self._send(line, await self.due_for(line, customer))
        now = self._clock()

        def go_on(session: Session) -> None:
            if len(lines) == PAGE:
                schedule(session, SWEEP_JOB, {"after": lines[-1].id}, now)
            else:
                self._schedule_next(session, now)

        await self._db.write(go_on)

    async def _send(self, line: Line, reminders: list[Reminder]) -> None:
        now = self._clock()

        def work(session: Session) -> None:
            for reminder in reminders:
                key = (line.id, reminder.kind, reminder.period)
                if session.get(SentReminder, key) is None:
                    session.add(
                        SentReminder(
                            line_id=line.id, kind=reminder.kind, period=reminder.period, at=now
                        )
                    )
                    send_later(session, line.phone, reminder.text, now)

        if reminders:
            await self._db.write(work)

    def _schedule_next(self, session: Session, now: datetime) -> None:
        """One sweep for the coming day, whoever asks for it: its id is the day's."""
        local = now.astimezone(self._zone)
        on = local.date() if local.time() < SWEEP_AT else local.date() + timedelta(days=1)
        job_id = f"{SWEEP_JOB}:{on:%Y%m%d}"
        if session.get(JobRow, job_id) is None:
            at = datetime.combine(on, SWEEP_AT, self._zone)
            session.add(JobRow(id=job_id, kind=SWEEP_JOB, payload={}, due_at=at))
