"""A customer at the chat page, served by the real bot."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opened
from tests.browser.customer import BILL, Customer
from tests.servers.product import Product

PHONE = "13800138001"  # of the demo operator's first customer


@pytest.fixture
def customer(product: Product, opened: Opened) -> Customer:
    """A new customer, with the chat open."""
    return Customer(opened(), product.address).open()


def test_the_ai_says_what_it_is_and_answers_a_greeting_with_quick_replies(
    customer: Customer,
) -> None:
    expect(customer.page.locator(".answerer")).to_contain_text("内容由人工智能生成")
    customer.say("你好")
    greeting = customer.hears("我是小讯，AI 智能助手")
    expect(greeting.locator(".author")).to_contain_text("AI 生成")
    expect(greeting.locator(".choice").filter(has_text="账单")).to_be_enabled()


def test_a_quick_reply_leads_through_the_identity_check_to_the_bill(customer: Customer) -> None:
    customer.say("你好")
    customer.hears("我是小讯")
    customer.press("账单")
    customer.verify(PHONE)
    expect(customer.hears(BILL)).to_contain_text("138****8001")
    customer.say("本月账单")
    customer.hears("到现在为止消费")  # without being asked who they are again
    customer.shows_transcript()


def test_reload_and_a_second_tab_show_each_message_once_and_in_order(customer: Customer) -> None:
    customer.say("你好")
    customer.hears("我是小讯")
    customer.say("谢谢")
    customer.hears(re.compile("不客气|应该的"))
    customer.shows_transcript()
    customer.reload()
    customer.shows_transcript()
    second = Customer(customer.page.context.new_page(), customer.page.url.split("/chat/")[0]).open()
    assert second.conversation == customer.conversation
    second.say("你能做什么")
    customer.hears("你能做什么", "customer")
    customer.hears("我能帮您")
    second.hears("我能帮您")
    customer.shows_transcript()
    second.shows_transcript()


def test_a_cut_connection_loses_nothing_and_repeats_nothing(
    product: Product, customer: Customer, opened: Opened
) -> None:
    customer.say("你好")
    customer.hears("我是小讯")
    # The same customer's other device: it shares the session, not the network.
    other = Customer(
        opened(storage_state=customer.page.context.storage_state()), product.address
    ).open()
    customer.say("你是机器人吗")  # on its way, or already there, when the line is cut
    customer.page.context.set_offline(True)
    expect(customer.page.locator(".network")).to_contain_text("网络已断开")
    customer.say("再见")
    expect(customer.page.locator(".status.waiting").last).to_be_visible()
    other.say("你能做什么")
    other.hears("我能帮您")
    customer.page.context.set_offline(False)
    customer.online()
    customer.hears("再见")
    other.hears("再见")
    customer.shows_transcript()
    other.shows_transcript()
    said = customer.transcript()
    assert [said.count(text) for text in ("你好", "你是机器人吗", "再见", "你能做什么")] == [1] * 4


def test_too_long_a_text_is_refused_with_the_number_of_characters_too_many(
    customer: Customer,
) -> None:
    customer.field.fill("很" * 2003)
    expect(customer.page.locator(".hint")).to_have_text("最多 2000 字，已超出 3 字，请删减后再发送")
    customer.field.press("Enter")
    expect(customer.page.locator(".send")).to_have_attribute("aria-disabled", "true")
    expect(customer.field).to_have_value("很" * 2003)
    customer.field.fill("你好")
    expect(customer.page.locator(".hint")).to_be_hidden()
    customer.field.press("Enter")
    customer.hears("我是小讯")
    assert customer.transcript()[0] == "你好"


def test_script_tags_are_text(customer: Customer) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    title = customer.page.title()
    customer.say(attack)
    customer.page.locator(".message.from-bot").wait_for()
    customer.reload()
    bubble = customer.hears(attack, "customer").locator(".bubble")
    expect(bubble.locator("*")).to_have_count(0)
    assert customer.page.title() == title
