"""WeCom's 微信客服: a call-back that says nothing, the log behind it, sends, and whose hands the customer is in."""

import asyncio

import httpx
from sqlalchemy.orm import Session

from care.channels.wecom import delivery
from care.channels.wecom.api import address_of
from care.channels.wecom.inbox import note
from care.channels.wecom.sessions import Sessions, State
from care.channels.wecom.tables import WecomInbox
from care.conversations.service import Agent
from tests.channels.platform.conftest import Served, fetches_a_picture, offering, until


async def test_what_is_said_is_read_and_answered(served: Served) -> None:
    customer = served.customer("kf")
    said = await customer.say("查话费")
    assert said["openid"].startswith("wm")
    assert await customer.texts() == ["您说：查话费"]
    await customer.say("查流量")
    assert await customer.texts() == ["您说：查流量"]
    assert [call for call in await served.calls() if call[1]] == []


async def test_several_pages_are_read_in_order_and_what_comes_again_once(served: Served) -> None:
    await served.controls("log", page=2)
    customer = served.customer("kf")
    for number in range(5):
        await customer.say(f"第{number}句")
    await served.controls("log", again=3)
    await customer.say("最后")
    shown = await customer.texts(5)  # what may be sent without a further message of the customer
    assert shown[0] == "您说：第0句"
    await _until_stored(served, 6)
    said = [text for role, text in await served.stored() if role == "customer"]
    assert said == [f"第{number}句" for number in range(5)] + ["最后"]


async def test_the_cursor_outlives_the_process(served: Served) -> None:
    customer = served.customer("kf")
    await customer.say("查话费")
    await customer.texts()
    cursor = await _until_read(served)
    # Another process that knows only the database, as after a restart.
    async with httpx.AsyncClient() as http:
        api = delivery.api_of(served.world.services, http)
        page = await api.read(_kfid(served), cursor, "")
        assert page.messages == ()
        whole = await api.read(_kfid(served), "", "")
        assert len(whole.messages) == 1


async def test_what_could_not_be_read_is_read_later(served: Served) -> None:
    await served.controls("faults", busy=4)
    customer = served.customer("kf")
    await customer.say("查话费")

    async def given_up() -> bool:
        return [code for _, code in await served.calls()] == [-1] * 4

    await until(given_up, 30)
    assert served.world.engine.requests == []

    async def read() -> bool:
        served.world.clock.advance(seconds=1)
        return bool(served.world.engine.requests)

    await until(read, 30)
    assert await customer.texts() == ["您说：查话费"]


async def test_old_messages_are_not_answered_when_the_account_is_new_to_us(served: Served) -> None:
    served.world.clock.advance(minutes=-20)
    customer = served.customer("kf")
    # Deliveries are refused at this distance of clocks; the log fills all the same.
    await customer.say("很久以前")
    served.world.clock.advance(minutes=32)
    services = served.world.services
    await note(services.db, services.clock, services.pubsub, _kfid(served), "")
    await _until_read(served)
    assert await served.stored() == []


async def test_the_session_is_the_bots_and_ends_with_the_conversation(served: Served) -> None:
    customer = served.customer("kf")
    await customer.say("转人工")
    await customer.texts()
    await _until_state(served, 1)
    conversation = await served.conversation()
    agent = Agent("01agent0000000000000000000", "林晓")
    await served.world.accept(conversation)
    await served.world.conversations.reply(conversation, agent, "reply-1", "我是林晓，请讲。")

    async def heard() -> bool:
        return "我是林晓，请讲。" in "".join(await customer.texts())

    await until(heard)
    await served.world.conversations.close(conversation, agent)
    async with httpx.AsyncClient() as http:
        services = served.world.services
        api = delivery.api_of(services, http)
        sessions = Sessions(services.db, services.clock, api, channel="wecom")
        assert await sessions.end_closed() == 1
        assert await sessions.end_closed() == 0
    await _until_state(served, 4)
    await customer.say("还有一个问题")
    await _until_state(served, 1)
    served.world.clock.advance(seconds=10)  # notices wait for what is said after them
    shown = "".join(await customer.texts())
    assert "您说：还有一个问题" in shown


async def test_we_are_silent_while_wecoms_own_people_serve(served: Served) -> None:
    customer = served.customer("kf")
    await customer.say("你好")
    await customer.texts()
    await customer.does("session_status_change", change_type=1, new_servicer_userid="zhang")
    await customer.say("张三在吗")
    await customer.does("session_status_change", change_type=3)
    await customer.say("谢谢")
    assert await customer.texts() == ["您说：谢谢"]
    assert [one.text for one in served.world.engine.requests] == ["你好", "谢谢"]


async def test_who_opens_the_chat_is_welcomed(served: Served) -> None:
    customer = served.customer("kf")
    await customer.does("enter_session", scene="web")
    (text,) = await customer.texts()
    assert "小讯" in text
    assert await served.stored() == []


async def test_buttons_become_a_menu_to_press(served: Served) -> None:
    customer = served.customer("kf")
    served.world.engine.answer = offering
    await customer.say("你好")
    (menu,) = await customer.news()
    assert menu["head"] == "请选择："
    await customer.press(menu["items"][1])
    assert await customer.texts() == ["按下了：/query_usage"]


async def test_what_wecom_did_not_send_is_refused(served: Served) -> None:
    http = served.world.http()
    for body in (b"", b"<xml/>", b"<xml><Encrypt>AAAA</Encrypt></xml>", b"{}"):
        assert (await http.post("/wecom", content=body)).status_code == 403
    assert (await http.get("/wecom", params={"echostr": "x"})).status_code == 403


def _kfid(served: Served) -> str:
    return served.wechat.accounts[2].open_kfid


async def _until_read(served: Served) -> str:
    """Wait until the account was read to its end; gives the cursor."""

    def work(session: Session) -> str | None:
        row = session.get(WecomInbox, _kfid(served))
        return row.cursor if row is not None and row.asked == row.read else None

    return await until(lambda: served.world.db.read(work)) or ""


async def _until_state(served: Served, wanted: int) -> None:
    phone = served.customer("kf").phone

    async def there() -> bool:
        return bool((await asyncio.to_thread(phone.state))["service_state"] == wanted)

    await until(there)


async def _until_stored(served: Served, count: int) -> None:
    async def there() -> bool:
        return sum(role == "customer" for role, _ in await served.stored()) >= count

    await until(there)


def test_the_states_are_wecoms() -> None:
    assert [state.value for state in State] == [0, 1, 2, 3, 4]
    assert address_of("wk1", "wm1") == "wk1:wm1"


async def test_a_picture_is_fetched_and_kept(served: Served) -> None:
    await fetches_a_picture(served, "kf")
