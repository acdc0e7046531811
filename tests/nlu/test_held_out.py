"""The held-out sentences stay what they were before the first measurement, and apart from the training data."""

import re
from collections import Counter
from typing import Any

from care.datafiles import read_yaml
from care.knowledge.entries import intents_of_domain
from tests.nlu.held_out import (
    STYLES,
    bare,
    sentences,
    unchanged,
    value_cases,
    wish_messages,
)
from tools.layout import ROOT

_LABEL = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def training_sentences() -> set[str]:
    """Every example of data/nlu, bare."""
    blocks: list[dict[str, Any]] = [
        block
        for path in (ROOT / "data" / "nlu").glob("*.yml")
        for block in read_yaml(path)["nlu"]
        if "intent" in block
    ]
    lines = (line.removeprefix("- ") for block in blocks for line in block["examples"].splitlines())
    return {bare(_LABEL.sub(r"\1", line)) for line in lines}


def test_the_files_are_those_that_were_first_measured() -> None:
    assert unchanged()


def test_there_are_enough_values_of_each_kind() -> None:
    counts = Counter(case.entity for case in value_cases())
    assert sum(counts.values()) >= 400
    assert set(counts) == {"month", "date", "time_slot", "amount", "data_amount"}
    assert min(counts.values()) >= 40


def test_every_intent_and_style_has_sentences() -> None:
    found = sentences()
    assert len(found) >= 500
    assert len({one.text for one in found}) == len(found)
    assert {one.style for one in found} == STYLES
    counts = Counter(one.intent for one in found)
    assert set(counts) <= intents_of_domain(ROOT / "domain.yml")
    assert min(counts.values()) >= 9


def test_hardly_any_stands_in_the_training_data_too() -> None:
    # The shortest ways of saying a thing are the same for everybody. Measurements leave them out.
    known = training_sentences()
    same = [one.text for one in sentences() if bare(one.text) in known]
    assert len(same) <= 0.05 * len(sentences()), same


def test_there_are_messages_enough_with_one_wish_and_with_more() -> None:
    found = wish_messages()
    assert len({one.text for one in found}) == len(found)
    assert sum(len(one.wishes) == 1 for one in found) >= 80
    assert sum(len(one.wishes) > 1 for one in found) >= 80
    known = intents_of_domain(ROOT / "domain.yml")
    assert {wish for one in found for wish in one.wishes} <= known
