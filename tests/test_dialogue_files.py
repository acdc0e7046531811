"""The files of tests/dialogues, without a conversation: their form, and that they do not get into each other's way."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from care.bss.embedded.demo.specs import read_demo
from care.knowledge.entries import intents_of_domain
from tests.dialogues import reference
from tests.dialogues.script import FOLDER, Dialogue, ScriptError, read, read_all
from tools.layout import ROOT

DIALOGUES = read_all()
_PLACE = re.compile(r"\{([a-z_]+)(?:\}|:[^ ])")  # not the {name: value} of YAML

GOOD = """
about: Something.
customer: C1001
steps:
- says: 你好
  hears: [您好, 小讯]
- presses: 转人工
  owner: queue
after:
  tickets: [{kind: callback, holds: 漫游}]
"""


def texts_of(dialogue: Dialogue) -> str:
    return (FOLDER / f"{dialogue.name}.yml").read_text(encoding="utf-8")


def said_in(dialogue: Dialogue) -> list[str]:
    """Every text of a conversation in which a value may stand."""
    steps = [
        text
        for step in dialogue.steps
        for text in (
            step.what,
            *(step.posts or {}).values(),
            *step.hears,
            *step.never,
            *step.offers,
        )
    ]
    after = dialogue.after
    tickets = [text for ticket in after.tickets for text in ticket.holds]
    return [*steps, *tickets, *after.packet.values(), *after.sms, *after.nowhere]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "good.yml"
    file.write_text(GOOD, encoding="utf-8")
    dialogue = read(file, tmp_path)
    assert dialogue.name == "good"
    assert [step.deed for step in dialogue.steps] == ["says", "presses"]
    assert dialogue.steps[0].hears == ("您好", "小讯")
    assert dialogue.steps[0].owner == "bot"
    assert dialogue.after.tickets[0].holds == ("漫游",)
    assert dialogue.after.orders == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("about: Something.", "", "'about' must be a text"),
        ("about:", "abuot:", "unknown key 'abuot'"),
        ("- says: 你好", "- sagt: 你好", "step 1: unknown key 'sagt'"),
        ("- says: 你好", "- says: 13800138001", "step 1: 'says' must be a text"),
        ("- says: 你好", "- says: 你好\n  presses: 好", "exactly one of"),
        ("- says: 你好", "- awaits: ready", "step 1: 'awaits' has no answer"),
        ("- presses: 转人工", "- expires: patience", "step 2: 'expires' must be one of"),
        ("owner: queue", "owner: boss", "'owner' must be one of"),
        ("hears: [您好, 小讯]", "hears: {a: b}", "'hears' must be a text or a list"),
        ("tickets: [{", "tickets: [{size: x, ", "tickets 1: unknown key 'size'"),
        ("after:", "after:\n  orders: [{plan: p59, state: placed}]", "changes: true"),
        ("customer: C1001", "changes: true", "none is named"),
        ("after:", "after:\n  appointments: [{kind: shop, state: booked}]", "changes: true"),
        ("steps:", "steps: []\nsteps2:", "unknown key"),
        ("about: Something.", "about: [", "cannot be read"),
    ],
)
def test_a_malformed_file_is_refused_by_name_and_place(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    assert old in GOOD
    file = tmp_path / "bad.yml"
    file.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScriptError, match=re.escape(problem)) as caught:
        read(file, tmp_path)
    assert "bad.yml" in str(caught.value)


def test_nobody_else_uses_a_customer_that_a_conversation_changes() -> None:
    named: Counter[str] = Counter()
    for dialogue in DIALOGUES:
        named.update({dialogue.customer, *re.findall(r"\bC\d{4}\b", texts_of(dialogue))} - {None})
    shared = [
        f"{dialogue.name} changes {dialogue.customer}"
        for dialogue in DIALOGUES
        if dialogue.changes and named[dialogue.customer] > 1
    ]
    assert not shared


def test_a_conversation_that_changes_its_customer_is_held_once() -> None:
    assert not [one.name for one in DIALOGUES if one.changes and len(one.variants) > 1]


def test_customers_and_intents_exist() -> None:
    customers = {spec.id for spec in read_demo().customers}
    intents = intents_of_domain(ROOT / "domain.yml") | {"nlu_fallback"}
    for dialogue in DIALOGUES:
        assert dialogue.customer is None or dialogue.customer in customers, dialogue.name
        for step in dialogue.steps:
            assert step.understood is None or step.understood in intents, dialogue.name


def test_values_in_braces_are_known() -> None:
    source = (FOLDER / "values.py").read_text(encoding="utf-8")
    described = set(_PLACE.findall(source.split('"""')[1]))
    provided = set(re.findall(r'^        "([a-z_]+)": ', source, re.MULTILINE))
    assert described == provided
    for dialogue in DIALOGUES:
        assert set(_PLACE.findall("\n".join(said_in(dialogue)))) <= described, dialogue.name


def test_there_are_conversations_enough() -> None:
    assert len(DIALOGUES) >= 35
    assert {one.name.partition("/")[0] for one in DIALOGUES} >= {
        "billing",
        "engine",
        "faults",
        "handover",
        "identity",
        "knowledge",
        "plans",
        "talk",
        "tickets",
    }


def test_every_intent_is_proved_by_a_conversation() -> None:
    assert reference.unproved() == []


def test_the_reference_of_intents_is_up_to_date() -> None:
    written = reference.FILE.read_text(encoding="utf-8")
    assert written == reference.text(), "run: .venv/care/bin/python -m tests.dialogues reference"


def test_the_gate_of_the_studio_runs_without_the_packages_of_the_tests() -> None:
    """``make run`` installs what serves customers only; a trainer's gate holds the conversations there."""
    missing = ("psutil", "pytest", "hypothesis", "wechatpy")
    without = f"import sys; sys.modules.update(dict.fromkeys({missing}))"
    subprocess.run(
        [sys.executable, "-c", f"{without}\nimport tests.dialogues.__main__"], cwd=ROOT, check=True
    )
