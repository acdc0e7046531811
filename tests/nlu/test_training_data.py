"""What the training data must keep to: each wording once, labels that agree, enough of every intent."""

import json
import re
from collections import Counter, defaultdict
from typing import Any

from care.datafiles import read_yaml
from tests.nlu.held_out import bare
from tools.layout import ROOT

_LABEL = re.compile(r"\[([^\]]+)\](?:\((\w+)\)|(\{[^}]*\}))")

DOMAIN: dict[str, Any] = read_yaml(ROOT / "domain.yml")
EXAMPLES: list[tuple[str, str]] = [
    (block["intent"], line.removeprefix("- "))
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml"))
    for block in read_yaml(path)["nlu"]
    for line in block["examples"].splitlines()
]


def test_every_wording_stands_once() -> None:
    counts = Counter(_LABEL.sub(r"\1", text).strip().lower() for _, text in EXAMPLES)
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_wording_stands_for_two_intents() -> None:
    intents = defaultdict(set)
    for intent, text in EXAMPLES:
        if bare(_LABEL.sub(r"\1", text)):
            intents[bare(_LABEL.sub(r"\1", text))].add(intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_every_intent_has_examples_enough() -> None:
    counts = Counter(intent for intent, _ in EXAMPLES)
    assert set(counts) == set(DOMAIN["intents"])
    assert {intent: count for intent, count in counts.items() if count < 60} == {}


def test_labels_are_entities_and_a_wording_has_one_value() -> None:
    # Rasa takes a labelled wording for a synonym of its value, and warns of two values.
    values = defaultdict(set)
    for _, text in EXAMPLES:
        for wording, entity, fields in _LABEL.findall(text):
            label = json.loads(fields) if fields else {"entity": entity}
            assert label["entity"] in DOMAIN["entities"], text
            assert wording == wording.strip(), text
            if "value" in label:
                values[wording].add(label["value"])
    assert {wording: found for wording, found in values.items() if len(found) > 1} == {}
