"""``data/wishes.yml`` as the dialogue uses it: titles, topics, and the rules that ask back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actions import server as _every_action  # noqa: F401 (what is below VerifiedAction)
from actions.base import VerifiedAction
from actions.slots import WISH_SLOTS
from actions.topics import Choice, load_wish_names
from care.datafiles import DataFileError, read_yaml
from care.knowledge import open_knowledge_base
from care.knowledge.entries import intents_of_domain
from tools.layout import ROOT

FILE = ROOT / "data" / "wishes.yml"
NAMES = load_wish_names(FILE)
DOMAIN: dict[str, Any] = read_yaml(ROOT / "domain.yml")


def test_titles_are_those_of_intents() -> None:
    assert set(NAMES.titles) <= set(DOMAIN["intents"])
    assert NAMES.title("query_usage") == "查流量"
    assert len(set(NAMES.titles.values())) == len(NAMES.titles)


def test_every_task_has_a_title() -> None:
    """What has a rule that runs an action of ours is a task; the rest is talk."""
    talk = {"noise", "nlu_fallback", "repeat", "cancel_flow", "resend_code"}
    talk |= {"affirm", "deny", "goodbye", "inform"}
    talk |= {"affirm", "deny", "goodbye", "vent"}
    not_told = {"request_human", "request_callback", "leave_ticket"}
    tasks = {
        rule["steps"][0]["intent"]
        for path in (ROOT / "data" / "rules").glob("*.yml")
        for rule in read_yaml(path)["rules"]
        if "condition" not in rule and "intent" in rule["steps"][0]
        if str(rule["steps"][1]["action"]).startswith("action_")
    }
    assert tasks - talk - not_told == set(NAMES.titles)


def test_each_topic_has_two_or_three_choices_and_the_first_is_its_commonest() -> None:
    for word, topic in NAMES.topics.items():
        assert 2 <= len(topic.choices) <= 3, word
        assert topic.choices[0] == Choice(NAMES.titles[topic.intent], f"/{topic.intent}")


def test_each_commonest_wish_has_the_rule_that_asks_back() -> None:
    rules = read_yaml(ROOT / "data" / "rules" / "wishes.yml")["rules"]
    asked = {rule["steps"][0]["intent"] for rule in rules if "entities" in rule["steps"][0]}
    assert asked == {topic.intent for topic in NAMES.topics.values()}


def test_entries_of_the_knowledge_base_exist() -> None:
    knowledge = open_knowledge_base(ROOT / "data" / "faq", intents_of_domain(ROOT / "domain.yml"))
    payloads = {choice.payload for topic in NAMES.topics.values() for choice in topic.choices}
    chosen = [payload.split('"')[3] for payload in payloads if payload.startswith("/ask_faq")]
    assert chosen
    assert all(knowledge.entry(entry) is not None for entry in chosen)


def test_what_is_pending_is_in_slots_of_the_domain() -> None:
    assert set(WISH_SLOTS) <= set(DOMAIN["slots"])


@pytest.mark.parametrize(
    "content", ["wishes: []", "wishes: {titles: {a: b}}", "other: 1", "wishes:"]
)
def test_a_malformed_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "wishes.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"wishes\.yml"):
        load_wish_names(file)


def test_everything_that_asks_who_this_is_has_a_title() -> None:
    """A customer is told so what waits until then: never an identifier."""
    names = {action.action_name for action in _below(VerifiedAction)}
    tasks = {name.removeprefix("action_") for name in names if name}
    assert "second_card" in tasks
    assert {task for task in tasks if NAMES.title(task) == task} == set()
    assert {NAMES.wish_of(task) for task in tasks} <= set(DOMAIN["intents"])


def _below(action: type[VerifiedAction]) -> Iterator[type[VerifiedAction]]:
    for one in action.__subclasses__():
        yield one
        yield from _below(one)
