"""The invoice as a PDF, with its Chinese font inside, made anew from the same row each time."""

import threading
from contextlib import AbstractContextManager
from decimal import Decimal
from zoneinfo import ZoneInfo

import cvttf_NotoSansCJK_Regular
from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace
from fpdf.table import Table

from care.clock import local_date
from care.customers.masking import mask_phone
from care.invoices.capitals import capitals
from care.invoices.service import Invoice
from care.invoices.tables import InvoiceState
from care.invoices.terms import InvoiceLine, InvoiceTerms
from care.wording import day, month

_FONT = "noto"
_MARGIN = 16
_WIDTH = 210 - 2 * _MARGIN
_INK, _SOFT, _ACCENT, _GROUND = (29, 33, 41), (90, 98, 112), (160, 32, 32), (244, 246, 249)
_WARNING = "样张：由演示运营商开具，不是税务凭证，不能用于报销或抵扣。"
_ONE_AT_A_TIME = threading.Lock()
"""Each drawing reads the font, some 50 MB for a moment: a flood of downloads must not add that up."""


def invoice_pdf(invoice: Invoice, terms: InvoiceTerms, zone: ZoneInfo) -> bytes:
    """The document. Blocking, some tenths of a second: call it in a thread."""
    with _ONE_AT_A_TIME:
        return _drawn(invoice, terms, zone)


def _drawn(invoice: Invoice, terms: InvoiceTerms, zone: ZoneInfo) -> bytes:
    pdf = FPDF(format="A4")
    pdf.set_creation_date(invoice.issued_at)
    pdf.set_title(f"电子发票 {invoice.number}（样张）")
    pdf.set_lang("zh-CN")
    pdf.set_margin(_MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_MARGIN)
    pdf.add_font(_FONT, fname=cvttf_NotoSansCJK_Regular.get_TTF_path())
    pdf.add_page()
    _head(pdf, invoice, zone)
    _parties(pdf, invoice, terms)
    _charges(pdf, invoice.lines)
    _sums(pdf, invoice)
    return bytes(pdf.output())


def _head(pdf: FPDF, invoice: Invoice, zone: ZoneInfo) -> None:
    pdf.set_text_color(*_ACCENT)
    _line(pdf, "电子发票（普通发票）· 样张", 20, align=Align.C)
    _line(pdf, _WARNING, 9, align=Align.C)
    if invoice.state is InvoiceState.VOIDED:
        _line(pdf, "本发票已作废，已由新抬头的发票代替。", 13, align=Align.C)
    pdf.ln(3)
    pdf.set_text_color(*_INK)
    _line(pdf, f"发票号码：{invoice.number}", 10)
    _line(pdf, f"开票日期：{day(local_date(invoice.issued_at, zone))}", 10)
    _line(pdf, f"业务号码：{mask_phone(invoice.phone)}    账期：{month(invoice.month)}", 10)
    pdf.ln(2)


def _parties(pdf: FPDF, invoice: Invoice, terms: InvoiceTerms) -> None:
    buyer, seller = invoice.title, terms.seller
    tax_number = buyer.tax_number or "个人，不需要"
    rows = [
        ("购买方", buyer.name, tax_number),
        ("销售方", seller.name, seller.tax_number),
    ]
    with _table(pdf, (18, 84, 76)) as table:
        for who, name, number in rows:
            row = table.row()
            row.cell(who)
            row.cell(f"名称：{name}")
            row.cell(f"税号：{number}")
    pdf.ln(4)


def _charges(pdf: FPDF, lines: tuple[InvoiceLine, ...]) -> None:
    with _table(pdf, (82, 34, 24, 38), heading=True) as table:
        for cells in (
            ("项目名称", "金额（不含税）", "税率", "税额"),
            *((one.name, _money(one.net), f"{one.rate}%", _money(one.tax)) for one in lines),
        ):
            row = table.row()
            row.cell(cells[0])
            for cell in cells[1:]:
                row.cell(cell, align=Align.R)


def _sums(pdf: FPDF, invoice: Invoice) -> None:
    pdf.ln(3)
    _line(pdf, f"合计：金额 {_money(invoice.net)}    税额 {_money(invoice.tax)}", 10, align=Align.R)
    _line(pdf, f"价税合计（小写）：{_money(invoice.total)}", 13, align=Align.R)
    _line(pdf, f"价税合计（大写）：{capitals(invoice.total)}", 11, align=Align.R)
    pdf.ln(6)
    pdf.set_text_color(*_SOFT)
    _line(pdf, "金额由含税价格按税率拆出，单位为元。", 8)
    _line(pdf, _WARNING, 8)


def _table(
    pdf: FPDF, widths: tuple[int, ...], heading: bool = False
) -> AbstractContextManager[Table]:
    pdf.set_font(_FONT, size=10)
    return pdf.table(
        col_widths=widths,
        width=_WIDTH,
        line_height=7,
        padding=1,
        borders_layout=TableBordersLayout.ALL,
        first_row_as_headings=heading,
        headings_style=FontFace(fill_color=_GROUND),
    )


def _line(pdf: FPDF, text: str, size: int, align: Align = Align.L) -> None:
    pdf.set_font(_FONT, size=size)
    pdf.multi_cell(_WIDTH, size * 0.62, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _money(amount: Decimal) -> str:
    return f"¥{amount:.2f}" if amount >= 0 else f"-¥{-amount:.2f}"
