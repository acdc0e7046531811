"""The five seconds, from the customer's phone: through the real application, in virtual time."""

import re
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from care.conversations.attachments import picture_at
from care.conversations.reach import allowances
from care.conversations.service import Agent
from tests import virtual_time
from tests.channels.wechat.phone import BROKEN, Phone, Trip, WechatWorld
from tests.virtual_time import later, pause

type Play = Callable[[WechatWorld, Phone], Awaitable[None]]

AGENT = Agent("01agent0000000000000000000", "林晓")


def play(work: Play, **how: Any) -> None:
    """Run ``work`` in a world of its own."""

    async def run(folder: str) -> None:
        async with WechatWorld(Path(folder), **how) as world:
            await work(world, Phone(world))

    with tempfile.TemporaryDirectory() as folder:
        virtual_time.run(run(folder))


def test_a_quick_answer_comes_in_the_response() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.say("Q1") == "A1"
        assert world.api.sent == []

    play(work)


def test_all_texts_of_a_turn_are_one_answer() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.say("两句") == "第一句。\n\n第二句。"

    play(work)


def test_a_late_answer_is_sent_and_typing_shown_meanwhile() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.engine.takes["Q1"] = 8
        assert await phone.say("Q1") is None
        await pause(10)
        assert phone.texts == ["A1"]
        assert phone.calls == 1
        assert [path for path, _ in world.api.calls].count("/cgi-bin/message/custom/typing") == 1

    play(work)


def test_a_repetition_joins_the_running_turn() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.engine.takes["Q1"] = 6
        assert await phone.say("Q1", [Trip(there=2)]) == "A1"
        assert phone.calls == 2
        await pause(10)
        assert world.engine.asked == ["Q1"]
        assert phone.texts == ["A1"]

    play(work)


def test_an_answer_whose_response_was_lost_is_given_again() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.say("Q1", [Trip(back=9)]) == "A1"
        assert await phone.say("Q2", [Trip(back=9), Trip(back=9)]) is None
        await pause(3)
        assert world.api.texts() == ["A2"], (
            "two responses were lost: it is sent, which is acknowledged"
        )

    play(work)


def test_without_the_right_to_send_the_calls_are_held() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.engine.takes["Q1"] = 12
        assert await phone.say("Q1") == "A1"
        assert phone.calls == 3
        world.engine.takes["Q2"] = 20
        shown = await phone.say("Q2") or ""
        assert "weixin://bizmsgmenu?" in shown
        await pause(10)
        assert await phone.say("点我看结果", bizmsgmenuid="result") == "A2"
        assert world.engine.asked == ["Q1", "Q2"], "pressing the link asks nothing"
        pressed = await phone.say("点我看结果", bizmsgmenuid="result")
        assert pressed is not None
        assert "已经都发给您" in pressed
        assert world.api.calls == []

    play(work, pushes=False)


def test_without_the_right_to_send_a_long_answer_goes_on_by_a_link() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        shown = await phone.say("长") or ""
        seen = [shown]
        for _ in range(20):
            if "点我看后面的内容" not in shown:
                break
            shown = await phone.say("点我看后面的内容", bizmsgmenuid="result") or ""
            seen.append(shown)
        said = re.findall(r"这是第(\d+)句", "".join(seen))
        assert said == [f"{n:04d}" for n in range(300)]

    play(work, pushes=False)


def test_a_long_answer_is_cut_at_sentences_and_sent_on_in_order() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.say("长")
        await pause(20)
        texts = phone.texts
        assert re.findall(r"这是第(\d+)句", "".join(texts)) == [f"{n:04d}" for n in range(300)]
        assert all(text.endswith("。") for text in texts)
        assert len(texts) == 3

    play(work)


def test_choices_are_numbered_and_answered_by_number_or_words() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        for answer, payload in [
            ("1", "/query_bill"),
            ("第二个", "/request_human"),
            ("２。", "/request_human"),
            ("查话费", "/query_bill"),
            ("3", "3"),
        ]:
            assert await phone.say("给我选") == "请选择：\n\n1. 查话费\n2. 转人工"
            await phone.say(answer)
            assert world.engine.asked[-1] == payload

    play(work)


def test_choices_of_a_late_answer_are_a_menu() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.engine.takes["给我选"] = 8
        assert await phone.say("给我选") is None
        await pause(10)
        (menu,) = world.api.sent
        assert menu["msgmenu"]["head_content"] == "请选择："
        assert [one["content"] for one in menu["msgmenu"]["list"]] == ["查话费", "转人工"]
        await phone.say("查话费", bizmsgmenuid="1")
        assert world.engine.asked[-1] == "/query_bill"

    play(work)


def test_beyond_the_quota_a_text_waits_for_the_next_message() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        await phone.say("Q1")
        conversation = await world.conversations.find("wechat", phone.openid)
        epoch = await world.epoch(conversation)
        await world.conversations.accept(conversation, AGENT, epoch)
        for number in range(6):
            await pause(20)
            await world.conversations.reply(conversation, AGENT, f"r{number}", f"人工{number}")
        await pause(20)
        assert world.api.texts() == [
            "客服林晓已接入，以下由人工为您服务。",
            *(f"人工{number}" for number in range(4)),
        ]
        assert await phone.say("在吗") == "人工4\n\n人工5"
        await pause(20)
        assert len(world.api.sent) == 5

    play(work)


def test_after_48_hours_a_text_waits() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        await phone.say("Q1")
        conversation = await world.conversations.find("wechat", phone.openid)
        epoch = await world.epoch(conversation)
        world.clock.skip(hours=48, seconds=1)
        await world.conversations.accept(conversation, AGENT, epoch)
        await world.conversations.reply(conversation, AGENT, "r1", "人工答复")
        await pause(20)
        assert world.api.sent == []
        assert await phone.say("在吗") == "客服林晓已接入，以下由人工为您服务。\n\n人工答复"

    play(work)


@pytest.mark.parametrize("errcode", [45047, 45015, 48001, 99999])
def test_what_the_platform_refuses_waits_for_the_next_message(errcode: int) -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.api.faults["/cgi-bin/message/custom/send"].append(errcode)
        world.engine.takes["Q1"] = 6
        await phone.say("Q1")
        await pause(20)
        assert world.api.sent == []
        assert await phone.say("Q2") == "A1\n\nA2"

    play(work)


def test_a_text_that_is_too_long_for_the_platform_is_cut_smaller() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.api.faults["/cgi-bin/message/custom/send"].append(45002)
        world.engine.takes["长"] = 6
        await phone.say("长")
        await pause(20)
        said = re.findall(r"这是第(\d+)句", "".join(phone.texts))
        assert said == [f"{n:04d}" for n in range(len(said))]
        assert len(world.api.sent) == 5

    play(work)


def test_who_is_gone_is_not_sent_anything_again() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.api.faults["/cgi-bin/message/custom/send"].append(40003)
        world.engine.takes["Q1"] = 6
        await phone.say("Q1")
        await pause(60)
        assert world.api.sent == []
        assert [path for path, _ in world.api.calls].count("/cgi-bin/message/custom/send") == 1

    play(work)


def test_a_sent_message_without_an_answer_is_sent_once_more_and_then_waits() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.api.drop_answers = 5
        world.engine.takes["Q1"] = 6
        await phone.say("Q1")
        await pause(120)
        assert world.api.texts() == ["A1", "A1"]

    play(work)


def test_events() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert "我是小讯" in (await phone.event("subscribe") or "")
        assert await phone.event("VIEW", EventKey="http://a") is None
        assert await phone.event("CLICK", EventKey="unknown") is None
        assert await phone.event("CLICK", EventKey="say:Q7") == "A7"
        assert await phone.event("LOCATION", Latitude="1.0", Longitude="2.0") is None
        assert await phone.event("unsubscribe") is None
        assert world.engine.asked == ["Q7"]

    play(work)


def test_only_what_a_customer_does_to_us_allows_messages() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        async def left() -> int:
            key = ("wechat", phone.openid)
            found = await world.db.read(lambda s: allowances(s, [key], world.clock()))
            return found[key].left

        await phone.event("LOCATION", Latitude="1.0", Longitude="2.0")
        await phone.event("TEMPLATESENDJOBFINISH")
        await phone.event("VIEW", EventKey="http://a")
        assert await left() == 0
        await phone.event("SCAN", EventKey="x")
        assert await left() == 3
        await phone.say("Q1")
        assert await left() == 8
        await phone.event("unsubscribe")
        assert await left() == 0

    play(work)


def test_kinds_of_messages() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        voice = {"MsgType": "voice", "MediaId": "m", "Format": "amr"}
        assert await phone.do({**voice, "Recognition": "Q1"}) == "A1"
        assert "没能听清" in (await phone.do({**voice, "Recognition": ""}) or "")
        picture = {"MsgType": "image", "MediaId": "m1", "PicUrl": "http://a"}
        assert "看不懂图片" in (await phone.do(picture) or "")
        place = {
            "MsgType": "location",
            "Location_X": "23.1",
            "Location_Y": "113.3",
            "Label": "天河",
        }
        assert "天河" in (await phone.do(place) or "")
        for kind in ("video", "link", "file"):
            assert "看不懂" in (await phone.do({"MsgType": kind}) or "")
        assert len(world.engine.asked) == 2

    play(work)


def test_pictures_both_ways() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        picture = {"MsgType": "image", "MediaId": "m1", "PicUrl": "http://a"}
        world.api.faults["/cgi-bin/media/get"].append(-1)
        await phone.do(picture)
        await phone.do({**picture, "MediaId": "gone"})
        await pause(20)
        conversation = await world.conversations.find("wechat", phone.openid)
        said, _ = await world.conversations.look(conversation, 0)
        first, second = (one for one in said if one.role == "customer")
        assert (first.text, second.text, second.image) == ("[图片]", "[图片]", None)
        kept = await world.db.read(lambda session: picture_at(session, first.image or ""))
        assert kept.content.startswith(b"\x89PNG")
        await world.conversations.accept(conversation, AGENT, await world.epoch(conversation))
        await world.conversations.show(conversation, AGENT, "show-0001", kept)
        await world.conversations.show(conversation, AGENT, "show-0001", kept)
        await world.conversations.reply(conversation, AGENT, "reply-0001", "看这张图")
        await pause(20)
        kinds = [one["msgtype"] for one in world.api.sent]
        assert kinds == ["text", "image", "text"]
        media_id = world.api.sent[1]["image"]["media_id"]
        assert kept.content in world.api.media[media_id][0]

    play(work)


def test_what_cannot_be_taken_is_said() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        assert await phone.say("  ") == "请输入文字内容。"
        assert await phone.say("长" * 2001) == "消息太长了，请分几次发送。"
        assert await phone.say("故障")
        assert "排在第 1 位" in (await phone.say("还在吗") or "")

    play(work)


def test_a_broken_database_is_said_and_no_error_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        async def broken(_: object) -> None:
            raise OSError("disk")

        monkeypatch.setattr(world.services.db, "write", broken)
        assert "系统正忙" in (await phone.say("Q1") or "")

    play(work)


def test_attempts_at_two_processes_are_one() -> None:
    """They share the database and nothing else: no wake-up travels between them."""

    async def work(world: WechatWorld, phone: Phone) -> None:
        async with WechatWorld(world.services.settings.var_dir) as other:
            phone = Phone(world, others=[other])
            world.engine.takes = other.engine.takes = {"Q1": 6, "Q2": 9}
            assert await phone.say("Q1", [Trip(there=2)]) == "A1"
            assert await phone.say("Q2", [Trip(back=9), Trip(back=9), Trip(back=9)]) == BROKEN
            await pause(20)
            assert sorted(world.engine.asked + other.engine.asked) == ["Q1", "Q2"]
            assert world.api.texts() + other.api.texts() == ["A2"]

    play(work)


def test_many_messages_at_once_are_answered_in_order() -> None:
    async def work(world: WechatWorld, phone: Phone) -> None:
        world.engine.takes = {f"Q{n}": 1.5 for n in range(6)}
        calls = [later(n * 0.2, phone.say(f"Q{n}")) for n in range(6)]
        for call in calls:
            await call
        await pause(20)
        answers = re.findall(r"A\d", "\n".join(phone.texts))
        assert sorted(answers) == [f"A{n}" for n in range(6)]

    play(work)


DELAYS = st.sampled_from([0.05, 0.5, 1.5, 3.0, 4.5, 6.0, 9.0, 13.0])
TRIPS = st.lists(st.builds(Trip, DELAYS, DELAYS, st.booleans()), max_size=3)
QUESTIONS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.3, 2.0, 6.0, 20.0]),
        st.sampled_from([0.1, 0.5, 2.0, 3.9, 4.1, 5.5, 8.0, 14.0]),
        TRIPS,
    ),
    min_size=1,
    max_size=5,
)
SMOOTH = st.sampled_from([0.01, 0.2, 0.45])
SMOOTH_TRIPS = st.lists(st.builds(Trip, SMOOTH, SMOOTH, st.booleans()), max_size=3)
LIMITS = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


async def ask_all(world: WechatWorld, phone: Phone, questions: list[Any]) -> list[str]:
    """Ask ``Q0``, ``Q1``, … each some time after the one before; gives the answers on the phone, sorted."""
    at, calls = 0.0, []
    for number, (after, takes, trips) in enumerate(questions):
        at += after
        world.engine.takes[f"Q{number}"] = takes
        calls.append(later(at, phone.say(f"Q{number}", trips)))
    for call in calls:
        await call
    await pause(60)
    return sorted(re.findall(r"A\d", "\n".join(phone.texts)))


@pytest.mark.slow
@LIMITS
@given(QUESTIONS)
def test_each_question_is_answered_once_whatever_the_timing(questions: list[Any]) -> None:
    """Calls late, cut, repeated, out of order; responses lost: an account that may send answers each question once."""

    async def work(world: WechatWorld, phone: Phone) -> None:
        answers = await ask_all(world, phone, questions)
        assert answers == [f"A{number}" for number in range(len(questions))]
        assert sorted(world.engine.asked) == [f"Q{number}" for number in range(len(questions))]

    play(work)


@pytest.mark.slow
@LIMITS
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.0, 0.3, 2.0, 20.0]),
            st.sampled_from([0.1, 3.0, 8.0, 20.0]),
            SMOOTH_TRIPS,
        ),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_no_customer_sees_an_error_while_the_network_is_sound(
    questions: list[Any], pushes: bool
) -> None:
    """However long the bot takes. Who may not send gives the rest when the customer presses the link."""

    async def work(world: WechatWorld, phone: Phone) -> None:
        answers = await ask_all(world, phone, questions)
        for _ in range(len(questions)):
            await phone.say("点我看结果", bizmsgmenuid="result")
        answers = sorted(re.findall(r"A\d", "\n".join(phone.texts)))
        assert answers == [f"A{number}" for number in range(len(questions))]
        assert BROKEN not in phone.texts

    play(work, pushes=pushes)
