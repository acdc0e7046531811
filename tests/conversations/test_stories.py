"""One customer, one story: who gets to see what, and that nothing is lost, doubled or told to others."""

import asyncio

import pytest

from care.conversations.tables import Owner, Role
from care.customers.verification import verified_now
from care.engine import Button
from tests.conversations.core import Core, handing_over, offering
from tests.conversations.storyteller import OTHER, PHONE, Teller

WEB, WECHAT = ("web", "a" * 32), ("wechat", "openid-1")


@pytest.fixture
def teller(core: Core) -> Teller:
    return Teller(core)


async def test_the_same_number_at_two_addresses_makes_one_story_in_order(teller: Teller) -> None:
    for place, text in ((WEB, "一"), (WECHAT, "二"), (WEB, "三"), (WECHAT, "四")):
        await teller.say(*place, text)
    await teller.prove(*WEB)
    await teller.prove(*WECHAT)
    await teller.work_off()
    story = ["一", "echo 一", "二", "echo 二", "三", "echo 三", "四", "echo 四"]
    assert await teller.sees(*WEB) == await teller.sees(*WECHAT) == story
    one, other = await teller.conversation(*WEB), await teller.conversation(*WECHAT)
    assert one.id == other.id
    messages = teller.core.messages(one.id)
    assert [m.seq for m in messages] == list(range(one.base + 1, one.last_seq + 1))
    assert [m.channel for m in messages if m.role == Role.CUSTOMER] == [
        "web",
        "wechat",
        "web",
        "wechat",
    ]
    # Whoever holds a number of either log knows by it that the log is another one now.
    assert one.base > 4


async def test_numbers_only_grow_and_what_follows_comes_once(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WEB)
    await teller.prove(*WECHAT)
    await teller.work_off()
    _, status = await teller.core.conversations.look_from(*WEB, 0)
    assert await teller.say(*WECHAT, "又一条") == ["echo 又一条"]
    assert await teller.sees(*WEB, after=status.last_seq) == ["又一条", "echo 又一条"]


async def test_a_message_sent_again_after_the_merge_is_the_same_message(teller: Teller) -> None:
    first = await teller.receive(*WEB, "没收到回执", key="k-1")
    await teller.core.answer(first)
    await teller.say(*WECHAT, "在吗")
    await teller.prove(*WEB)
    await teller.prove(*WECHAT)
    await teller.work_off()
    again = await teller.receive(*WEB, "没收到回执", key="k-1")
    assert again.duplicate
    assert again.message_id == first.message_id
    assert (await teller.sees(*WEB)).count("没收到回执") == 1


async def test_answers_go_to_the_last_address(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WEB)
    await teller.prove(*WECHAT)
    await teller.work_off()
    story = await teller.conversation(*WECHAT)
    assert (story.channel, story.address) == WECHAT
    await teller.say(*WEB, "回到网页")
    last = teller.core.messages(story.id)[-1]
    assert (last.channel, last.address) == WEB


async def test_who_verifies_nothing_sees_nothing(teller: Teller) -> None:
    await teller.say(*WEB, "我的事")
    await teller.prove(*WEB)
    await teller.say("web", "b" * 32, "陌生人")
    await teller.say("wechat", "openid-2", "也是陌生人")
    await teller.work_off()
    assert await teller.sees("web", "b" * 32) == ["陌生人", "echo 陌生人"]
    assert await teller.sees("wechat", "openid-2") == ["也是陌生人", "echo 也是陌生人"]


async def test_two_browsers_of_a_customer_stay_apart_until_an_account_joins_them(
    teller: Teller,
) -> None:
    other = ("web", "b" * 32)
    for place in (WEB, other):
        await teller.say(*place, f"浏览器 {place[1][0]}")
        await teller.prove(*place)
    await teller.work_off()
    assert "浏览器 a" not in await teller.sees(*other)
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    await teller.work_off()
    assert {"浏览器 a", "浏览器 b", "微信"} <= set(await teller.sees(*other))


async def test_another_number_is_another_story(teller: Teller) -> None:
    await teller.say(*WEB, "我的事")
    await teller.prove(*WEB)
    await teller.say(*WECHAT, "别人的事")
    await teller.prove(*WECHAT, OTHER)
    await teller.work_off()
    assert "我的事" not in await teller.sees(*WECHAT)


async def test_a_browser_where_two_customers_were_verified_is_nobodys_story(
    teller: Teller,
) -> None:
    await teller.say(*WEB, "家里两个人用")
    await teller.prove(*WEB, OTHER)
    await teller.prove(*WEB, PHONE)
    await teller.say(*WECHAT, "我的微信")
    await teller.prove(*WECHAT, PHONE)
    await teller.work_off()
    assert "家里两个人用" not in await teller.sees(*WECHAT)
    assert "我的微信" not in await teller.sees(*WEB)


async def test_a_browser_sees_the_story_as_long_as_its_code_counts(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    await teller.work_off()
    teller.core.clock.forward(minutes=31)
    await teller.say(*WECHAT, "这之后的事")
    assert await teller.sees(*WEB) == []
    # What it says now is its own, and the account goes on undisturbed.
    notice, *answers = await teller.say(*WEB, "你好") and await teller.sees(*WEB)
    assert "收起来" in notice
    assert answers == ["你好", "echo 你好"]
    assert "你好" not in await teller.sees(*WECHAT)
    # With a code all of it comes back, each thing once.
    await teller.prove(*WEB)
    await teller.work_off()
    seen = await teller.sees(*WEB)
    assert seen == await teller.sees(*WECHAT)
    for text in ("网页", "微信", "这之后的事", "你好"):
        assert seen.count(text) == 1


async def test_the_last_address_that_is_left_gains_nothing_by_it(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    await teller.work_off()
    await teller.stories.unbind(
        teller.binding(*WECHAT).contact_id, None, WECHAT, "t", "PIPL 15", lambda session: None
    )
    await teller.work_off()
    teller.core.clock.forward(minutes=31)
    assert await teller.sees(*WEB) == []


async def test_an_agent_goes_on_whatever_the_customer_verifies_elsewhere(teller: Teller) -> None:
    teller.core.engine.answer = handing_over
    await teller.say(*WECHAT, "转人工")
    chat = await teller.conversation(*WECHAT)
    await teller.core.conversations.accept(chat.id, teller.core.agent, chat.epoch)
    await teller.prove(*WECHAT)
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.work_off()
    story = await teller.conversation(*WEB)
    assert (story.id, story.owner, story.agent_id) == (chat.id, Owner.AGENT, "agent-1")
    assert story.epoch == chat.epoch + 1  # the accept; the merge changes no owner
    await teller.core.conversations.reply(story.id, teller.core.agent, "reply-0001", "我来处理")
    last = teller.core.messages(story.id)[-1]
    assert (last.text, last.address) == ("我来处理", WEB[1])


async def test_two_chats_with_people_wait_for_each_other(teller: Teller) -> None:
    teller.core.engine.answer = handing_over
    for place in (WEB, WECHAT):
        await teller.say(*place, "转人工")
        chat = await teller.conversation(*place)
        await teller.core.conversations.accept(chat.id, teller.core.agent, chat.epoch)
        await teller.prove(*place)
    await teller.jobs.run_due()
    web, wechat = await teller.conversation(*WEB), await teller.conversation(*WECHAT)
    assert web.id != wechat.id
    assert web.owner == wechat.owner == Owner.AGENT
    await teller.core.conversations.close(wechat.id, teller.core.agent)
    teller.core.clock.forward(minutes=2)
    await teller.work_off()
    assert (await teller.conversation(*WECHAT)).id == web.id


async def test_a_merge_waits_for_the_bots_answer_in_the_other_chat(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.work_off()
    await teller.say(*WECHAT, "微信")
    teller.core.engine.gate = asyncio.Event()
    asked = await teller.receive(*WEB, "查话费")
    teller.core.clock.forward(seconds=1)
    await teller.receive(*WECHAT, "验证码")
    await teller.prove(*WECHAT)
    await teller.jobs.run_due()
    assert (await teller.conversation(*WEB)).id != (await teller.conversation(*WECHAT)).id
    teller.core.engine.gate.set()
    assert [m.text for m in await teller.core.answer(asked)] == ["echo 查话费"]
    teller.core.clock.forward(seconds=5)
    await teller.work_off()
    seen = await teller.sees(*WECHAT)
    assert seen.count("查话费") == seen.count("echo 查话费") == 1


async def test_a_turn_that_runs_where_the_customer_is_counts_after_the_merge(
    teller: Teller,
) -> None:
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.work_off()
    await teller.say(*WECHAT, "微信")
    teller.core.engine.gate = asyncio.Event()
    asked = await teller.receive(*WECHAT, "我的验证码")
    await teller.prove(*WECHAT)
    await teller.work_off()
    assert (await teller.conversation(*WEB)).id == asked.conversation_id
    teller.core.engine.gate.set()
    (answer,) = await teller.core.answer(asked)
    assert not answer.withdrawn
    assert (await teller.sees(*WEB))[-2:] == ["我的验证码", "echo 我的验证码"]


async def test_a_number_with_another_owner_ends_the_binding_at_its_next_use(
    teller: Teller,
) -> None:
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    await teller.work_off()
    teller.numbers.of[PHONE] = ("C9", "L9")  # no event tells of it
    await teller.say(*WECHAT, "查话费")
    seen = await teller.sees(*WECHAT)
    assert "换了机主" in seen[0]
    assert seen[1:] == ["查话费", "echo 查话费"]
    contact = teller.binding(*WECHAT).contact_id
    assert (
        await teller.db.read(lambda session: verified_now(session, contact, teller.core.clock()))
        is None
    )
    # Whoever has the number now gets nothing of the former owner's.
    await teller.say("web", "c" * 32, "我是新机主")
    await teller.prove("web", "c" * 32, PHONE)
    await teller.work_off()
    assert await teller.sees("web", "c" * 32) == ["我是新机主", "echo 我是新机主"]


async def test_a_closed_number_ends_it_too_and_a_silent_system_does_not(teller: Teller) -> None:
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    teller.numbers.silent = True
    await teller.say(*WECHAT, "系统不答")
    assert teller.binding(*WECHAT).customer_id == "C1"
    teller.numbers.silent = False
    del teller.numbers.of[PHONE]
    await teller.say(*WECHAT, "销户了")
    assert teller.binding(*WECHAT).customer_id is None


async def test_a_bound_account_needs_no_further_code_until_its_days_are_over(
    teller: Teller,
) -> None:
    async def verified() -> bool:
        contact = teller.binding(*WECHAT).contact_id
        now = teller.core.clock()
        return await teller.db.read(lambda s: verified_now(s, contact, now)) is not None

    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    teller.core.clock.forward(days=30)
    assert not await verified()
    await teller.say(*WECHAT, "查话费")
    assert await verified()
    teller.core.clock.forward(days=61)
    await teller.say(*WECHAT, "查话费")
    assert not await verified()


async def test_a_binding_ends_on_request_after_the_answer(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    await teller.work_off()
    contact = teller.binding(*WECHAT).contact_id
    assert [(one.channel, one.phone) for one in await teller.owners.of_contact(contact)] == [
        ("web", PHONE),
        ("wechat", PHONE),
    ]
    for _ in range(2):  # a repeated turn asks once
        ended = await teller.stories.unbind(
            contact, "C1", WECHAT, "turn-1", "PIPL 15", lambda session: None
        )
        assert ended == 1
    await teller.work_off()
    assert await teller.sees(*WECHAT) == [
        "已解除绑定，之前的聊天不再显示在这里。有问题随时发消息。"
    ]
    assert "微信" in await teller.sees(*WEB)


async def test_what_is_tied_to_the_merged_chat_names_the_one_that_goes_on(teller: Teller) -> None:
    from care.conversations.merging import references

    names = {table.name for table in references()}
    assert {"messages", "tickets", "offers", "action_outcomes", "privacy_requests"} <= names
    assert not names & {"conversations", "turns", "channel_bindings", "verified_sessions"}


async def test_buttons_offered_in_a_chat_still_count_after_the_merge(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    teller.core.engine.answer = offering(Button("办", "/affirm"))
    await teller.say(*WECHAT, "微信")
    await teller.prove(*WECHAT)
    await teller.work_off()
    await teller.say(*WECHAT, "办")
    assert teller.core.engine.asked[-1].payload == "/affirm"
