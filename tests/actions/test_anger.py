"""When an angry customer hears the sentence of understanding, and what words of anger are."""

from pathlib import Path
from typing import Any, cast

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.anger import SOOTHED, soothe
from actions.anger_words import load_anger_words
from actions.services import Services
from care.datafiles import DataFileError
from tools.layout import ROOT

WORDS = load_anger_words(ROOT / "data" / "anger.yml")


class _Services:
    anger = WORDS


def said(text: str, intent: str, action: str, *, soothed: bool = False) -> tuple[int, list[Any]]:
    """How many sentences were said, and the events."""
    message = {"text": text, "intent": {"name": intent}, "entities": []}
    slots = {SOOTHED: True if soothed else None}
    tracker = Tracker("c", slots, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = soothe(cast(Services, _Services()), action, dispatcher, tracker)
    return len(dispatcher.messages), events


def test_anger_with_a_thing_to_do_is_met_once() -> None:
    count, events = said(
        "气死我了宽带又断了", "report_broadband_fault", "action_report_broadband_fault"
    )
    assert count == 1
    assert events[0]["name"] == SOOTHED
    again = said(
        "气死我了宽带又断了",
        "report_broadband_fault",
        "action_report_broadband_fault",
        soothed=True,
    )
    assert again == (0, [])


@pytest.mark.parametrize(
    ("text", "intent", "action"),
    [
        ("宽带断了", "report_broadband_fault", "action_report_broadband_fault"),
        ("垃圾公司", "vent", "action_vent"),
        ("气死我了给我转人工", "request_human", "action_request_human"),
        ("气死我了宽带又断了", "report_broadband_fault", "validate_fault_form"),
        ("气死我了宽带又断了", "report_broadband_fault", "action_finish_fault"),
    ],
)
def test_nobody_else_hears_it(text: str, intent: str, action: str) -> None:
    assert said(text, intent, action) == (0, [])


@pytest.mark.parametrize("text", ["什么破网", "TMD又断了", "快修！！", "😡"])
def test_words_and_marks_of_anger(text: str) -> None:
    assert WORDS.in_text(text)


@pytest.mark.parametrize("text", ["你好！", "操作失败", "帮我查话费", "破了个洞"])
def test_calm_words(text: str) -> None:
    assert not WORDS.in_text(text)


@pytest.mark.parametrize(
    "content", ["anger: []", "anger: {words: []}", "anger: {word: [x]}", "rage: {words: [x]}"]
)
def test_a_malformed_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "anger.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"anger\.yml"):
        load_anger_words(file)
