"""Issued once for a month, numbered without a gap, in sums that add up; and the document says the same."""

import asyncio
import io
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BillItem, ChargeKind, PaymentMethod
from care.datafiles import DataFileError
from care.db import Database
from care.errors import Conflict, NotFound
from care.invoices.document import invoice_pdf
from care.invoices.ledger import Obstacle
from care.invoices.service import CannotInvoice, Invoice, Invoices, IssueRequest
from care.invoices.tables import InvoiceRow, InvoiceState
from care.invoices.terms import load_invoice_terms
from care.invoices.titles import Title, TitleKind
from care.links import Links
from care.settings import ROOT
from tests.bss.operator_fixtures import Clock

ZONE = ZoneInfo("Asia/Shanghai")
FILE = ROOT / "data" / "demo" / "invoices.yml"
TERMS = load_invoice_terms(FILE)
PERSON = Title(TitleKind.PERSON, "贺敏")
COMPANY = Title(TitleKind.COMPANY, "澜州青禾软件有限公司", "91350100M000100Y43")
PAID, OWING, SECOND_MONTH = "L1128", "L1122", "2026-09"


def free(session: Session) -> None:
    """A turn whose time is not over."""


@pytest.fixture
def invoices(db: Database, bss: EmbeddedBss, clock: Clock) -> Invoices:
    return Invoices(db, bss, TERMS, Links("s", "http://care.example", clock), clock, ZONE)


def request(*months: str, title: Title = PERSON, line: str = PAID) -> IssueRequest:
    return IssueRequest("C1128", line, "13600131128", months, title, "c")


def rows(db: Database) -> list[InvoiceRow]:
    return db.read_now(
        lambda session: list(session.scalars(select(InvoiceRow).order_by(InvoiceRow.number)))
    )


async def test_a_month_is_invoiced_with_what_was_charged(
    invoices: Invoices, bss: EmbeddedBss
) -> None:
    (invoice,) = await invoices.issue(request("2026-10"), free)
    bill = await bss.bill(PAID, "2026-10")
    assert bill is not None
    assert invoice.total == bill.total == bill.paid
    assert [line.total for line in invoice.lines] == [item.amount for item in bill.items]
    assert invoice.net + invoice.tax == invoice.total
    assert sum(line.tax for line in invoice.lines) == invoice.tax
    assert {line.name: line.rate for line in invoice.lines} == {
        "畅享129套餐月费": 9,
        "视频会员月使用费": 6,
        "老客户优惠": 9,
    }
    assert invoice.number == "LZ00000001"


async def test_asked_again_it_is_the_same_one(invoices: Invoices, db: Database) -> None:
    first = await invoices.issue(request("2026-10", "2026-09"), free)
    assert await invoices.issue(request("2026-09", "2026-10", "2026-10"), free) == first
    assert [one.month for one in first] == ["2026-09", "2026-10"]
    assert [row.number for row in rows(db)] == [1, 2]
    found = await invoices.issued(PAID, ["2026-08", "2026-09", "2026-10"])
    assert list(found.values()) == first


async def test_at_one_time_it_is_issued_once_and_no_number_is_lost(
    invoices: Invoices, db: Database
) -> None:
    months = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
    issued = await asyncio.gather(
        *(invoices.issue(request(month), free) for month in months for _ in range(3))
    )
    assert len({invoice.id for one in issued for invoice in one}) == len(months)
    assert [row.number for row in rows(db)] == [1, 2, 3, 4, 5]


async def test_another_title_takes_its_place_and_one_counts(
    invoices: Invoices, db: Database
) -> None:
    (first,) = await invoices.issue(request("2026-10"), free)
    (second,) = await invoices.issue(request("2026-10", title=COMPANY), free)
    assert second.id != first.id
    assert [(row.number, row.state) for row in rows(db)] == [
        (1, InvoiceState.VOIDED),
        (2, InvoiceState.ISSUED),
    ]
    assert (await invoices.issued(PAID, ["2026-10"]))["2026-10"] == second
    assert (await invoices.of(first.id)).state is InvoiceState.VOIDED
    counted = [row.total for row in rows(db) if row.state == InvoiceState.ISSUED]
    assert counted == [first.total]


async def test_all_months_or_none(invoices: Invoices, db: Database) -> None:
    for months in (("2026-10", "2026-11"), ("2026-10", "2025-01"), ("2026-10", "2027-01")):
        with pytest.raises(CannotInvoice):
            await invoices.issue(request(*months), free)
    assert rows(db) == []


async def test_a_turn_whose_time_is_over_issues_nothing(invoices: Invoices, db: Database) -> None:
    def over(session: Session) -> None:
        raise Conflict()

    with pytest.raises(Conflict):
        await invoices.issue(request("2026-10"), over)
    assert rows(db) == []
    (first,) = await invoices.issue(request("2026-10"), free)
    assert first.number == "LZ00000001"


async def test_what_cannot_be_invoiced_is_told_with_its_reason(invoices: Invoices) -> None:
    months = await invoices.months(OWING)
    found = {month: invoices.obstacle(months, month) for month in ("2026-08", "2026-09")}
    assert found == {"2026-08": None, "2026-09": Obstacle.UNPAID}  # carried over, not paid since
    assert invoices.obstacle(months, "2026-10") is Obstacle.UNPAID
    assert invoices.obstacle(months, "2026-11") is Obstacle.RUNNING
    assert invoices.obstacle(months, "2026-12") is Obstacle.RUNNING
    assert invoices.obstacle(months, "2025-12") is Obstacle.NO_BILL
    with pytest.raises(CannotInvoice):
        await invoices.issue(request("2026-09", line=OWING), free)


async def test_after_the_arrears_are_paid_both_months_can_be_invoiced(
    invoices: Invoices, bss: EmbeddedBss
) -> None:
    await bss.credit(OWING, Decimal("235.89"), PaymentMethod.APP, idempotency_key="k")
    issued = await invoices.issue(request("2026-09", "2026-10", line=OWING), free)
    assert [one.total for one in issued] == [Decimal("129.00"), Decimal("130.89")]


async def test_an_unknown_invoice_is_not_found(invoices: Invoices) -> None:
    with pytest.raises(NotFound):
        await invoices.of("x")


@given(st.decimals(min_value=-1000, max_value=1000, places=2), st.sampled_from(list(ChargeKind)))
def test_net_and_tax_add_up_to_what_was_charged(amount: Decimal, kind: ChargeKind) -> None:
    if kind is ChargeKind.ARREARS:
        return
    line = TERMS.line(BillItem("x", "…", kind, amount, None, None, None))
    assert line.total == amount
    assert abs(line.net * line.rate / 100 - line.tax) <= Decimal("0.01")
    assert line.net == line.net.quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("prefix: LZ", "prefix: lz"),
        ("91999999MA00LTX719", "91999999MA00LTX718"),
        ("device: 13, ", ""),
        ("link_hours: 24", "link_hours: 0"),
        ("items:", "itmes:"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "invoices.yml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFileError, match=r"invoices\.yml"):
        load_invoice_terms(file)


def text_of(document: bytes, pages: int = 1) -> str:
    """The document's text, without the white space and zeros that pypdf puts between its characters."""
    found = pypdf.PdfReader(io.BytesIO(document)).pages
    assert len(found) == pages
    return re.sub(r"[\s\0]", "", "".join(page.extract_text() for page in found))


async def test_the_document_says_what_was_issued(invoices: Invoices) -> None:
    (invoice,) = await invoices.issue(request("2026-10", title=COMPANY), free)
    document = invoice_pdf(invoice, TERMS, ZONE)
    assert document == invoice_pdf(invoice, TERMS, ZONE)
    text = text_of(document)
    for part in (
        *("样张", "不是税务凭证", "LZ00000001", "2026年11月23日", "账期：2026年10月"),
        *("澜州青禾软件有限公司", "91350100M000100Y43", "澜州通信有限公司", "136****1128"),
        *("视频会员月使用费¥16.98", "6%¥1.02", "老客户优惠-¥9.17"),
        *("¥126.16", "¥10.84", "（小写）：¥137.00", "（大写）：壹佰叁拾柒元整"),
    ):
        assert part in text
    assert "作废" not in text
    (font,) = pypdf.PdfReader(io.BytesIO(document)).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
    assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
    assert len(document) < 200_000


async def test_the_document_of_one_that_was_replaced_says_so(invoices: Invoices) -> None:
    (invoice,) = await invoices.issue(request("2026-10"), free)
    voided = replace(invoice, state=InvoiceState.VOIDED)
    assert "已作废" in text_of(invoice_pdf(voided, TERMS, ZONE))


async def test_of_a_long_one_nothing_is_lost(invoices: Invoices) -> None:
    (invoice,) = await invoices.issue(request("2026-10"), free)
    long: Invoice = replace(
        invoice,
        title=replace(COMPANY, name="澜" * 78 + "公司"),
        lines=tuple(replace(invoice.lines[0], name=f"项目{n}") for n in range(18)),
    )
    text = text_of(invoice_pdf(long, TERMS, ZONE), pages=2)
    for part in (long.title.name, *(line.name for line in long.lines), "壹佰叁拾柒元整"):
        assert part in text
