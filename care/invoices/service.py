"""Issuing invoices: for months that are paid, one for each, numbered without a gap."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.months import month_of, months_between
from care.bss.protocol import Billing
from care.clock import Clock, local_date
from care.db import Database, new_id
from care.db.counters import advance
from care.errors import Conflict, NotFound
from care.invoices.ledger import Month, Obstacle, months_of
from care.invoices.tables import InvoiceRow, InvoiceState
from care.invoices.terms import InvoiceLine, InvoiceTerms
from care.invoices.titles import Title, TitleKind
from care.links import Links

PAGE = "invoice"
"""The page's name in its link."""

_COUNTER = "invoices"
_BILLS_LOOKED_AT = 24
"""Months of bills that are asked for: what was carried over is followed to where it was paid."""


class CannotInvoice(Conflict):
    """A month may not be invoiced (any more)."""

    code, message = "cannot_invoice", "这个月份现在不能开票。"


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as it was issued. Money in yuan; ``number`` as customers see it."""

    id: str
    number: str
    phone: str
    month: str
    title: Title
    lines: tuple[InvoiceLine, ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    state: InvoiceState
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """Months of a line, which its verified customer wants invoiced for a title."""

    customer_id: str
    line_id: str
    phone: str
    months: tuple[str, ...]
    title: Title
    conversation_id: str


class Invoices:
    """Issues invoices and finds them again."""

    def __init__(
        self,
        db: Database,
        bss: Billing,
        terms: InvoiceTerms,
        links: Links,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._db = db
        self._bss = bss
        self.terms = terms
        self._links = links
        self._clock = clock
        self._zone = zone

    async def months(self, line_id: str) -> Mapping[str, Month]:
        """The months of a line that pays for itself which are not too far back, by month.

        Raises ``BssRejected``.
        """
        bills = list(await self._bss.bills(line_id, _BILLS_LOOKED_AT))
        present = month_of(self._today())
        if (running := await self._bss.bill(line_id, present)) is not None:
            bills.append(running)
        return {
            month: found
            for month, found in months_of(bills).items()
            if months_between(month, present) <= self.terms.months
        }

    def obstacle(self, months: Mapping[str, Month], month: str) -> Obstacle | None:
        """Why a month cannot be invoiced, ``None`` when it can."""
        found = months.get(month)
        if found is not None:
            return found.obstacle
        return Obstacle.RUNNING if month > month_of(self._today()) else Obstacle.NO_BILL

    async def issued(self, line_id: str, months: Sequence[str]) -> dict[str, Invoice]:
        """The invoices that count, of these months of a line."""
        query = (
            select(InvoiceRow)
            .where(InvoiceRow.line_id == line_id, InvoiceRow.month.in_(months))
            .where(InvoiceRow.state == InvoiceState.ISSUED)
        )
        rows = await self._db.read(lambda session: session.scalars(query).all())
        return {row.month: self._invoice(row) for row in rows}

    async def issue(self, request: IssueRequest, guard: Callable[[Session], None]) -> list[Invoice]:
        """An invoice for each month, in order: the one there is when it has this title, else a new one in its place.

        All or none. Raises ``CannotInvoice``, ``BssRejected``, and what ``guard`` raises.
        """
        months = await self.months(request.line_id)
        wanted = [months.get(month) for month in sorted(set(request.months))]
        checked = [month for month in wanted if month is not None and month.obstacle is None]
        if len(checked) != len(wanted):
            raise CannotInvoice()

        def work(session: Session) -> list[InvoiceRow]:
            guard(session)
            return [self._issue_one(session, request, month) for month in checked]

        return [self._invoice(row) for row in await self._db.write(work)]

    async def of(self, invoice_id: str) -> Invoice:
        """An invoice. Raises ``NotFound``."""
        row = await self._db.read(lambda session: session.get(InvoiceRow, invoice_id))
        if row is None:
            raise NotFound()
        return self._invoice(row)

    def link(self, invoice: Invoice) -> str:
        """The address of its page."""
        return self._links.make(PAGE, invoice.id, self.terms.life)

    def _issue_one(self, session: Session, request: IssueRequest, month: Month) -> InvoiceRow:
        # Whoever else issues waits here, so that no number is lost or given twice.
        number = advance(session, _COUNTER)
        present = session.scalar(
            select(InvoiceRow)
            .where(InvoiceRow.line_id == request.line_id, InvoiceRow.month == month.month)
            .where(InvoiceRow.state == InvoiceState.ISSUED)
        )
        if present is not None and _title(present) == request.title:
            advance(session, _COUNTER, -1)
            return present
        if present is not None:
            present.state, present.voided_at = InvoiceState.VOIDED, self._clock()
            session.flush()
        lines = [self.terms.line(item) for item in month.items]
        row = InvoiceRow(
            id=new_id(),
            number=number,
            customer_id=request.customer_id,
            line_id=request.line_id,
            phone=request.phone,
            month=month.month,
            title_kind=request.title.kind,
            title_name=request.title.name,
            tax_number=request.title.tax_number,
            lines=[
                {
                    "name": line.name,
                    "rate": line.rate,
                    "net": str(line.net),
                    "tax": str(line.tax),
                }
                for line in lines
            ],
            net=sum((line.net for line in lines), Decimal(0)),
            tax=sum((line.tax for line in lines), Decimal(0)),
            total=month.amount,
            state=InvoiceState.ISSUED,
            issued_at=self._clock(),
            conversation_id=request.conversation_id,
        )
        session.add(row)
        session.flush()
        return row

    def _invoice(self, row: InvoiceRow) -> Invoice:
        return Invoice(
            id=row.id,
            number=f"{self.terms.prefix}{row.number:08d}",
            phone=row.phone,
            month=row.month,
            title=_title(row),
            lines=tuple(
                InvoiceLine(line["name"], line["rate"], Decimal(line["net"]), Decimal(line["tax"]))
                for line in row.lines
            ),
            net=row.net,
            tax=row.tax,
            total=row.total,
            state=InvoiceState(row.state),
            issued_at=row.issued_at,
        )

    def _today(self) -> date:
        return local_date(self._clock(), self._zone)


def _title(row: InvoiceRow) -> Title:
    return Title(TitleKind(row.title_kind), row.title_name, row.tax_number)
