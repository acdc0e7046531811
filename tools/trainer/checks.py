"""Looks at the data before they are trained, so that a mistake is told with its file and line, in plain words.

Rasa itself names no line for most of these, and for some only warns.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tools.layout import Layout
from tools.trainer.telling import JobProblem

_ENTITY = re.compile(r"\[[^\]]*\](?:\((?P<name>[^)]*)\)|\{(?P<object>[^}]*)\})")
_ENTITY_NAME = re.compile(r"[\"']?entity[\"']?\s*:\s*[\"']?(?P<name>[\w.-]+)")
_LABEL = re.compile(r"^(?P<name>[^:(]+)")


class Known(NamedTuple):
    """The names that the domain has."""

    intents: Set[str]
    entities: Set[str]
    actions: Set[str]
    slots: Set[str]


def check_data(layout: Layout, warn: Callable[[str], None]) -> int:
    """Look at all examples, rules and stories; gives the number of examples.

    What is allowed but looks wrong goes to ``warn``. Raises `JobProblem`: ``bad_yaml``, ``unknown_intent``,
    ``unknown_entity``, ``unknown_action``, ``unknown_slot``, ``empty_intent``, ``no_examples``.
    """
    known = _known(layout.root)
    examples: Dict[str, Tuple[str, str]] = {}
    count = 0
    for file in _files(layout.root, "nlu"):
        for intent, text, line in _examples(layout.root, file, known):
            count += 1
            bare = re.sub(r"\s+", "", _plain(text))
            where = f"{_name(layout.root, file)}:{line}"
            before = examples.setdefault(bare, (intent, where))
            if before[0] != intent:
                warn(
                    f"同一句话属于两个意图：“{_plain(text)}”在 {before[1]} 是 {before[0]}，在 {where} 是 {intent}"
                )
    for folder in ("rules", "stories"):
        for file in _files(layout.root, folder):
            _check_steps(layout.root, file, _load(layout.root, file), known)
    if count == 0:
        raise JobProblem("no_examples", file="nlu")
    return count


def _known(root: Path) -> Known:
    intents: Set[str] = set()
    entities: Set[str] = set()
    actions: Set[str] = set()
    slots: Set[str] = set()
    single = root / "domain.yml"
    files = [single] if single.exists() else sorted((root / "domain").glob("**/*.yml"))
    for file in files:
        domain = _load(root, file) or {}
        intents |= {_key(one) for one in domain.get("intents") or ()}
        entities |= {_key(one) for one in domain.get("entities") or ()}
        slots |= set(domain.get("slots") or ())
        actions |= {_key(one) for one in domain.get("actions") or ()}
        actions |= set(domain.get("forms") or ()) | set(domain.get("responses") or ())
    return Known(intents, entities, actions, slots)


def _files(root: Path, folder: str) -> List[Path]:
    found = [*(root / "data" / folder).rglob("*.yml"), *(root / "data" / folder).rglob("*.yaml")]
    return sorted(path for path in found if not path.name.startswith("."))


def _load(root: Path, file: Path) -> Any:
    try:
        # The pure loader keeps the place of each value.
        return YAML(typ="rt", pure=True).load(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise JobProblem("bad_yaml", file=_name(root, file), text="UTF-8") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise JobProblem(
            "bad_yaml", file=_name(root, file), line=line, text=str(error.problem or "")[:200]
        ) from error
    except YAMLError as error:
        raise JobProblem("bad_yaml", file=_name(root, file), text=str(error)[:200]) from error


def _examples(root: Path, file: Path, known: Known) -> Iterator[Tuple[str, str, int]]:
    """Intent, text and line of each example of a file."""
    content = _load(root, file)
    name = _name(root, file)
    groups = content.get("nlu") if isinstance(content, dict) else None
    for number, group in enumerate(groups or ()):
        line = _line_of(groups, number)
        if not isinstance(group, dict):
            raise JobProblem("bad_yaml", file=name, line=line, text="nlu")
        if "intent" not in group:
            continue  # a synonym, a lookup table, a regular expression
        intent = str(group["intent"])
        if intent.partition("/")[0] not in known.intents:
            raise JobProblem("unknown_intent", file=name, line=line, name=intent)
        found = False
        for text, offset in _lines_of(group, line):
            found = True
            for entity in _entities(text):
                if entity not in known.entities:
                    raise JobProblem("unknown_entity", file=name, line=offset, name=entity)
            yield intent, text, offset
        if not found:
            raise JobProblem("empty_intent", file=name, line=line, name=intent)


def _lines_of(group: Any, line: Optional[int]) -> Iterator[Tuple[str, int]]:
    examples = group.get("examples")
    try:
        first = int(group.lc.value("examples")[0]) + 2
    except (AttributeError, KeyError, TypeError):
        first = line or 1
    if isinstance(examples, str):
        for number, text in enumerate(examples.splitlines()):
            if text.strip().startswith("-"):
                yield text.strip()[1:].strip(), first + number
    elif isinstance(examples, list):
        for number, item in enumerate(examples):
            text = str(item.get("text", "")) if isinstance(item, dict) else str(item)
            yield text.strip().lstrip("-").strip(), _line_of(examples, number) or first


def _entities(text: str) -> Iterator[str]:
    for match in _ENTITY.finditer(text):
        if match.group("object") is not None:
            found = _ENTITY_NAME.search(match.group("object"))
            if found is not None:
                yield found.group("name")
        else:
            label = _LABEL.match(match.group("name").strip())
            if label is not None:
                yield label.group("name").strip()


def _plain(text: str) -> str:
    return _ENTITY.sub(lambda match: match.group(0).partition("]")[0][1:], text)


def _check_steps(root: Path, file: Path, content: Any, known: Known) -> None:
    """Every name in the steps of rules and stories is one of the domain's."""
    for kind, name, line in _named(content):
        names = {
            "intent": known.intents | _DEFAULT_INTENTS,
            "action": known.actions | _DEFAULT_ACTIONS,
            "slot": known.slots | {"requested_slot"},
        }[kind]
        if name.partition("/")[0] not in names:
            raise JobProblem(f"unknown_{kind}", file=_name(root, file), line=line, name=name)


_DEFAULT_INTENTS = {"nlu_fallback", "restart", "back", "session_start"}
_DEFAULT_ACTIONS = {
    *("action_listen", "action_restart", "action_session_start", "action_default_fallback"),
    *("action_deactivate_loop", "action_revert_fallback_events", "action_default_ask_affirmation"),
    *("action_default_ask_rephrase", "action_two_stage_fallback", "action_unlikely_intent"),
    *("action_back", "action_extract_slots", "..."),
}


def _named(node: Any) -> Iterator[Tuple[str, str, Optional[int]]]:
    """``(kind, name, line)`` of intents, actions and slots in a tree of steps."""
    if isinstance(node, dict):
        for key, value in node.items():
            line = _line_of(node, key)
            if key in ("intent", "action") and isinstance(value, str):
                yield str(key), value, line
            elif key == "slot_was_set" and isinstance(value, list):
                yield from (("slot", _key(item), line) for item in value)
            else:
                yield from _named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _named(value)


def _key(item: Any) -> str:
    return str(next(iter(item))) if isinstance(item, dict) and item else str(item)


def _line_of(node: Any, key: Any) -> Optional[int]:
    try:
        return int(node.lc.data[key][0]) + 1
    except (AttributeError, KeyError, TypeError, IndexError):
        return None


def _name(root: Path, file: Path) -> str:
    """The file as the data repository knows it."""
    try:
        return file.relative_to(root / "data").as_posix()
    except ValueError:
        return file.name
