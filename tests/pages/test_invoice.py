"""The invoice's page and its download: who has the link gets it, as a file, and nobody else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest_asyncio

from care.invoices.tables import InvoiceRow, InvoiceState
from tests.channels.world import World, a_world

NAME = "澜州青禾软件有限公司"


class InvoicePage:
    """An invoice that was issued, and its page."""

    def __init__(self, world: World, path: str) -> None:
        self.world, self.path = world, path
        self.http = world.http()

    async def get(self, more: str = "") -> httpx.Response:
        """The page, or what stands below it."""
        return await self.http.get(self.path + more)


@pytest_asyncio.fixture
async def issued(tmp_path: Path) -> AsyncIterator[InvoicePage]:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as world:
        row = InvoiceRow(
            id="i" * 26,
            number=7,
            customer_id="C1",
            line_id="L1",
            phone="13800138001",
            month="2026-02",
            title_kind="company",
            title_name=NAME,
            tax_number="91350100M000100Y43",
            lines=[{"name": "畅享59套餐月费", "rate": 9, "net": "54.13", "tax": "4.87"}],
            net=Decimal("54.13"),
            tax=Decimal("4.87"),
            total=Decimal("59.00"),
            state=InvoiceState.ISSUED,
            issued_at=datetime(2026, 3, 1, tzinfo=UTC),
            conversation_id="c",
        )
        world.db.write_now(lambda session: session.add(row))
        invoices = world.services.invoices
        link = invoices.link(await invoices.of(row.id))
        yield InvoicePage(world, "/p/" + link.partition("/p/")[2])


async def test_the_page_says_which_it_is_and_masks_for_whom(issued: InvoicePage) -> None:
    shown = await issued.get()
    assert shown.status_code == 200
    for part in ("样张", "不是税务凭证", "LZ00000007", "2026年2月", "¥ 59.00", "澜州****公司"):
        assert part in shown.text
    assert NAME not in shown.text
    assert "91350100M000100Y43" not in shown.text
    assert f'href="{issued.path}/document"' in shown.text
    assert shown.headers["cache-control"] == "no-store"


async def test_the_document_is_a_file_to_be_kept(issued: InvoicePage) -> None:
    answer = await issued.get("/document")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    name = quote("电子发票样张-2026年2月-LZ00000007.pdf")
    assert answer.headers["content-disposition"] == (
        f"attachment; filename=\"invoice-LZ00000007.pdf\"; filename*=UTF-8''{name}"
    )
    assert (await issued.get("/document")).content == answer.content


async def test_a_forged_or_old_link_gives_nothing(issued: InvoicePage) -> None:
    for more in ("", "/document"):
        forged = issued.path[:-1] + ("0" if issued.path[-1] != "0" else "1")
        assert (await issued.http.get(forged + more)).status_code == 404
        assert (
            await issued.http.get(issued.path.replace("iii", "iij", 1) + more)
        ).status_code == 404
    issued.world.clock.advance(hours=24)
    for more in ("", "/document"):
        answer = await issued.get(more)
        assert answer.status_code == 404
        assert "链接已经失效" in answer.text
        assert "LZ00000007" not in answer.text


async def test_a_link_of_another_page_is_none(issued: InvoicePage) -> None:
    assert (await issued.http.get(issued.path.replace("/invoice/", "/pay/"))).status_code == 404
