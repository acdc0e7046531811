"""From sentence to terms."""

import logging
import subprocess
import sys
from pathlib import Path

from care.knowledge.analysis import HALF_LIMIT, Analyzer, Vocabulary, normalise
from care.knowledge.segmentation import Segmenter

ANALYZER = Analyzer(
    Vocabulary(
        words=frozenset({"携号转网"}),
        same={"无线网": "wifi", "wi-fi": "wifi", "咋": "怎么", "花费": "话费"},
        fillers=frozenset({"吗", "请问"}),
        weak=frozenset({"怎么", "我"}),
    )
)


def test_the_likeliest_path_wins_over_the_longest_word() -> None:
    segmenter = Segmenter({"北京": 500, "北京大": 1, "大学": 500, "学": 5, "大": 50})
    assert segmenter.cut("北京大学") == ["北京", "大学"]


def test_unknown_characters_stand_alone_and_other_signs_separate() -> None:
    segmenter = Segmenter({"流量": 10})
    assert segmenter.cut("流量龘，abc流量!12") == ["流量", "龘", "abc", "流量", "12"]
    assert segmenter.cut("") == []
    assert Segmenter({}).cut("流量") == ["流", "量"]


def test_synonyms_fillers_and_width_are_folded() -> None:
    assert ANALYZER.words("请问，家里ＷＩ－ＦＩ咋弄吗") == ["家里", "wifi", "怎么", "弄"]
    assert ANALYZER.words("花费") == ["话费"]
    assert ANALYZER.words("无线网") == ANALYZER.words("Wi-Fi") == ["wifi"]
    assert ANALYZER.words("awi-fib") == ["awi", "fib"], "a spelling inside a word is no spelling"


def test_traditional_characters_and_taiwanese_words_are_those_of_the_mainland() -> None:
    assert normalise("寬頻斷線，開通國際漫遊") == normalise("宽带断线，开通国际漫游")
    assert normalise("半\ud800个") == "半个"


def test_words_given_stay_in_one_piece() -> None:
    assert "携号转网" in ANALYZER.words("我想携号转网")


def test_words_of_asking_alone_tell_nothing() -> None:
    assert not ANALYZER.terms("请问我怎么吗").telling
    assert not ANALYZER.terms("").telling
    assert not ANALYZER.terms("？！😀").telling
    assert ANALYZER.terms("怎么携号转网").telling


def test_a_bare_topic_is_one_word() -> None:
    assert ANALYZER.terms("流量").bare
    assert not ANALYZER.terms("怎么流量").bare


def test_a_repeated_word_counts_more_but_not_as_often_as_it_stands() -> None:
    once, thrice = (ANALYZER.terms(text).weights["流量"] for text in ("流量", "流量流量流量"))
    assert once < thrice < 2 * once


def test_of_a_long_text_both_ends_count() -> None:
    text = "头" * HALF_LIMIT + "中" * 5000 + "尾" * HALF_LIMIT
    kept = normalise(text)
    assert "头" in kept
    assert "尾" in kept
    assert "中" not in kept


def test_jieba_itself_is_never_imported() -> None:
    """Its import prints, warns and logs."""
    code = (
        "import sys; from care.knowledge.segmentation import Segmenter;"
        "words = Segmenter.of_jieba().cut('营业厅几点关门');"
        "assert words == ['营业厅', '几点', '关门'], words; assert 'jieba' not in sys.modules"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert "jieba" not in logging.root.manager.loggerDict
