"""The stories that name the sentences of the custom actions, written from their code.

``rasa data validate`` takes a response for unused unless a story or rule says it. ``python3 -m tools.sentences`` writes
``data/stories/sentences_of_actions.yml`` anew from ``actions/`` and the domain's forms; tests/actions compares.
Runs in the care environment (it reads YAML).
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set

from ruamel.yaml import YAML

from tools.layout import ROOT

STORY = ROOT / "data" / "stories" / "sentences_of_actions.yml"

_HEAD = """\
version: "3.1"
# Sentences that custom actions and forms say. `rasa data validate` takes a response for unused unless a story or rule says
# it; these stories name those of the actions, so that a sentence that nobody says, and one that is missing, are both found.
# Their first step is never true, so they never take part in a dialogue. They are short, since the time that Rasa needs for a
# story grows with the square of its length. Written by `python -m tools.sentences`.
stories:
"""
_STORY = """\
- story: sentences of actions {number}
  steps:
  - slot_was_set:
    - said_by_actions: true
"""
_LENGTH = 12


def said_by_actions(root: Path) -> Set[str]:
    """The responses that the code of ``actions/`` names."""
    return {
        node.value
        for path in (root / "actions").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("utter_")
    }


def asked_by_forms(domain: Dict[str, Any]) -> Set[str]:
    """The responses with which the domain's forms ask for their slots."""
    asked = {
        f"utter_ask_{form}_{slot}"
        for form, description in domain["forms"].items()
        for slot in description["required_slots"]
    }
    return asked & set(domain["responses"])


def said_by_rules(root: Path) -> Set[str]:
    """The responses that rules and other stories say."""
    files = [*(root / "data" / "rules").glob("*.yml"), *(root / "data" / "stories").glob("*.yml")]
    return {
        action
        for path in files
        if path.name != STORY.name
        for action in _actions(YAML(typ="safe").load(path.read_text(encoding="utf-8")))
        if action.startswith("utter_")
    }


def _actions(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "action":
                yield str(value)
            else:
                yield from _actions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _actions(value)


def story(root: Path) -> str:
    """What should stand in the story's file; the sentences are in the domain's order."""
    domain = YAML(typ="safe").load((root / "domain.yml").read_text(encoding="utf-8"))
    wanted = (said_by_actions(root) | asked_by_forms(domain)) - said_by_rules(root)
    order: List[str] = [*domain["responses"], *sorted(wanted - set(domain["responses"]))]
    names = [name for name in order if name in wanted]
    parts = [names[at : at + _LENGTH] for at in range(0, len(names), _LENGTH)]
    return _HEAD + "\n".join(
        _STORY.format(number=number) + "".join(f"  - action: {name}\n" for name in part)
        for number, part in enumerate(parts, start=1)
    )


def main() -> None:
    """Write the file."""
    STORY.write_text(story(ROOT), encoding="utf-8")


if __name__ == "__main__":
    main()
