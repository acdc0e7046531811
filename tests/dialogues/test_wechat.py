"""Through WeChat: the running product behind the simulated platform in safe mode, with the real Rasa."""

import re
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from tests.servers.product import Product, unlimited_codes
from tests.servers.wechat import Phone, WechatSimulator

_NUMBERS = count(1)
_PATIENCE = 30.0


@pytest.fixture(scope="module")
def wechat() -> Iterator[WechatSimulator]:
    """The platform."""
    with WechatSimulator() as simulator:
        yield simulator


@pytest.fixture(scope="module", autouse=True)
def product(wechat: WechatSimulator) -> Iterator[Product]:
    """A product of its own, which the platform delivers to."""
    with Product(**unlimited_codes(), **wechat.settings) as made:
        wechat.call_back(made.address)
        yield made


@pytest.fixture(params=["official", "mini", "kf"])
def anyone(request: pytest.FixtureRequest, wechat: WechatSimulator) -> Phone:
    """A new customer of each kind of account."""
    return wechat.phone(f"customer-{next(_NUMBERS)}", request.param)


@pytest.fixture
def follower(wechat: WechatSimulator) -> Phone:
    """A new customer of the Official Account."""
    return wechat.phone(f"customer-{next(_NUMBERS)}")


def heard(phone: Phone, pattern: str = ".") -> list[dict[str, Any]]:
    """What is shown until ``pattern`` is in it."""
    shown: list[dict[str, Any]] = []
    deadline = time.monotonic() + _PATIENCE
    while not re.search(pattern, "\n".join(words(one) for one in shown)):
        assert time.monotonic() < deadline, f"not heard: {pattern}; heard: {shown}"
        shown += phone.news(2.0)
    return shown


def words(entry: dict[str, Any]) -> str:
    """The text of something shown."""
    return str(entry.get("text") or entry.get("head") or "")


def test_a_bill_with_a_one_time_code(anyone: Phone, product: Product) -> None:
    anyone.say("查下上个月话费")
    heard(anyone, "手机号")
    anyone.say("13800138001")
    heard(anyone, "验证码")
    sms = httpx.get(
        f"{product.address}/demo/sms", params={"phone": "13800138001"}, trust_env=False
    ).json()
    anyone.say(sms[0]["code"])
    shown = heard(anyone, r"\d+\.\d\d")
    assert not [one for one in shown if one["type"] == "unavailable"]
    log = product.logs()
    assert sms[0]["code"] not in log


def test_cut_duplicate_and_slow_show_one_answer(follower: Phone, wechat: WechatSimulator) -> None:
    for fault in ({"cut": 1}, {"duplicate": 1}, {"slow": 1, "slow_seconds": 6}):
        wechat.post("faults", **fault)
        said = follower.say("你是机器人吗")
        assert len(said["deliveries"]) == 2
        shown = heard(follower, "AI")
        assert not follower.news(2.0)
        texts = [words(one) for one in shown]
        assert len(texts) == len(set(texts))
        assert [one["via"] for one in shown] == ["passive"] * len(shown)


def test_an_answer_after_the_five_seconds_is_sent_and_without_quota_waits(
    follower: Phone, product: Product, wechat: WechatSimulator
) -> None:
    with product.frozen("rasa"):
        said = follower.say("eSIM支持吗")
        assert {one["result"] for one in said["deliveries"]} == {"silent"}
    (shown,) = heard(follower, "eSIM")
    assert shown["via"] == "custom"
    with product.frozen("rasa"):
        follower.say("国际漫游怎么收费")
        follower.exhaust()
    deadline = time.monotonic() + _PATIENCE
    while not any(one["errcode"] == 45047 for one in wechat.calls()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert follower.news() == []
    follower.say("你好")
    assert "漫游" in "\n".join(words(one) for one in heard(follower, "小讯"))


@pytest.mark.last
def test_nobody_was_told_that_the_service_is_down(wechat: WechatSimulator) -> None:
    for number in range(1, next(_NUMBERS)):
        state = wechat.phone(f"customer-{number}").state()
        assert not [one for one in state["entries"] if one["type"] == "unavailable"]
