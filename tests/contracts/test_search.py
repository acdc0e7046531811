"""What people say of the number they would like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.bss.protocol import NumberSearch
from care.contracts.search import chosen_among, wish_of

SHOWN = ["16705668218", "16705231218", "16742170618", "16790310699"]


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("尾号带8的有没有", NumberSearch(ending="8")),
        ("尾号666的给我来一个", NumberSearch(ending="666")),
        ("最好是1218结尾", NumberSearch(ending="1218")),
        ("选个号 里面不要有4", NumberSearch(without=frozenset("4"))),
        ("别带四和七", NumberSearch(without=frozenset("47"))),
        ("不要4，尾号八八", NumberSearch(ending="88", without=frozenset("4"))),
        ("带1314的有吗", NumberSearch(containing="1314")),
        ("0618 那样的生日号", NumberSearch(containing="0618")),
        ("有没有靓号", NumberSearch(prestige=True)),
        ("ＡＡＢＢ的、尾号６６", NumberSearch(ending="66")),
    ],
)
def test_a_wish_is_read(text: str, search: NumberSearch) -> None:
    wish = wish_of(text)
    assert wish is not None
    assert not wish.others
    assert wish.search == search


@pytest.mark.parametrize("text", ["换一批", "还有别的吗", "都不喜欢，再看看", "more"])
def test_others_are_wished_for(text: str) -> None:
    wish = wish_of(text)
    assert wish is not None
    assert wish.others


@pytest.mark.parametrize(
    "text", ["想办张新卡", "随便", "开个新号", "", "轻享19", "幸福路18号", "20张", "一个月59元的"]
)
def test_nothing_is_said_of_a_number(text: str) -> None:
    assert wish_of(text) is None


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("8218那个", SHOWN[0]),
        ("要 1218 的", SHOWN[1]),
        ("第三个吧", SHOWN[2]),
        ("第九个", None),
        ("218", None),  # two of them end so
        ("就要8的", None),
        ("随便", None),
    ],
)
def test_one_of_those_shown_is_meant(text: str, chosen: str | None) -> None:
    assert chosen_among(text, SHOWN) == chosen


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    wish_of(text)
    assert chosen_among(text, SHOWN) in (None, *SHOWN)
