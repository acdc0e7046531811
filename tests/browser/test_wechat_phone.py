"""The simulator's phone in a real browser: a server answers, buttons are pressed, things go wrong."""

import json

from playwright.sync_api import Page, expect

from tests.servers.wechat import WechatSimulator
from tools.wechat_sim.delivery import UNAVAILABLE


def test_a_customer_chats_and_presses(page: Page) -> None:
    with WechatSimulator() as wechat:
        page.goto(f"{wechat.address}/phone/")
        page.get_by_label("消息", exact=True).fill("查话费 <b>")
        page.get_by_role("button", name="发送").click()
        entries = page.locator("#entries li")
        expect(entries.first).to_have_text("查话费 <b>")
        expect(page.get_by_text(UNAVAILABLE)).to_be_visible()
        expect(page.locator("#deliveries li")).to_contain_text("连不上")
        openid = wechat.phone("小王").state()["openid"]
        account = wechat.accounts[0]
        body = {
            "grant_type": "client_credential",
            "appid": account.app_id,
            "secret": account.secret,
        }
        token = wechat.http.post("/cgi-bin/stable_token", json=body).json()["access_token"]
        items = [{"id": "101", "content": "查流量"}]
        menu = {"head_content": "您想查什么？", "list": items, "tail_content": ""}
        sent = wechat.http.post(
            "/cgi-bin/message/custom/send",
            params={"access_token": token},
            content=utf8_json({"touser": openid, "msgtype": "msgmenu", "msgmenu": menu}),
        )
        assert sent.json()["errcode"] == 0
        page.get_by_role("button", name="查流量").click()
        expect(entries.nth(3)).to_have_text("查流量")
        expect(page.locator("#left")).to_have_text("5 条")
        page.get_by_role("button", name="用完额度").click()
        expect(page.locator("#left")).to_have_text("0 条")
        page.get_by_role("button", name="断开连接").click()
        expect(page.locator("#faults")).to_have_text("cut 1")
        page.get_by_role("button", name="微信客服", exact=True).click()
        expect(entries).to_have_count(0)


def utf8_json(body: object) -> bytes:
    """JSON as the platform wants it: UTF-8, nothing escaped."""
    return json.dumps(body, ensure_ascii=False).encode()
