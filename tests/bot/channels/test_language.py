"""English is answered in English; pinyin, numbers and words that Chinese speakers use are no English."""

from pathlib import Path

import pytest

from bot.channels.language import CHINESE, ENGLISH, language_of
from tests.bot.world import running


@pytest.mark.parametrize(
    "text",
    [
        "check my balance please",
        "how much data left",
        "I lost my sim card",
        "What's my plan?",
        "my internet is down since yesterday",
        "operator",
    ],
)
def test_english_is_english(text: str) -> None:
    assert language_of(text, CHINESE) == ENGLISH


@pytest.mark.parametrize("text", ["查 my bill", "換成 plan b", "你好"])
def test_a_chinese_character_is_chinese(text: str) -> None:
    assert language_of(text, ENGLISH) == CHINESE


@pytest.mark.parametrize("before", [CHINESE, ENGLISH])
@pytest.mark.parametrize(
    "text",
    [
        "13800138000",
        "482913",
        "ok",
        "wifi",
        "volte",
        "wo yao huan taocan",
        "cha huafei",
        "91330100MA2ABCDE1X",
        "li.lei@qinghe-tech.example",
        "https://example.com/some/long/path",
        "<img src=x onerror=alert(1)>",
        "",
        "😀?!",
    ],
)
def test_what_does_not_tell_leaves_it(text: str, before: str) -> None:
    assert language_of(text, before) == before


def test_a_long_text_takes_no_time() -> None:
    assert language_of("zhuang" * 10_000, CHINESE) == CHINESE


async def test_the_slot_follows_the_customer(model: Path, tmp_path: Path) -> None:
    async with running(model, tmp_path) as world:
        for text, wanted in (
            ("hello", None),
            ("hello what should", ENGLISH),
            ("hello 好", CHINESE),
        ):
            await world.said(text)
            tracker = await world.agent.tracker_store.retrieve("conversation-1")
            assert tracker is not None
            assert tracker.get_slot("language") == wanted
