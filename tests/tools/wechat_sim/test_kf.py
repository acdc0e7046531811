"""WeCom's 微信客服: the call-back, the log and its cursor, sending, the states of a session."""

from typing import Any

from tests.tools.wechat_sim.callback import Json, Sim, opened


async def token(sim: Sim) -> str:
    query = {"corpid": sim.kf.app_id, "corpsecret": sim.kf.secret}
    answer = (await sim.http.get("/cgi-bin/gettoken", params=query)).json()
    assert answer["errcode"] == 0
    return str(answer["access_token"])


async def sync(sim: Sim, cursor: str = "", **more: Any) -> Json:
    return await sim.call("kf/sync_msg", {"cursor": cursor, **more}, await token(sim))


async def send(sim: Sim, user: str, content: str = "您好", **more: Any) -> Json:
    body = {
        "touser": user,
        "open_kfid": sim.kf.open_kfid,
        "msgtype": "text",
        "text": {"content": content},
        **more,
    }
    return await sim.call("kf/send_msg", body, await token(sim))


async def state(sim: Sim, user: str, wanted: int) -> int:
    body = {"open_kfid": sim.kf.open_kfid, "external_userid": user, "service_state": wanted}
    answer = await sim.call("kf/service_state/trans", body, await token(sim))
    return int(answer["errcode"])


async def test_the_call_back_says_only_that_something_came(sim: Sim) -> None:
    await sim.say("你好", "kf")
    query, body = sim.server.requests[0]
    assert "signature" not in query
    values = opened(sim.kf, query, body)
    assert values["Event"] == "kf_msg_or_event"
    assert "你好" not in str(values)
    answer = await sync(sim, token=values["Token"])
    (message,) = answer["msg_list"]
    assert message["text"] == {"content": "你好"}
    assert message["origin"] == 3
    assert message["open_kfid"] == values["OpenKfId"]
    assert (await sync(sim, token="ENCfalse"))["errcode"] == 95007


async def test_the_cursor_goes_on_where_it_was_until_there_is_no_more(sim: Sim) -> None:
    for number in range(5):
        await sim.say(f"第{number}句", "kf")
    await sim.http.post("/sim/log", json={"page": 2})
    cursor, said, pages = "", [], []
    while True:
        answer = await sync(sim, cursor)
        said += [one["text"]["content"] for one in answer["msg_list"]]
        pages.append(len(answer["msg_list"]))
        cursor = answer["next_cursor"]
        if not answer["has_more"]:
            break
    assert said == [f"第{number}句" for number in range(5)]
    assert pages == [2, 2, 1]
    assert (await sync(sim, cursor))["msg_list"] == []
    await sim.http.post("/sim/log", json={"again": 1})
    (again,) = (await sync(sim, cursor))["msg_list"]
    assert again["text"]["content"] == "第4句"
    assert (await sync(sim, "no cursor"))["errcode"] == 40058


async def test_five_messages_in_two_days_each_once(sim: Sim) -> None:
    user = (await sim.say("你好", "kf"))["openid"]
    first = await send(sim, user, msgid="mine-1")
    again = await send(sim, user, msgid="mine-1")
    assert first == again
    codes = [(await send(sim, user))["errcode"] for _ in range(5)]
    assert codes == [0, 0, 0, 0, 95001]
    assert len(await sim.shown("kf", "account")) == 5
    sim.platform.advance(48 * 3600 + 1)
    assert (await send(sim, user))["errcode"] == 95002


async def test_sending_is_allowed_to_the_bot_only(sim: Sim) -> None:
    user = (await sim.say("你好", "kf"))["openid"]
    assert await state(sim, user, 1) == 0
    assert await state(sim, user, 1) == 95016
    assert (await send(sim, user))["errcode"] == 0
    assert await state(sim, user, 2) == 0
    assert (await send(sim, user))["errcode"] == 95018
    assert await state(sim, user, 4) == 0
    assert (await send(sim, user))["errcode"] == 95013
    await sim.say("还在吗", "kf")
    assert (await send(sim, user))["errcode"] == 0


async def test_who_enters_may_be_welcomed_once(sim: Sim) -> None:
    await sim.http.post("/sim/kf/customers/wang/event", json={"event": "enter_session"})
    (message,) = (await sync(sim))["msg_list"]
    body = {
        "code": message["event"]["welcome_code"],
        "msgtype": "text",
        "text": {"content": "欢迎"},
    }
    codes = [
        (await sim.call("kf/send_msg_on_event", body, await token(sim)))["errcode"] for _ in "ab"
    ]
    assert codes == [0, 40058]
    assert [one["text"] for one in await sim.shown("kf", "account")] == ["欢迎"]


async def test_the_kinds_do_not_share_their_rights(sim: Sim) -> None:
    official = await sim.token()
    assert (await sim.call("kf/sync_msg", {}, official))["errcode"] == 48001
    assert (await sim.call("menu/create", {}, await token(sim)))["errcode"] == 48001
