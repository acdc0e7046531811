"""The small pages behind signed links, on a phone: paying, and an invoice that is kept as a file."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.customer import Customer
from tests.servers.product import Product

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
LEAST_TOUCH = 44
"""Pixels of a touch target (适老化通用设计规范)."""


def test_a_payment_on_the_page_is_told_in_the_open_chat(product: Product, opened: Opened) -> None:
    chat = Customer(opened(**PHONE), product.address).open()
    chat.say("给13600131137充50元话费")
    link = chat.hears("点开链接付款").get_by_role("link")
    with chat.page.context.expect_page() as popup:
        link.click()
    page = popup.value
    expect(page.get_by_text("不会真的扣款")).to_be_visible()
    expect(page.get_by_text("¥ 50")).to_be_visible()
    _fits(page)
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= LEAST_TOUCH
    _picture(page, "payment")
    page.get_by_role("button", name="支付成功").click()
    expect(page.get_by_text("话费已经到账")).to_be_visible()
    _picture(page, "payment-done")
    chat.hears("支付的 50 元，已经到账")  # by itself, without a word of the customer's
    chat.press("付好了")
    chat.hears("到账了")
    chat.shows_transcript()
    _picture(chat.page, "payment-chat")


def test_an_invoice_is_downloaded(product: Product, opened: Opened, tmp_path: Path) -> None:
    chat = Customer(opened(**PHONE), product.address).open()
    chat.say("帮我开张发票，抬头个人")
    chat.verify("13600131137")
    chat.hears("您要开哪个月的发票")
    chat.press("元")
    chat.hears("确认开票吗")
    chat.press("确认开票")
    link = chat.hears("发票开好了").get_by_role("link")
    with chat.page.context.expect_page() as popup:
        link.click()
    page = popup.value
    expect(page.get_by_text("不是税务凭证")).to_be_visible()
    expect(page.get_by_text("个人（蒋**）")).to_be_visible()
    _fits(page)
    _picture(page, "invoice")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 PDF").click()
    file = tmp_path / "invoice.pdf"
    download.value.save_as(file)
    assert download.value.suggested_filename.startswith("电子发票样张-")
    assert file.read_bytes().startswith(b"%PDF-")


def _fits(page: Page) -> None:
    """Nothing hangs out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def _picture(page: Page, name: str) -> None:
    """A picture for the eyes, where the variable says into which folder."""
    folder = os.environ.get("XIAOXUN_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
