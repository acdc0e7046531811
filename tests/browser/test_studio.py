"""Trainers teach: from a sentence that was misunderstood to a commit, by keys and clicks only."""

import re

from dulwich.repo import Repo
from playwright.sync_api import Page, expect

from tests.browser.agent import Agent
from tests.browser.conftest import Opened
from tests.browser.customer import Customer
from tests.browser.trainer import find_in_inbox
from tests.servers.product import Product

SAID = "俺家那个机顶盒总是转圈圈可愁死人了"
SLOW = 60_000
"""Milliseconds for the first look at the data, which reads and checks all examples."""


def studio(page: Page, product: Product, place: str = "") -> Page:
    """The studio with a trainer logged in."""
    page.goto(f"{product.address}/studio/{place}")
    Agent(page, product.address).sign_in("trainer", "trainer-demo")
    return page


def test_a_sentence_is_labelled_by_keys_and_published(product: Product, opened: Opened) -> None:
    customer = Customer(opened(), product.address).open()
    customer.say(SAID)
    customer.hears(re.compile("."))
    page = studio(opened(), product)
    expect(page.get_by_role("heading", name="收件箱")).to_be_visible(timeout=SLOW)
    group = find_in_inbox(page, SAID)
    expect(page.locator("[data-sentence]")).to_have_text(SAID)
    page.keyboard.press("/")
    page.keyboard.type("report_tv_fault")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(group).to_have_count(0, timeout=SLOW)
    page.keyboard.press("u")
    expect(group).to_have_count(1, timeout=SLOW)
    expect(page.locator("[data-sentence]")).to_have_text(SAID)
    page.keyboard.press("/")
    page.keyboard.type("report_tv_fault")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(group).to_have_count(0, timeout=SLOW)
    page.get_by_role("link", name="待发布").click()
    added = page.locator("pre .added").filter(has_text="俺家那个机顶盒")
    expect(added).to_have_text(re.compile(r"总是\[?转圈圈.*可愁死人了"), timeout=SLOW)
    page.get_by_role("textbox", name=re.compile("为什么")).fill("机顶盒转圈说的是电视故障")
    page.get_by_role("button", name="发布", exact=True).click()
    row = page.locator("[data-publication]").filter(has_text="机顶盒转圈")
    expect(row).to_be_visible(timeout=SLOW)
    with Repo(str(product.var / "data-repository")) as repo:
        commit = repo[repo.head()]
        assert "机顶盒转圈说的是电视故障" in commit.message.decode()  # type: ignore[union-attr]
        assert commit.author.decode().startswith("吴凡")  # type: ignore[union-attr]


def test_every_page_opens_and_speaks_english(product: Product, opened: Opened) -> None:
    page = studio(opened(), product, "#/data/query_bill")
    expect(page.get_by_role("region", name="内容").get_by_text("账单").first).to_be_visible(
        timeout=SLOW
    )
    for place, waited in (
        ("faq/broadband-install", "其他问法"),
        ("replies", "utter_"),
        ("learn", "每周变化"),
        ("changes", "草稿"),
    ):
        page.goto(f"{product.address}/studio/#/{place}")
        expect(page.get_by_text(waited).first).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="EN").or_(page.get_by_text("English")).first.click()
    expect(page.get_by_role("link", name="Training data")).to_be_visible()


def test_a_published_faq_answers_customers_without_training(
    product: Product, opened: Opened
) -> None:
    page = studio(opened(), product, "#/faq/volte-what")
    answer = page.get_by_label("答案")
    expect(answer).to_have_value(re.compile("4G"), timeout=SLOW)
    answer.fill("VoLTE 就是用 4G 网络打电话，声音清楚，接通只要一两秒。")
    page.get_by_role("button", name="存入草稿").click()
    expect(page.get_by_text("已存入草稿")).to_be_visible(timeout=SLOW)
    page.get_by_role("link", name="待发布").click()
    reason = page.get_by_role("textbox", name=re.compile("为什么"))
    expect(reason).to_be_visible(timeout=SLOW)
    reason.fill("说得更短")
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("[data-publication]").filter(has_text="说得更短")).to_be_visible(
        timeout=SLOW
    )
    answered = re.compile("接通只要一两秒")
    for _ in range(10):  # the server looks for new entries every five seconds
        customer = Customer(opened(), product.address).open()
        customer.say("VoLTE是什么")
        customer.hears("VoLTE")
        if customer.page.locator(".bubble").filter(has_text=answered).count():
            break
        customer.page.wait_for_timeout(1000)
    customer.hears(answered)


def test_agents_are_told_that_it_is_not_theirs(product: Product, opened: Opened) -> None:
    page = opened()
    page.goto(f"{product.address}/studio/")
    Agent(page, product.address).sign_in("agent01", "agent01-demo")
    expect(page.get_by_text("没有训练台的权限")).to_be_visible()
