"""The trainers' page shows what customers said and what the model took it for."""

from playwright.sync_api import expect

from tests.browser.agent import Agent
from tests.browser.conftest import Opened
from tests.browser.customer import Customer
from tests.servers.product import Product


def test_trainers_see_the_sentences_with_their_intents(product: Product, opened: Opened) -> None:
    customer = Customer(opened(), product.address).open()
    customer.say("我想查一下还剩多少流量")
    customer.hears("请告诉我您的手机号码")
    trainer = Agent(opened(), product.address)
    trainer.page.goto(f"{product.address}/studio/")
    trainer.sign_in("trainer", "trainer-demo")
    link = f"a[href$='{customer.conversation}']"
    row = trainer.page.get_by_role("row").filter(has=trainer.page.locator(link))
    expect(row).to_contain_text("我想查一下还剩多少流量")
    expect(row).to_contain_text("query_usage")
    expect(row).to_contain_text("%")
