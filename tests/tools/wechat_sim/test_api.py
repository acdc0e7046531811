"""``/cgi-bin/…`` of Official Accounts and mini programs: tokens, sending, allowances, media, menus."""

import json

import pytest

from tests.tools.wechat_sim.callback import Json, Sim, opened

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def text(openid: str, content: str = "您好") -> Json:
    return {"touser": openid, "msgtype": "text", "text": {"content": content}}


async def openid(sim: Sim) -> str:
    return str((await sim.say("你好"))["openid"])


async def test_the_token_stays_the_same_until_shortly_before_its_end(sim: Sim) -> None:
    first = await sim.token()
    assert await sim.token() == first
    sim.platform.advance(7200 - 299)
    second = await sim.token()
    assert second != first
    to = await openid(sim)
    assert (await sim.call("message/custom/send", text(to), first))["errcode"] == 0
    sim.platform.advance(300)
    assert (await sim.call("message/custom/send", text(to), first))["errcode"] == 42001
    assert (await sim.call("message/custom/send", text(to), second))["errcode"] == 0


async def test_a_forced_token_ends_the_former_one_and_may_be_had_twenty_times(sim: Sim) -> None:
    first = await sim.token()
    for _ in range(20):
        await sim.token(force_refresh=True)
    assert (await sim.call("message/custom/send", text("o"), first))["errcode"] == 40001
    with pytest.raises(KeyError):
        await sim.token(force_refresh=True)
    assert (await sim.call("message/custom/send", text("o"), "no token"))["errcode"] == 40014


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"appid": "wx0"}, 40013), ({"secret": "no"}, 40125), ({"grant_type": "x"}, 40002)],
)
async def test_wrong_credentials(sim: Sim, changes: Json, code: int) -> None:
    body = {
        "grant_type": "client_credential",
        "appid": sim.official.app_id,
        "secret": sim.official.secret,
        **changes,
    }
    answer = await sim.http.post("/cgi-bin/stable_token", json=body)
    assert answer.json()["errcode"] == code


async def test_a_message_opens_two_days_with_five_messages(sim: Sim) -> None:
    to = await openid(sim)
    codes = [(await sim.call("message/custom/send", text(to)))["errcode"] for _ in range(6)]
    assert codes == [0, 0, 0, 0, 0, 45047]
    await sim.say("还在吗")
    assert (await sim.call("message/custom/send", text(to)))["errcode"] == 0
    sim.platform.advance(48 * 3600 + 1)
    assert (await sim.call("message/custom/send", text(to)))["errcode"] == 45015


async def test_a_click_opens_a_minute_with_three(sim: Sim) -> None:
    to = sim.platform.customer(sim.official, "wang").openid
    assert (await sim.call("message/custom/send", text(to)))["errcode"] == 45015
    await sim.http.post("/sim/official/customers/wang/event", json={"event": "CLICK", "wait": True})
    codes = [(await sim.call("message/custom/send", text(to)))["errcode"] for _ in range(4)]
    assert codes == [0, 0, 0, 45047]
    sim.platform.advance(61)
    assert (await sim.call("message/custom/send", text(to)))["errcode"] == 45015


async def test_who_follows_no_more_hears_nothing(sim: Sim) -> None:
    to = await openid(sim)
    await sim.http.post("/sim/official/customers/wang/event", json={"event": "unsubscribe"})
    assert (await sim.call("message/custom/send", text(to)))["errcode"] == 45015


async def test_what_is_refused(sim: Sim) -> None:
    to = await openid(sim)
    assert (await sim.call("message/custom/send", text("oNobody")))["errcode"] == 40003
    assert (await sim.call("message/custom/send", text(to, "字" * 683)))["errcode"] == 45002
    assert (await sim.call("message/custom/send", text(to, "字" * 682)))["errcode"] == 0
    assert (await sim.call("message/custom/send", text(to, "")))["errcode"] == 44004
    assert (await sim.call("message/custom/send", b"{"))["errcode"] == 47001
    assert (await sim.call("message/custom/send", b""))["errcode"] == 44002
    image = {"touser": to, "msgtype": "image", "image": {"media_id": "none"}}
    assert (await sim.call("message/custom/send", image))["errcode"] == 40007
    await sim.http.post("/sim/official", json={"customer_service": False})
    assert (await sim.call("message/custom/send", text(to)))["errcode"] == 48001
    await sim.http.post("/sim/official", json={"allowed": False})
    assert (await sim.call("message/custom/send", text(to), await _token(sim)))["errcode"] == 40164


async def _token(sim: Sim) -> str:
    issued = sim.platform.tokens.issue(sim.official)
    assert issued is not None
    return issued[0]


async def test_escapes_are_shown_as_they_are(sim: Sim) -> None:
    to = await openid(sim)
    await sim.call("message/custom/send", json.dumps(text(to, "您好")).encode())
    await sim.call(
        "message/custom/send", json.dumps(text(to, "您好\n好"), ensure_ascii=False).encode()
    )
    shown = [one["text"] for one in await sim.shown(sender="account")]
    assert shown == ["\\u60a8\\u597d", "您好\n好"]


async def test_a_menu_of_buttons_and_typing(sim: Sim) -> None:
    to = await openid(sim)
    menu = {
        "touser": to,
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": "请选择",
            "list": [{"id": "101", "content": "查话费"}],
            "tail_content": "谢谢",
        },
    }
    typing = {"touser": to, "command": "Typing"}
    raw = json.dumps(menu, ensure_ascii=False).encode()
    assert (await sim.call("message/custom/typing", typing))["errcode"] == 0
    assert (await sim.call("message/custom/typing", typing))["errcode"] == 45081
    assert (await sim.call("message/custom/send", raw))["errcode"] == 0
    (shown,) = await sim.shown(sender="account")
    assert shown["items"] == [{"id": "101", "content": "查话费"}]
    sim.platform.advance(31)
    assert (await sim.call("message/custom/typing", typing))["errcode"] == 45080


async def test_media_up_and_down_for_three_days(sim: Sim) -> None:
    token = await sim.token()
    query = {"access_token": token, "type": "image"}
    files = {"media": ("a.png", PNG, "image/png")}
    made = (await sim.http.post("/cgi-bin/media/upload", params=query, files=files)).json()
    got = {"access_token": token, "media_id": made["media_id"]}
    answer = await sim.http.get("/cgi-bin/media/get", params=got)
    assert answer.content == PNG
    assert answer.headers["content-type"] == "image/png"
    files = {"media": ("a.png", b"no picture", "image/png")}
    refused = await sim.http.post("/cgi-bin/media/upload", params=query, files=files)
    assert refused.json()["errcode"] == 40005
    sim.platform.advance(3 * 86400 + 1)
    got["access_token"] = await sim.token()
    answer = await sim.http.get("/cgi-bin/media/get", params=got)
    assert answer.json()["errcode"] == 40007


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([{"type": "click", "name": "查话费", "key": "bill"}], 0),
        (
            [{"name": "更多", "sub_button": [{"type": "view", "name": "网页", "url": "http://a"}]}],
            0,
        ),
        ([], 40016),
        ([{"type": "click", "name": "名字太长了实在太长", "key": "bill"}], 40018),
        ([{"type": "dance", "name": "舞", "key": "bill"}], 40017),
        ([{"type": "click", "name": "舞", "key": ""}], 40019),
    ],
)
async def test_a_menu_is_checked(sim: Sim, buttons: list[Json], code: int) -> None:
    raw = json.dumps({"button": buttons}, ensure_ascii=False).encode()
    assert (await sim.call("menu/create", raw))["errcode"] == code
    state = (await sim.http.get("/sim/state")).json()
    assert (state["accounts"]["official"]["menu"] is not None) is (code == 0)


async def test_a_code_carries_its_scene(sim: Sim) -> None:
    body = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": "web-1"}}}
    ticket = (await sim.call("qrcode/create", body))["ticket"]
    for new, event, key in ((True, "subscribe", "qrscene_web-1"), (False, "SCAN", "web-1")):
        await sim.http.post(
            "/sim/official/customers/wang/scan", json={"ticket": ticket, "new": new, "wait": True}
        )
        values = opened(sim.official, *sim.server.requests[-1])
        assert (values["Event"], values["EventKey"]) == (event, key)


async def test_faults_of_the_api(sim: Sim) -> None:
    to = await openid(sim)
    token = await sim.token()
    await sim.http.post("/sim/faults", json={"busy": 1, "token_expired": 1})
    codes = [(await sim.call("message/custom/send", text(to), token))["errcode"] for _ in range(3)]
    assert codes == [-1, 42001, 0]
    calls = (await sim.http.get("/sim/calls")).json()
    assert [one["errcode"] for one in calls][-3:] == [-1, 42001, 0]
    await sim.http.post("/sim/official/expire")
    assert (await sim.call("message/custom/send", text(to), token))["errcode"] == 42001
    assert (await sim.http.post("/sim/faults", json={"rain": 1})).status_code == 422


async def test_a_mini_program_has_its_own_types_and_two_messages_on_entering(sim: Sim) -> None:
    token = await sim.token(sim.mini)
    to = sim.platform.customer(sim.mini, "wang").openid
    await sim.http.post("/sim/mini/customers/wang/event", json={"event": "user_enter_tempsession"})
    codes = [(await sim.call("message/custom/send", text(to), token))["errcode"] for _ in range(3)]
    assert codes == [0, 0, 45047]
    await sim.say("在吗", "mini")
    link = {"title": "账单", "description": "八月", "url": "http://a", "thumb_url": ""}
    body = {"touser": to, "msgtype": "link", "link": link}
    assert (await sim.call("message/custom/send", body, token))["errcode"] == 0
    menu = {"touser": to, "msgtype": "msgmenu", "msgmenu": {"list": [{"id": "1", "content": "a"}]}}
    assert (await sim.call("message/custom/send", menu, token))["errcode"] == 40008
    official = sim.platform.customer(sim.official, "wang").openid
    assert (await sim.call("message/custom/send", text(official), token))["errcode"] == 40003
