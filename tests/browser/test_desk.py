"""A customer and a person at the desk, each in a browser of their own."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.agent import Agent
from tests.browser.conftest import Opened
from tests.browser.customer import Customer
from tests.servers.product import Product


@pytest.fixture
def customer(product: Product, opened: Opened) -> Customer:
    """A new customer, with the chat open."""
    return Customer(opened(), product.address).open()


@pytest.fixture
def agent(product: Product, opened: Opened) -> Agent:
    """An agent at work."""
    return Agent(opened(), product.address).at_work()


def test_only_the_right_password_opens_the_desk(product: Product, opened: Opened) -> None:
    agent = Agent(opened(), product.address).open()
    agent.sign_in("agent02", "agent01-demo")
    expect(agent.page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    agent.sign_in("agent02", "agent02-demo")
    expect(agent.page.locator("[data-connection]")).to_have_attribute("data-state", "live")
    agent.page.reload()
    expect(agent.page.get_by_role("button", name="账号")).to_contain_text("陈静")


def test_a_person_takes_over_and_hands_back(customer: Customer, agent: Agent) -> None:
    customer.say("我家宽带上不了网，号码13800138001")
    customer.hears("验证码短信已经发出")
    agent.find(customer.conversation)
    agent.listed(customer.conversation, "机器人接待")
    customer.ask_for_person()
    agent.listed(customer.conversation, "等待接入")  # live: the desk was not touched
    agent.select(customer.conversation)
    understood = agent.message("customer", "宽带上不了网").get_by_title("机器人的理解", exact=True)
    expect(understood).to_contain_text("宽带")
    expect(agent.panel("机器人收集到的")).to_contain_text("138****8001")
    agent.press("接入")
    agent.owner_is("我接待中")
    customer.notices("林晓")
    expect(customer.page.locator(".answerer")).to_contain_text("人工客服 林晓 正在为您服务")

    agent.reply("您好，我是林晓，帮您看一下线路。")
    expect(customer.hears("帮您看一下线路", "agent")).to_contain_text("人工")
    customer.say("你好")
    expect(agent.message("customer", "你好")).to_be_visible()
    agent.reply("请重启光猫。")
    customer.hears("请重启光猫", "agent")

    agent.press("交还机器人")
    agent.owner_is("机器人接待中")
    customer.notices("小讯（AI 助手）回来了")
    customer.say("你能做什么")
    customer.hears("我能帮您")
    customer.shows_transcript()
    said = customer.transcript()
    joined = said.index("客服林晓已接入，以下由人工为您服务。")
    assert said[joined + 1 : joined + 4] == [
        "您好，我是林晓，帮您看一下线路。",
        "你好",
        "请重启光猫。",
    ], "the bot spoke while a person had the chat"
    assert "小讯（AI 助手）回来了" in said[joined + 4]


def test_an_agent_takes_a_live_chat_from_the_bot_and_closes_it(
    customer: Customer, agent: Agent
) -> None:
    customer.say("你好")
    customer.hears("我是小讯")
    agent.find(customer.conversation)
    agent.select(customer.conversation, "机器人接待")
    agent.press("接管")
    agent.owner_is("我接待中")
    customer.notices("林晓")
    agent.press("结束会话")
    agent.page.get_by_role("dialog").get_by_role("button", name="结束会话").click()
    customer.notices("本次人工服务已结束")
    customer.say("你好")
    expect(customer.page.locator(".message.from-bot").filter(has_text="我是小讯")).to_have_count(2)


def test_of_two_agents_at_once_one_gets_the_customer(
    product: Product, customer: Customer, agent: Agent, opened: Opened
) -> None:
    rival = Agent(opened(), product.address).at_work("agent02")
    customer.ask_for_person()
    held: list[Route] = []
    for one in (agent, rival):
        one.page.route("**/accept", lambda route: held.append(route))
        one.find(customer.conversation)
        one.select(customer.conversation)
        with one.page.expect_request("**/accept"):
            one.press("接入")
    assert len(held) == 2
    for route in held:  # now both are on their way
        route.continue_()
    expect(customer.page.locator(".answerer")).to_contain_text(re.compile("林晓|陈静"))
    first_won = "林晓" in customer.page.locator(".answerer").inner_text()
    winner, loser = (agent, rival) if first_won else (rival, agent)
    winner.owner_is("我接待中")
    loser.owner_is("林晓 接待中" if first_won else "陈静 接待中")
    expect(loser.page.get_by_role("alert").filter(has_text="晚了一步")).to_be_visible()
    expect(loser.page.get_by_label("回复客户")).to_have_count(0)
    winner.reply("我来帮您。")
    customer.hears("我来帮您", "agent")
    winner.press("交还机器人")
    winner.owner_is("机器人接待中")


def test_what_a_customer_writes_is_never_markup_on_the_desk(
    customer: Customer, agent: Agent
) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\">"
    customer.say(attack)
    customer.page.locator(".message.from-bot").wait_for()
    agent.find(customer.conversation)
    agent.select(customer.conversation, "机器人接待")
    text = agent.message("customer", attack).locator(".text")
    expect(text).to_have_text(attack)
    expect(text.locator("*")).to_have_count(0)


def test_a_ticket_is_made_from_a_chat_and_moved_on(customer: Customer, agent: Agent) -> None:
    customer.ask_for_person()
    agent.accept(customer.conversation)
    agent.panel("工单").get_by_role("button", name="新建工单").click()
    form = agent.page.get_by_role("dialog", name="新建工单")
    form.get_by_role("button", name="创建").click()
    expect(form.get_by_role("alert")).to_have_text("请写一个标题。")
    form.get_by_label("标题").fill("补寄上月发票")
    form.get_by_label("说明").fill("客户要纸质发票")
    form.get_by_role("button", name="创建").click()
    card = agent.panel("工单").locator("[data-ticket]")
    expect(card).to_contain_text("补寄上月发票")
    number = card.get_attribute("data-ticket")
    card.click()
    main = agent.page.get_by_role("main")
    expect(main).to_contain_text("客户要纸质发票")
    main.get_by_label("备注").fill("已转开票组")
    main.locator("[data-move='in_progress']").click()
    expect(main.locator("[data-state]")).to_have_text("处理中")
    expect(main.get_by_role("region", name="处理记录")).to_contain_text("已转开票组")
    listed = agent.page.locator(f"[data-ticket='{number}']").first
    expect(listed).to_contain_text("处理中")


def test_a_customer_who_does_not_want_to_wait_leaves_a_ticket(
    customer: Customer, agent: Agent
) -> None:
    customer.ask_for_person()
    queue = customer.page.locator(".queue")
    expect(queue).to_contain_text(re.compile(r"您排在第 \d+ 位"))
    queue.get_by_role("button", name="登记工单").click()
    customer.notices("已为您登记工单")
    expect(queue).to_be_hidden()
    notice = next(text for text in customer.texts() if "已为您登记工单" in text)
    number = re.search(r"登记工单\s*([A-Z0-9-]+)", notice)
    assert number is not None
    agent.page.get_by_role("button", name="工单", exact=True).click()
    expect(agent.page.locator(f"[data-ticket='{number[1]}']")).to_contain_text("待受理")
    customer.say("你好")
    customer.hears("我是小讯")


def test_who_has_waited_for_long_is_offered_a_call_back(customer: Customer) -> None:
    customer.ask_for_person()
    customer.notices("让您久等了")
    customer.press("给我回电")
    expect(customer.page.locator(".queue")).to_be_hidden()
    customer.hears("手机号码")
    expect(customer.page.locator(".answerer")).to_contain_text("AI 智能助手")
