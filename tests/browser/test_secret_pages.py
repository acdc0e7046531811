"""From the chat to the pages that show a PUK and take a service password, on a telephone."""

import os
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened
from tests.browser.customer import Customer
from tests.browser.screenshots import PHONE
from tests.servers.product import Product

NUMBER = "13800138001"
_LARGEST = 18  # the page's own letters, in pixels of the style sheet (适老化: 18)


def linked(customer: Customer, text: str) -> Page:
    """The page of the link in the message with ``text``."""
    message = customer.hears(text)
    link = message.get_by_role("link").first
    page = customer.page.context.new_page()
    page.goto(str(link.get_attribute("href")))
    return page


def look(page: Page, name: str) -> None:
    """Leave a picture where ``LOOK_AT`` says, for people."""
    if folder := os.environ.get("LOOK_AT"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def assert_fit_for_a_telephone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    size = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= _LARGEST
    for button in page.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_a_puk_is_seen_once(product: Product, opened: Opened) -> None:
    customer = Customer(opened(**PHONE), product.address).open()
    customer.say("我的卡被PIN锁住了，要输PUK")
    customer.verify(NUMBER)
    page = linked(customer, "PUK 码在这个页面上")
    assert_fit_for_a_telephone(page)
    look(page, "puk-asked")
    page.get_by_role("button", name="显示 PUK 码").click()
    expect(page.locator(".sum")).to_have_text(re.compile(r"^\d{4} \d{4}$"))
    assert_fit_for_a_telephone(page)
    look(page, "puk-shown")
    page.goto(page.url)
    expect(page.locator("main")).to_contain_text("已经失效")
    look(page, "puk-gone")
    assert not any(re.search(r"\b\d{8}\b", text) for text in customer.texts())


def test_a_password_is_set(product: Product, opened: Opened) -> None:
    customer = Customer(opened(**PHONE), product.address).open()
    customer.say("服务密码我不记得了")
    customer.verify(NUMBER)
    page = linked(customer, "设一个新的服务密码")
    assert_fit_for_a_telephone(page)
    look(page, "password-asked")
    for password, said in (("111222", "太容易被猜到"), ("849173", "设置成功")):
        page.get_by_label("新密码").fill(password)
        page.get_by_label("再输一遍").fill(password)
        page.get_by_role("button", name="确定").click()
        expect(page.locator("main")).to_contain_text(said)
        look(page, f"password-{password}")
    assert_fit_for_a_telephone(page)
