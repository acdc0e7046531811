"""A chat goes on in another channel by a code or link: once, soon, and without opening what is not meant."""

import asyncio

import pytest

from care.conversations.handoff_codes import LIFE, TRIES, code_in, remove_old, scene_of
from care.conversations.tables import Owner, Role
from care.customers.masking import mask_text
from care.engine import Button, TurnRequest
from care.errors import Conflict, NotFound
from tests.conversations.core import Core, handing_over, offering
from tests.conversations.storyteller import OTHER, PHONE, Teller

WEB, WECHAT = ("web", "a" * 32), ("wechat", "openid-1")


@pytest.fixture
def teller(core: Core) -> Teller:
    return Teller(core)


def token_in(said: list[str]) -> str:
    (text,) = said
    return text.partition("#go=")[2].split()[0]


async def test_a_chat_in_the_middle_of_a_form_goes_on_with_its_question(teller: Teller) -> None:
    teller.core.engine.answer = offering(Button("办理", "/affirm"), Button("不办", "/deny"))
    await teller.say(*WEB, "换套餐")
    before = await teller.sees(*WEB)
    (joined,) = await teller.say(*WECHAT, await teller.code(WEB[1]))
    assert "网页里的聊天" in joined
    assert joined.endswith("刚才说到：请选择")
    story = await teller.conversation(*WECHAT)
    assert story.id == (await teller.conversation(*WEB)).id
    # The dialogue is the same one, and the button that was asked for there is pressed here.
    await teller.say(*WECHAT, "办理")
    asked: TurnRequest = teller.core.engine.asked[-1]
    assert (asked.conversation_id, asked.payload, asked.channel, asked.fresh) == (
        story.id,
        "/affirm",
        "wechat",
        False,
    )
    seen = await teller.sees(*WEB)
    assert seen[: len(before)] == before
    assert len(seen) == len(before) + 4
    to_wechat = [m for m in teller.core.messages(story.id) if m.address == WECHAT[1]]
    assert [m.text for m in to_wechat if m.role != Role.CUSTOMER] == [joined, "请选择"]


async def test_an_agents_chat_goes_on_with_the_agent(teller: Teller) -> None:
    teller.core.engine.answer = handing_over
    await teller.say(*WEB, "转人工")
    chat = await teller.conversation(*WEB)
    await teller.core.conversations.accept(chat.id, teller.core.agent, chat.epoch)
    epoch = teller.core.conversation(chat.id).epoch
    await teller.say(*WECHAT, scene_of(await teller.code(WEB[1])))  # scanned
    await teller.say(*WECHAT, "我在微信上了")
    story = teller.core.conversation(chat.id)
    assert (story.owner, story.epoch, story.address) == (Owner.AGENT, epoch, WECHAT[1])
    message = await teller.core.conversations.reply(
        chat.id, teller.core.agent, "reply-0001", "看到了"
    )
    assert message.address == WECHAT[1]
    assert (await teller.sees(*WECHAT))[-1] == (await teller.sees(*WEB))[-1] == "看到了"


async def test_a_code_is_good_once_and_for_five_minutes(teller: Teller) -> None:
    await teller.say(*WEB, "网页上的事")
    code = await teller.code(WEB[1])
    teller.core.clock.forward(seconds=LIFE.total_seconds())
    assert "已过期" in (await teller.say(*WECHAT, code))[0]
    earlier, code = await teller.code(WEB[1]), await teller.code(WEB[1])
    assert "已过期" in (await teller.say(*WECHAT, earlier))[0]
    assert "已接上" in (await teller.say(*WECHAT, code.lower()))[0]
    assert "已过期" in (await teller.say("wechat", "openid-2", code))[0]
    assert "网页上的事" not in await teller.sees("wechat", "openid-2")


async def test_one_code_brings_one_of_two_who_are_as_fast(teller: Teller) -> None:
    await teller.say(*WEB, "网页上的事")
    code = await teller.code(WEB[1])
    await asyncio.gather(*(teller.receive("wechat", f"openid-{n}", code) for n in range(4)))
    seeing = [n for n in range(4) if "网页上的事" in await teller.sees("wechat", f"openid-{n}")]
    assert len(seeing) == 1


async def test_a_redelivered_code_changes_nothing(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    code = await teller.code(WEB[1])
    first = await teller.receive(*WECHAT, code, key="m1")
    again = await teller.receive(*WECHAT, code, key="m1")
    assert again.duplicate
    assert again.message_id == first.message_id
    assert sum("已接上" in text for text in await teller.sees(*WECHAT)) == 1


async def test_guessing_ends_after_some_tries(teller: Teller) -> None:
    await teller.say(*WEB, "网页上的事")
    code = await teller.code(WEB[1])
    for _ in range(TRIES):
        await teller.say("wechat", "guesser", "A2B3C4" if code != "A2B3C4" else "A2B3C6")
    await teller.say("wechat", "guesser", code)
    assert "网页上的事" not in await teller.sees("wechat", "guesser")
    assert "已接上" in (await teller.say(*WECHAT, code))[0]  # others are not kept out by it


async def test_a_code_that_a_stranger_was_lured_into_shows_its_maker_nothing(
    teller: Teller,
) -> None:
    """An attacker shows the QR code of a chat of theirs; a customer whose account is bound scans it."""
    await teller.say(*WECHAT, "我的账单")
    await teller.prove(*WECHAT)
    await teller.say(*WEB, "来钓鱼的")
    await teller.say(*WECHAT, await teller.code(WEB[1]))
    await teller.say(*WECHAT, "再查一次")
    assert not {"我的账单", "再查一次"} & set(await teller.sees(*WEB))
    await teller.say(*WEB, "还在吗")
    assert not {"我的账单", "再查一次"} & set(await teller.sees(*WEB))
    assert "我的账单" in await teller.sees(*WECHAT)


async def test_a_code_given_at_one_address_closes_the_story_to_those_without(
    teller: Teller,
) -> None:
    """The same with an account that is not bound yet: what it said before stays its own, and its code ends the rest."""
    await teller.say(*WECHAT, "以前的事")
    await teller.say(*WEB, "来钓鱼的")
    await teller.say(*WECHAT, await teller.code(WEB[1]))
    assert "以前的事" not in await teller.sees(*WEB)
    await teller.prove(*WECHAT)
    await teller.say(*WECHAT, "我的账单")
    assert await teller.sees(*WEB) == []
    assert "我的账单" in await teller.sees(*WECHAT)


async def test_a_stolen_browser_gets_no_lasting_account(teller: Teller) -> None:
    """The thief of a session that may still see the story brings an account of their own to it."""
    await teller.say(*WECHAT, "我的账单")
    await teller.prove(*WECHAT)
    await teller.say(*WEB, "网页")
    await teller.prove(*WEB)
    await teller.work_off()
    await teller.say("wechat", "thief", await teller.code(WEB[1]))
    teller.core.clock.forward(minutes=31)
    await teller.say(*WECHAT, "之后的事")
    assert await teller.sees("wechat", "thief") == []
    await teller.say("wechat", "thief", "查话费")
    assert "之后的事" not in await teller.sees("wechat", "thief")


async def test_two_customers_are_not_joined(teller: Teller) -> None:
    await teller.say(*WEB, "一号的事")
    await teller.prove(*WEB, PHONE)
    await teller.say(*WECHAT, "二号的事")
    await teller.prove(*WECHAT, OTHER)
    code = await teller.code(WEB[1])
    assert "没有接上" in (await teller.say(*WECHAT, code))[0]
    assert "一号的事" not in await teller.sees(*WECHAT)


async def test_it_waits_while_the_bot_is_answering(teller: Teller) -> None:
    await teller.say(*WEB, "网页上的事")
    code = await teller.code(WEB[1])
    teller.core.engine.gate = asyncio.Event()
    asked = await teller.receive(*WECHAT, "问一句")
    assert "稍等" in (await teller.say(*WECHAT, code))[0]
    teller.core.engine.gate.set()
    await teller.core.answer(asked)
    teller.core.clock.forward(seconds=5)
    await teller.work_off()
    assert "网页上的事" in await teller.sees(*WECHAT)
    assert sum("已接上" in text for text in await teller.sees(*WECHAT)) == 1


async def test_a_link_brings_a_browser_to_the_accounts_chat_once(teller: Teller) -> None:
    await teller.say(*WECHAT, "微信里的事")
    token = token_in(await teller.say(*WECHAT, "到网页继续"))
    await teller.say("web", "b" * 32, "浏览器里先说过的")
    joined = await teller.stories.enter_by_link("web", "b" * 32, token)
    assert joined == (await teller.conversation(*WECHAT)).id
    seen = await teller.sees("web", "b" * 32)
    assert "微信里的事" in seen
    assert "已接上" in seen[-1]
    assert "浏览器里先说过的" not in await teller.sees(*WECHAT)
    with pytest.raises(NotFound):
        await teller.stories.enter_by_link("web", "c" * 32, token)
    assert await teller.say("web", "b" * 32, "接着说") == ["echo 接着说"]
    assert (await teller.sees(*WECHAT))[-2:] == ["接着说", "echo 接着说"]


async def test_a_link_is_over_after_five_minutes_and_waits_for_a_busy_browser(
    teller: Teller,
) -> None:
    await teller.say(*WECHAT, "微信里的事")
    token = token_in(await teller.say(*WECHAT, "到网页继续"))
    teller.core.engine.answer = handing_over
    await teller.say(*WEB, "转人工")
    with pytest.raises(Conflict):
        await teller.stories.enter_by_link(*WEB, token)
    teller.core.clock.forward(seconds=LIFE.total_seconds())
    with pytest.raises(NotFound):
        await teller.stories.enter_by_link("web", "d" * 32, token)


async def test_who_did_not_mean_it_says_so(teller: Teller) -> None:
    await teller.say(*WEB, "网页上的事")
    await teller.say(*WECHAT, await teller.code(WEB[1]))
    assert "已解除" in (await teller.say(*WECHAT, "断开"))[0]
    assert await teller.say(*WECHAT, "我自己的事") == ["echo 我自己的事"]
    assert "我自己的事" not in await teller.sees(*WEB)
    assert "网页上的事" not in await teller.sees(*WECHAT)
    assert await teller.say(*WECHAT, "断开") == [
        "echo 断开"
    ]  # nothing to end: a word like any other


async def test_a_person_reads_what_looks_like_a_code(teller: Teller) -> None:
    teller.core.engine.answer = handing_over
    await teller.say(*WECHAT, "转人工")
    receipt = await teller.receive(*WECHAT, "A2B3C4")
    assert (await teller.sees(*WECHAT))[-1] == "A2B3C4"
    assert not receipt.has_turn


async def test_other_programs_take_no_part(teller: Teller) -> None:
    await teller.say(*WEB, "网页上的事")
    code = await teller.code(WEB[1])
    assert await teller.say("rest", "program", code) == [f"echo {code}"]
    await teller.prove(*WEB)
    await teller.prove("rest", "program")
    await teller.work_off()
    assert "网页上的事" not in await teller.sees("rest", "program")


def test_what_is_a_code() -> None:
    assert code_in(" k7m2qx ") == code_in("接续码：K7M2QX") == code_in("go-K7M2QX") == "K7M2QX"
    assert code_in("qrscene_go-K7M2QX") == "K7M2QX"
    for text in ("482913", "PLEASE", "K7M2QX 谢谢", "K7M2Q", "K7M2QXX", "O0I1L5", ""):
        assert code_in(text) is None


def test_the_desk_sees_no_link_that_works() -> None:
    assert mask_text("在 https://x.test/chat/#go=AbCdEfGhIjKlMnOpQrStUv 打开") == (
        "在 https://x.test/chat/#go=****** 打开"
    )


async def test_codes_and_tries_are_removed_after_a_day(teller: Teller) -> None:
    await teller.say(*WEB, "网页")
    await teller.code(WEB[1])
    await teller.say(*WECHAT, "A2B3C4")
    now = teller.core.clock.now
    assert await teller.db.write(lambda session: remove_old(session, now, 100)) == 0
    teller.core.clock.forward(days=1, seconds=1)
    now = teller.core.clock.now
    assert await teller.db.write(lambda session: remove_old(session, now, 100)) == 2
