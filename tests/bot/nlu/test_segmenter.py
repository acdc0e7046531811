"""Words of Chinese sentences."""

from pathlib import Path

import jieba
import spacy
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.segmenter import blank_segmenter

NLP = blank_segmenter(["畅享129", "129那个", "飞享套餐"])


def words(text: str) -> list[str]:
    return [token.text for token in NLP(text)]


def test_added_words_stay_whole() -> None:
    assert words("我要办飞享套餐") == ["我", "要", "办", "飞享套餐"]
    assert "129那个" in words("换成129那个")


def test_tokens_carry_what_was_written() -> None:
    assert "暢享１２９" in words("我要暢享１２９")


def test_two_pipelines_do_not_disturb_each_other() -> None:
    other = blank_segmenter(["我要办飞"])
    assert [token.text for token in other("我要办飞享套餐")] == ["我要办飞", "享", "套餐"]
    assert words("我要办飞享套餐") == ["我", "要", "办", "飞享套餐"]


def test_jieba_itself_learns_nothing() -> None:
    assert "飞享套餐" not in jieba.lcut("我要办飞享套餐")


def test_a_saved_pipeline_splits_alike(tmp_path: Path) -> None:
    NLP.to_disk(tmp_path / "segmenter")
    loaded = spacy.load(tmp_path / "segmenter")
    text = "帮我把畅享129换成飞享套餐"
    assert [token.text for token in loaded(text)] == words(text)


@given(st.text(max_size=40))
def test_every_character_is_in_one_token(text: str) -> None:
    document = NLP(text)
    assert document.text == text or document.text == text + " "
    for token in document:
        assert text[token.idx : token.idx + len(token)] == token.text
