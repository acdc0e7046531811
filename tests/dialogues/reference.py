"""``docs/reference/intents.md``: each intent, what it must leave behind, and the conversation that proves it."""

from typing import Any

from care.datafiles import read_yaml
from tests.dialogues.script import Dialogue, read_all
from tools.layout import ROOT

FILE = ROOT / "docs" / "reference" / "intents.md"

_HEAD = """\
# Intents

Written by `python -m tests.dialogues reference` from `domain.yml`, `data/wishes.yml` and the conversations in
`tests/dialogues/`; a test compares. A conversation named here is held with the running product in `make test`: it says
what the customer says, hears what must be said, and looks into the database at what must have happened.

| Intent | What it is | What it leaves | Shown by |
| --- | --- | --- | --- |
"""

_KINDS = {
    "orders": ("order", "kind"),
    "tickets": ("ticket", "kind"),
}


def text() -> str:
    """What should stand in the file."""
    domain, titles = read_yaml(ROOT / "domain.yml"), read_yaml(ROOT / "data" / "wishes.yml")
    names = titles["wishes"]["titles"]
    dialogues = read_all()
    return _HEAD + "".join(_row(str(intent), names, dialogues) for intent in domain["intents"])


def unproved() -> list[str]:
    """Intents that no conversation proves."""
    proved = {intent for dialogue in read_all() for intent in dialogue.proves}
    return sorted({str(one) for one in read_yaml(ROOT / "domain.yml")["intents"]} - proved)


def _row(intent: str, names: dict[str, str], dialogues: list[Dialogue]) -> str:
    proofs = [dialogue for dialogue in dialogues if intent in dialogue.proves]
    effects = sorted({effect for dialogue in proofs for effect in _effects(dialogue)})
    links = ", ".join(f"[{one.name}](../../tests/dialogues/{one.name}.yml)" for one in proofs[:3])
    return f"| `{intent}` | {names.get(intent, 'talk')} | {'; '.join(effects) or 'an answer'} | {links} |\n"


def _effects(dialogue: Dialogue) -> list[str]:
    """What a conversation's ``after`` says must have happened, in a word each."""
    content: dict[str, Any] = read_yaml(ROOT / "tests" / "dialogues" / f"{dialogue.name}.yml")
    after = content.get("after") or {}
    effects = []
    for key, value in after.items():
        if key in _KINDS and isinstance(value, list):
            word, field = _KINDS[key]
            effects += [f"{word} `{one.get(field, one.get('plan', '…'))}`" for one in value]
        elif key in ("packet", "reason"):
            effects.append("a person, with what was collected")
        elif key == "sms":
            effects.append("a text message")
        elif key not in ("verified", "nowhere", "next_plan"):
            effects.append(key.replace("_", " "))
    return effects
