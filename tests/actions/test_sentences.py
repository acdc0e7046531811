"""The actions' sentences are the domain's: each exists, is given its values, and is named in the story."""

import re
from typing import Any

import pytest

from care.datafiles import read_yaml
from tests.actions.calls import Said, said_in
from tools import sentences
from tools.layout import ROOT

DOMAIN: dict[str, Any] = read_yaml(ROOT / "domain.yml")
SAID = said_in(ROOT / "actions")
_PLACE = re.compile(r"\{(\w+)\}")


def places(response: str) -> set[str]:
    """The values that any of the response's wordings, or one of its buttons, has a place for."""
    return {
        name
        for one in DOMAIN["responses"][response]
        for text in [
            one["text"],
            *(text for button in one.get("buttons", []) for text in button.values()),
        ]
        for name in _PLACE.findall(text)
    }


def test_all_calls_were_understood() -> None:
    assert SAID
    assert [one.place for one in SAID if not one.responses] == []


@pytest.mark.parametrize("said", SAID, ids=lambda said: said.place)
def test_a_response_exists_and_is_given_its_values(said: Said) -> None:
    for response in said.responses:
        assert response in DOMAIN["responses"], f"{said.place} says {response}"
        if said.values is None:
            continue  # tests/orders looks at the words of each kind of order
        assert places(response) <= said.values, f"{said.place}: {response} has empty places"
    needed = set().union(*map(places, said.responses))
    assert said.values is None or said.values <= needed, (
        f"{said.place} gives values that no wording has a place for"
    )


def test_wordings_of_a_response_have_the_same_places() -> None:
    for name, wordings in DOMAIN["responses"].items():
        assert len({frozenset(_PLACE.findall(one["text"])) for one in wordings}) == 1, name


def test_each_sentence_of_the_code_is_in_the_domain() -> None:
    assert sentences.said_by_actions(ROOT) <= set(DOMAIN["responses"])


def test_each_sentence_of_the_domain_is_said_by_somebody() -> None:
    said = sentences.said_by_actions(ROOT) | sentences.asked_by_forms(DOMAIN)
    assert set(DOMAIN["responses"]) == said | sentences.said_by_rules(ROOT)


def test_the_story_names_the_sentences_of_actions() -> None:
    written = sentences.STORY.read_text(encoding="utf-8")
    assert written == sentences.story(ROOT), "run: .venv/care/bin/python -m tools.sentences"


def test_buttons_stand_for_intents_of_the_domain() -> None:
    intents = set(DOMAIN["intents"])
    for name, wordings in DOMAIN["responses"].items():
        for wording in wordings:
            for button in wording.get("buttons", []):
                intent = re.match(r"/(\w+)", button["payload"])
                assert intent is not None, name
                assert intent[1] in intents, f"{name}: {button['payload']}"
