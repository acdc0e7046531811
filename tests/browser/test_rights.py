"""Senior mode in the chat, and the page with what is held of a customer, as people see them."""

import json
import re

from playwright.sync_api import Browser, expect

from tests.browser.chromium import context_of_a_person
from tests.browser.customer import Customer
from tests.servers.product import Product

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LINK = re.compile(r"/p/my-data/")


def test_the_bot_makes_the_type_large_and_a_person_is_first(
    browser: Browser, product: Product
) -> None:
    page = context_of_a_person(browser, **PHONE).new_page()
    customer = Customer(page, product.address).open()
    customer.say("屏幕上的字能不能调大点，看着吃力")
    said = customer.hears("字已经放大了")
    expect(page.locator(".chat.large")).to_be_attached()
    expect(said.locator(".choice").first).to_have_text("转人工")
    box = said.locator(".choice").first.bounding_box()
    assert box is not None
    assert box["height"] >= 60
    assert said.locator(".bubble").evaluate("node => getComputedStyle(node).fontSize") == "24px"
    customer.reload()
    expect(page.locator(".chat.large")).to_be_attached()
    customer.say("把大字模式关了吧")
    customer.hears("已经换回普通版")
    expect(page.locator(".chat.large")).not_to_be_attached()


def test_what_is_held_is_shown_on_a_page_and_taken_away(browser: Browser, product: Product) -> None:
    context = context_of_a_person(browser, **PHONE)
    page = context.new_page()
    customer = Customer(page, product.address).open()
    customer.say("你们这儿都保存了我哪些个人信息，给我看看")
    customer.verify("15800131193")
    link = customer.hears("副本在这里").get_by_role("link").get_attribute("href")
    assert link is not None
    assert LINK.search(link)
    complaints: list[str] = []
    sheet = context.new_page()
    sheet.on("console", lambda entry: complaints.append(entry.text))
    sheet.goto(link)
    expect(sheet.get_by_role("heading", name="我的个人信息")).to_be_visible()
    expect(sheet.get_by_text("158****1193").first).to_be_visible()
    wide = sheet.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page is wider than a telephone"
    assert complaints == []
    with sheet.expect_download() as download:
        sheet.get_by_role("link", name="下载一份").click()
    copy = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert copy["profile"]["numbers"] == ["158****1193"]
