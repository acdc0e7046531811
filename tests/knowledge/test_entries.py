"""Loading entries: what is refused, and how the error reads."""

from pathlib import Path

import pytest

from care.datafiles import DataFileError
from care.knowledge import Library, intents_of_domain, load_library
from care.knowledge.entries import load_vocabulary

ENTRY = """
  - id: {id}
    question: {question}
    other: [{other}]
    answer: 可以的。
    serves: [port_out]
    source: 规则
    reviewed: 2026-11-20
"""
GOOD = "entries:" + ENTRY.format(id="port-out", question="怎么转网", other="我要转网")


def load(folder: Path, content: str = GOOD, intents: tuple[str, ...] | None = None) -> Library:
    (folder / "topic.yml").write_text(content)
    return load_library(folder, intents)


def test_an_entry_is_read_whole(tmp_path: Path) -> None:
    (entry,) = load(tmp_path, intents=("port_out",)).entries
    assert entry.id == "port-out"
    assert entry.wordings == ("怎么转网", "我要转网")
    assert entry.answer == "可以的。"
    assert entry.serves == {"port_out"}
    assert entry.general_for == frozenset()
    assert entry.reviewed.isoformat() == "2026-11-20"
    assert entry.topic == "topic"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("question: 怎么转网", "question: ''", "'question' must be a text"),
        ("question: 怎么转网", "question: '？！'", "holds neither letters nor characters"),
        ("answer: 可以的。", "anwser: 可以的。", "unknown field 'anwser'"),
        ("answer: 可以的。", "answer: 5", "'answer' must be a text"),
        ("source: 规则", "source:", "'source' must be a text"),
        ("reviewed: 2026-11-20", "reviewed: yesterday", "'reviewed' must be a day"),
        ("serves: [port_out]", "serves: port_out", "'serves' must be a list"),
        ("serves: [port_out]", "serves: [fly]", "serves the unknown intent 'fly'"),
        ("serves: [port_out]", "general_for: [port_out]", "does not serve it"),
    ],
)
def test_a_malformed_entry_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(DataFileError, match=message) as caught:
        load(tmp_path, GOOD.replace(old, new), ("port_out",))
    assert "topic.yml, entry 'port-out'" in str(caught.value)


@pytest.mark.parametrize("bad", ["Port-Out", "port_out", "转网", "port--out"])
def test_an_id_is_a_slug(tmp_path: Path, bad: str) -> None:
    with pytest.raises(DataFileError, match="an id consists of"):
        load(tmp_path, GOOD.replace("id: port-out", f"id: {bad}"))


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (ENTRY.format(id="port-out", question="甲", other="乙"), "the id 'port-out' is taken"),
        (
            ENTRY.format(id="b", question="怎么 转网？", other="乙"),
            "the wording '怎么 转网？' is taken",
        ),
        (
            ENTRY.format(id="b", question="甲", other="甲！"),
            "the wording '甲！' is taken by entry 'b'",
        ),
    ],
)
def test_ids_and_wordings_occur_once(tmp_path: Path, second: str, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        load(tmp_path, GOOD + second)


def test_an_intent_has_one_general_entry(tmp_path: Path) -> None:
    general = "serves: [port_out]\n    general_for: [port_out]"
    twice = GOOD + ENTRY.format(id="b", question="甲", other="乙")
    with pytest.raises(DataFileError, match="being general for 'port_out' is taken"):
        load(tmp_path, twice.replace("serves: [port_out]", general))


def test_files_share_one_space_of_ids(tmp_path: Path) -> None:
    (tmp_path / "zz.yml").write_text(GOOD)
    with pytest.raises(DataFileError, match=r"zz\.yml, entry 'port-out'"):
        load(tmp_path)


def test_a_folder_without_entries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no entry"):
        load(tmp_path, "entries: []")
    with pytest.raises(DataFileError, match="does not exist"):
        load_library(tmp_path / "absent")


def test_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.yml"
    assert load_vocabulary(path).same == {}
    path.write_text(
        "vocabulary: {words: [光猫], same: [[WiFi, 无线网]], fillers: [吗], weak: [怎么]}"
    )
    vocabulary = load_vocabulary(path)
    assert vocabulary.words == {"光猫"}
    assert vocabulary.same == {"无线网": "wifi"}
    assert vocabulary.fillers == {"吗"}
    assert vocabulary.weak == {"怎么"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "must be names with values"),
        ("{wrods: [光猫]}", "unknown field 'wrods'"),
        ("{same: [wifi]}", "no list of two or more"),
        ("{same: [[wifi]]}", "no list of two or more"),
        ("{same: [[甲, 丙], [乙, 丙]]}", "cannot mean two things"),
        ("{same: [[甲, 乙], [乙, 丙]]}", "'乙' is itself rewritten to '甲'"),
    ],
)
def test_a_malformed_vocabulary_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "vocabulary.yml"
    path.write_text(f"vocabulary: {content}")
    with pytest.raises(DataFileError, match=message):
        load_vocabulary(path)


def test_intents_of_a_domain_in_one_file_or_several(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text("intents: [greet, {inform: {use_entities: []}}]\nslots: {}")
    (tmp_path / "two.yml").write_text("responses: {}")
    assert intents_of_domain(tmp_path / "one.yml") == {"greet", "inform"}
    assert intents_of_domain(tmp_path) == {"greet", "inform"}
    with pytest.raises(DataFileError, match="declares no intents"):
        intents_of_domain(tmp_path / "two.yml")
