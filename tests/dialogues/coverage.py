"""What conversations touch of the dialogue: intents, rules, forms and actions, as Rasa's tracker has it.

A rule is touched when what the customer wanted and what was done stand in the tracker one after the other as in its steps.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from care.datafiles import read_yaml
from tools.layout import ROOT

type Mark = tuple[str, str]
"""``("intent", name)`` or ``("action", name)``."""

_SILENT = {"action_listen", "action_session_start", "action_extract_slots"}


@dataclass
class Touched:
    """What was touched so far, and how many conversations were held."""

    conversations: int = 0
    intents: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)

    def add(self, marks: Sequence[Mark], rules: dict[str, list[Mark]]) -> None:
        """Count one conversation."""
        self.conversations += 1
        self.intents |= {name for kind, name in marks if kind == "intent"}
        self.actions |= {name for kind, name in marks if kind == "action"}
        self.rules |= {
            name for name, steps in rules.items() if name not in self.rules and _in(steps, marks)
        }


@dataclass(frozen=True)
class Dialogue:
    """What the domain and the rules have."""

    intents: frozenset[str]
    actions: frozenset[str]
    forms: frozenset[str]
    rules: dict[str, list[Mark]]

    def untouched(self, touched: Touched) -> list[str]:
        """What no conversation touches, each as a line."""
        lacking = {
            "intent": self.intents - touched.intents,
            "action": self.actions - touched.actions,
            "form": self.forms - touched.actions,
            "rule": set(self.rules) - touched.rules,
        }
        return [f"{kind}: {name}" for kind, names in lacking.items() for name in sorted(names)]


def the_dialogue(root: Path = ROOT) -> Dialogue:
    """The domain and the rules of the repository."""
    domain = read_yaml(root / "domain.yml")
    rules = {
        str(rule["rule"]): [mark for step in rule["steps"] for mark in _mark(step)]
        for path in sorted((root / "data" / "rules").glob("*.yml"))
        for rule in read_yaml(path)["rules"]
    }
    # Rasa does not put the validation of a form into the tracker: it is part of the form.
    actions = {name for name in map(_name, domain["actions"]) if not name.startswith("validate_")}
    intents = {*map(_name, domain["intents"]), "nlu_fallback"}
    return Dialogue(frozenset(intents), frozenset(actions), frozenset(domain["forms"]), rules)


def marks_of(file: Path, conversation_id: str) -> list[Mark]:
    """What was wanted and done in a conversation, in order, from Rasa's tracker store ``file``."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT data FROM events WHERE sender_id = ? ORDER BY id",
            [conversation_id],
        ).fetchall()
    return list(_marks(json.loads(data) for (data,) in rows))


def _marks(events: Iterable[dict[str, Any]]) -> Iterator[Mark]:
    """A form's question is asked inside the form: it is known by the slot that is requested then."""
    form = None
    asked: list[Mark] = []
    for event in events:
        kind, name = event["event"], event.get("name")
        if kind == "user":
            yield from asked
            asked = []
            yield "intent", str((event.get("parse_data") or {}).get("intent", {}).get("name"))
        elif kind == "active_loop":
            form = name
        elif kind == "slot" and name == "requested_slot" and event.get("value"):
            asked.append(("action", f"action_ask_{form}_{event['value']}"))
        elif kind == "action" and name not in _SILENT:
            yield "action", str(name)
    yield from asked


def _mark(step: dict[str, Any]) -> Iterator[Mark]:
    for kind in ("intent", "action"):
        if kind in step:
            yield kind, str(step[kind])


def _in(steps: Sequence[Mark], marks: Sequence[Mark]) -> bool:
    return any(
        list(marks[at : at + len(steps)]) == list(steps)
        for at in range(len(marks) - len(steps) + 1)
    )


def _name(one: Any) -> str:
    return str(next(iter(one))) if isinstance(one, dict) else str(one)
