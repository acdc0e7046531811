"""What is learned of the entries: kept in a file, learned in another process, and taken up while the server runs."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from care.knowledge import Answer, HybridKnowledgeBase, Library, LiveKnowledgeBase, load_library
from care.knowledge.analysis import Analyzer, normalise
from care.knowledge.learned import KEPT, Learned, file_of, worth_learning
from care.knowledge.learner import Learner, learn
from care.knowledge.live import open_knowledge_base
from care.knowledge.sentence_encoder import load_encoder
from care.knowledge.vector_cache import VectorCache

ENTRY = """
  - id: {id}
    question: {question}
    other: [{other}]
    answer: 答。
    source: 规则
    reviewed: 2026-11-20
"""
PATIENCE = 120.0
"""Seconds in which another process must have learned a handful of entries, on a busy machine."""


@pytest.fixture(scope="module")
def few(library: Library) -> Library:
    """A few of the real entries: learned in a second."""
    return replace(library, entries=library.entries[::16], refused=library.refused[::16])


@pytest.fixture(scope="module")
def learned(few: Library) -> Learned:
    """What is learned of them."""
    return learn(few, load_encoder(), VectorCache(None, "test"))


Asked = Callable[[Learned, str], np.ndarray]


@pytest.fixture(scope="module")
def asked(few: Library) -> Asked:
    """What is known of a text by what was learned."""
    analyzer, encoder = Analyzer(few.vocabulary), load_encoder()
    return lambda learned, text: learned.logarithms(
        text, encoder.encode([normalise(text)])[0], analyzer
    )


def written(folder: Path, library: Library, more: str = "") -> None:
    """The library as a file of a folder, the first entry with one wording more."""
    entries = ""
    for place, entry in enumerate(library.entries):
        other = [*entry.other, *([more] if more and place == 0 else [])]
        quoted = ", ".join(f'"{text}"' for text in other)
        entries += ENTRY.format(id=entry.id, question=f'"{entry.question}"', other=quoted)
    (folder / "faq.yml").write_text(f"entries:{entries}", encoding="utf-8")


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_each_wording_is_most_likely_about_its_own_entry(
    learned: Learned, few: Library, asked: Asked
) -> None:
    right = [
        int(asked(learned, text).argmax()) == place
        for place, entry in enumerate(few.entries)
        for text in entry.wordings[::6]
    ]
    assert np.mean(right) > 0.95
    assert np.exp(asked(learned, "卡丢了")).sum() == pytest.approx(1, abs=1e-4)
    assert np.exp(asked(learned, "\ud800 😀")).sum() == pytest.approx(1, abs=1e-4)


def test_what_is_kept_is_the_same_and_learned_again_it_is_too(
    learned: Learned, few: Library, asked: Asked, tmp_path: Path
) -> None:
    file = file_of(tmp_path, few, "test")
    learned.save(file)
    kept, again = Learned.restore(file), learn(few, load_encoder(), VectorCache(None, "test"))
    assert kept is not None
    for text in ("卡丢了怎么办", "how much"):
        assert np.array_equal(asked(kept, text), asked(learned, text))
        assert np.allclose(asked(again, text), asked(learned, text), atol=1e-3)
    assert os.listdir(tmp_path) == [file.name]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_a_torn_file_is_none(learned: Learned, few: Library, tmp_path: Path, share: float) -> None:
    file = file_of(tmp_path, few, "test")
    assert Learned.restore(file) is None
    learned.save(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    assert Learned.restore(file) is None


def test_it_is_of_these_entries_and_no_others(few: Library, tmp_path: Path) -> None:
    first, *others = few.entries
    changed = [
        replace(few, entries=(replace(first, other=(*first.other, "再问一句")), *others)),
        replace(few, entries=(replace(first, answer="另一个答案"), *others)),
        replace(few, entries=tuple(others)),
        replace(few, entries=(*others, first)),
        replace(few, vocabulary=replace(few.vocabulary, fillers=frozenset(["嗯哪"]))),
    ]
    files = {file_of(tmp_path, one, "test") for one in (few, *changed)}
    files.add(file_of(tmp_path, few, "another encoder"))
    assert len(files) == len(changed) + 2


def test_only_some_former_states_stay_on_disk(learned: Learned, tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        file = tmp_path / f"faq-network-{number}.npz"
        learned.save(file)
        os.utime(file, (number, number))
    learned.save(tmp_path / "faq-network-last.npz")
    kept = {file.name for file in tmp_path.iterdir()}
    assert len(kept) == KEPT
    assert "faq-network-last.npz" in kept
    assert "faq-network-0.npz" not in kept


def test_too_few_wordings_are_not_learned(few: Library, library: Library) -> None:
    assert worth_learning(library)
    assert worth_learning(few)
    assert not worth_learning(replace(few, entries=few.entries[:5]))
    bare = tuple(replace(entry, other=()) for entry in library.entries)
    assert not worth_learning(replace(library, entries=bare))


def test_a_base_takes_up_what_another_process_learned_and_answers_meanwhile(
    few: Library, tmp_path: Path
) -> None:
    faq, cache = tmp_path / "faq", tmp_path / "cache"
    faq.mkdir()
    written(faq, few)
    base = open_knowledge_base(faq, cache=cache)
    question = few.entries[0].question
    assert isinstance(base.answer_for(question), Answer), "nothing waits for the learning"
    before = base.search(f"{question}呢请问")
    wait_for(base.reload_if_changed)
    after = base.search(f"{question}呢请问")
    assert after[0].entry.id == before[0].entry.id == few.entries[0].id
    assert after[0].score != before[0].score
    assert not base.reload_if_changed(), "it is taken up once"
    again = HybridKnowledgeBase(load_library(faq), cache=cache)
    assert not again.may_learn, "the next start has it at once"
    assert again.search(f"{question}呢请问") == after

    written(faq, few, more="这是刚发布的一种新问法")
    assert base.reload_if_changed()
    assert isinstance(base.answer_for("这是刚发布的一种新问法"), Answer), (
        "live before it is learned"
    )
    wait_for(base.reload_if_changed)


class Slow(Learner):
    """A learner that has not ended until it is told so."""

    def __init__(self) -> None:
        self.started = 0
        self.ended = True

    def start(self) -> None:
        self.started += self.ended
        self.ended = False

    def has_ended(self) -> bool:
        return self.ended


def test_what_is_published_while_former_content_is_learned_is_learned_after_it(
    few: Library, tmp_path: Path
) -> None:
    faq, slow = tmp_path / "faq", Slow()
    faq.mkdir()
    written(faq, few)
    base = LiveKnowledgeBase(
        lambda: HybridKnowledgeBase(load_library(faq), cache=tmp_path / "cache"), faq, slow
    )
    assert slow.started == 1
    written(faq, few, more="又一种新的问法")
    assert base.reload_if_changed()
    assert not base.reload_if_changed()
    assert slow.started == 1, "one at a time"
    slow.ended = True
    assert not base.reload_if_changed()
    assert slow.started == 2
    slow.ended = True  # in vain: there is no file
    assert not base.reload_if_changed()
    assert slow.started == 2, "what cannot be learned is not tried for ever"


def test_a_learner_that_fails_does_no_harm(few: Library, tmp_path: Path) -> None:
    faq, cache = tmp_path / "faq", tmp_path / "cache"
    faq.mkdir()
    written(faq, few)
    cache.write_text("not a folder")
    base = open_knowledge_base(faq, cache=cache)
    learner = Learner(faq, cache)
    learner.start()
    wait_for(learner.has_ended)
    assert not base.reload_if_changed()
    assert isinstance(base.answer_for(few.entries[0].question), Answer)


def test_an_ended_learner_leaves_no_zombie_though_nobody_asks_for_it(tmp_path: Path) -> None:
    learner = Learner(tmp_path / "no such folder", tmp_path / "cache")
    others = psutil.Process().children()
    learner.start()
    (child,) = set(psutil.Process().children()) - set(others)
    wait_for(lambda: not child.is_running())
