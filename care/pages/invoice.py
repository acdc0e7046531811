"""An invoice's page with its download, reached by a link for one invoice."""

import asyncio
from collections import OrderedDict
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from care.invoices.document import invoice_pdf
from care.invoices.service import PAGE, Invoice
from care.invoices.tables import InvoiceState
from care.pages.routing import page_router
from care.pages.templates import page
from care.services import Services
from care.wording import month

_KEPT = 50
"""Documents kept drawn: who loads one again and again costs nothing more."""


def router(services: Services) -> APIRouter:
    """The page and the document."""
    routes = page_router()
    drawn: OrderedDict[Invoice, bytes] = OrderedDict()

    async def document(invoice: Invoice) -> bytes:
        if invoice not in drawn:
            drawn[invoice] = await asyncio.to_thread(
                invoice_pdf, invoice, services.invoices.terms, services.settings.zone
            )
            if len(drawn) > _KEPT:
                drawn.popitem(last=False)
        return drawn[invoice]

    async def invoice_of(token: str) -> Invoice:
        return await services.invoices.of(services.links.read(PAGE, token))

    @routes.get(f"/{PAGE}/{{token}}")
    async def show(token: str) -> Response:
        """Which invoice it is, for whom (masked), and the way to the document."""
        invoice = await invoice_of(token)
        return page(
            "invoice.html",
            number=invoice.number,
            month=month(invoice.month),
            total=f"{invoice.total:.2f}",
            title=invoice.title.masked,
            voided=invoice.state is InvoiceState.VOIDED,
            document=f"/p/{PAGE}/{token}/document",
        )

    @routes.get(f"/{PAGE}/{{token}}/document")
    async def download(token: str) -> Response:
        """The PDF."""
        invoice = await invoice_of(token)
        name = f"电子发票样张-{month(invoice.month)}-{invoice.number}.pdf"
        return Response(
            await document(invoice),
            media_type="application/pdf",
            headers={
                "Content-Disposition": (
                    f'attachment; filename="invoice-{invoice.number}.pdf";'
                    f" filename*=UTF-8''{quote(name)}"
                ),
                "Cache-Control": "no-store",
            },
        )

    return routes
