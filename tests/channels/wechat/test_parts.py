"""Texts as WeChat shows them: cut within its limit and at sentences, merged, with tables and numbered choices."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.channels.wechat.parts import parts, text_of
from care.channels.wechat.splitting import cut, size
from care.conversations.outbox import Item
from care.conversations.reach import MESSAGE_BYTES
from care.conversations.tables import Role

FAMILY = "👨‍👩‍👧‍👦"
FLAGS = "🇨🇳🇫🇷"


def item(text: str = "", number: int = 1, **more: Any) -> Item:
    values: dict[str, Any] = {
        "message_id": f"m{number}",
        "conversation_id": "c",
        "role": Role.BOT,
        "buttons": (),
        "image": None,
        "custom": None,
        "progress": 0,
        "first_choice": None,
        **more,
    }
    return Item(text=text, **values)


@given(st.text(max_size=300), st.integers(4, 60))
def test_a_cut_is_within_the_limit_and_loses_nothing(text: str, limit: int) -> None:
    rest, heads = text, []
    while rest:
        at = cut(rest, limit)
        assert at >= 1
        assert size(rest[:at]) <= limit
        heads.append(rest[:at])
        rest = rest[at:]
    assert "".join(heads) == text


@pytest.mark.parametrize("char", [FAMILY, "👍🏽", "🇨🇳", "é", "1️⃣", "ก็", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_a_cut_is_never_inside_what_is_shown_as_one(char: str) -> None:
    text = "好" + char * 5
    for limit in range(size("好" + char), size(text)):
        at = cut(text, limit)
        assert (at - 1) % len(char) == 0, (limit, unicodedata.name(text[at - 1], "?"))


def test_a_cut_is_at_a_sentence_else_at_a_pause() -> None:
    assert cut("第一句。第二句也在。第三", size("第一句。第二句也在。第")) == len(
        "第一句。第二句也在。"
    )
    assert cut("没有句号，只有停顿的话", size("没有句号，只有停")) == len("没有句号，")
    assert cut("没有任何停顿的一段话", size("没有任何")) == 4


TEXTS = st.text(st.sampled_from("查话费。，\n 好ab👍🏽"), min_size=0, max_size=1500)


@given(st.lists(TEXTS, max_size=5), st.booleans(), st.integers(0, 300))
def test_all_is_said_once_and_in_order(texts: list[str], own: bool, room: int) -> None:
    items = [item(text, number) for number, text in enumerate(texts)]
    made = parts(items, own=own, pictures=True, room=room)
    assert all(size(part.text) <= MESSAGE_BYTES - room for part in made)
    said = "".join("".join(part.text for part in made).split())
    assert said == "".join("".join(texts).split())
    ended = [key for part in made for key, progress in part.done.items() if progress is None]
    assert sorted(ended) == sorted({one.message_id for one in items})


@given(st.lists(TEXTS, min_size=1, max_size=4), st.data())
def test_going_on_after_any_part_says_the_same(texts: list[str], data: Any) -> None:
    """A process that dies between two parts leaves the next one a place to go on from."""
    items = [item(text, number) for number, text in enumerate(texts)]
    whole = [part.text for part in parts(items, own=False, pictures=True)]
    said: list[str] = []
    while items:
        first = parts(items, own=False, pictures=True)[0]
        said.append(first.text)
        going_on = []
        for one in items:
            if one.message_id not in first.done:
                going_on.append(one)
            elif (at := first.done[one.message_id]) is not None:
                going_on.append(item(one.text, int(one.message_id[1:]), progress=at))
        items = going_on
    assert "".join("".join(said).split()) == "".join("".join(whole).split())


def test_choices_are_numbers_in_a_response_and_a_menu_in_a_message_of_our_own() -> None:
    earlier = item("先说明", 1, buttons=("甲", "乙"), first_choice=1)
    last = item("请选择", 2, buttons=("丙",), first_choice=3)
    (response,) = parts([earlier, last], own=False, pictures=True)
    assert response.text == "先说明\n\n1. 甲\n2. 乙\n\n请选择\n\n3. 丙"
    (own,) = parts([earlier, last], own=True, pictures=True)
    assert (own.text, own.entries) == ("先说明\n\n1. 甲\n2. 乙\n\n请选择", ("丙",))
    stale = item("请选择", 3, buttons=("丙",), first_choice=None)
    assert parts([stale], own=True, pictures=True)[0].entries == ()
    assert text_of(stale) == "请选择"


def test_tables_are_lines() -> None:
    table = {
        "title": "2026年8月账单",
        "columns": ["项目", "金额（元）"],
        "rows": [["月租", "59.00"], ["超出流量", 10], ["空"]],
        "total": "69.00",
    }
    assert text_of(item("您的账单：", custom={"table": table})) == (
        "您的账单：\n\n【2026年8月账单】\n月租：59.00\n超出流量：10\n空\n合计：69.00"
    )
    wide = {"columns": ["套餐", "月租", "流量"], "rows": [["畅享", "59元", "30GB"], ["无", "", ""]]}
    assert text_of(item(custom={"table": wide})) == "畅享：月租 59元，流量 30GB\n无"
    for senseless in ({"columns": 1, "rows": []}, {"columns": []}, [], None, {"rows": [["a"]]}):
        assert text_of(item("x", custom={"table": senseless})) == "x"


def test_a_picture_of_an_agent_is_a_part_of_its_own() -> None:
    shown = item("看图", 1, image="/desk/attachments/a")
    text, picture, after = parts([shown, item("好了吗", 2)], own=True, pictures=True)
    assert (text.text, text.done) == ("看图", {"m1": 2})
    assert (picture.picture, picture.done) == ("/desk/attachments/a", {"m1": None})
    assert after.text == "好了吗"
    (alone,) = parts([item("", 1, image="/desk/attachments/a")], own=True, pictures=True)
    assert alone.picture == "/desk/attachments/a"
    assert parts([shown], own=False, pictures=False)[0].text == "看图\n\n[图片]"
    chart = item("图表：http://a", 1, image="http://a.svg")
    assert [part.text for part in parts([chart], own=True, pictures=True)] == ["图表：http://a"]
