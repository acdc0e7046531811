"""What customers' words say of a card and of the spam shield, as data/line_words.yml has it."""

from pathlib import Path

import pytest

from care.bss.protocol import CardReason
from care.datafiles import DataFileError
from care.lines.words import load_words
from tools.layout import ROOT

WORDS = load_words(ROOT / "data" / "line_words.yml")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("手机在地铁上被人顺走了", "lost"),
        ("卡落在出租车上了", "lost"),
        ("帮我挂失", "lost"),
        ("my sim is lost", "lost"),
        ("实体卡想换成eSIM", "esim"),
        ("把esim换回实体卡", "plastic"),
        ("新手机只收nano卡", "resize"),
        ("卡断成两截", "damaged"),
        ("手机一直提示无SIM卡", "damaged"),
        ("想补张卡", None),
        ('/replace_sim{"card_reason": "lost"}', None),
    ],
)
def test_why_a_card_is_replaced(text: str, reason: str | None) -> None:
    assert WORDS.read("card_reason", text) == reason


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("帮我拉黑这个号", "block"),
        ("取消拉黑", "unblock"),
        ("把13900001111从黑名单里拿出来", "unblock"),
        ("黑名单里都有谁", "list"),
        ("关掉骚扰拦截", "off"),
        ("给我开通骚扰拦截", "standard"),
        ("能不能一刀切，全拦了", "strict"),
        ("推销电话太多了", None),
    ],
)
def test_what_is_wanted_of_the_shield(text: str, wish: str | None) -> None:
    assert WORDS.read("spam_wish", text) == wish


def test_every_reason_is_one() -> None:
    assert WORDS.values("card_reason") == {str(reason) for reason in CardReason}


@pytest.mark.parametrize(
    "content", ["line_words:\n- {id: a, of: b, says: ['(']}", "line_words:\n- {id: a}", "other: []"]
)
def test_a_malformed_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "line_words.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"line_words\.yml"):
        load_words(file)
