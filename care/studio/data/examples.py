"""Examples in Rasa's format: ``查下[上个月](month)话费``, ``[流量包]{"entity": "addon", "value": "…"}``."""

import json
import re
import unicodedata
from dataclasses import dataclass

_MARKED = re.compile(
    r"\[(?P<text>[^\]\[]+)\](?:\((?P<name>[^)\s:]+)(?::(?P<value>[^)]*))?\)|(?P<json>\{[^}]*\}))"
)
_LINE = re.compile(r"^\s*-\s?(?P<text>.*?)\s*$")
_CONTROLS = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
LONGEST = 500


class BadExample(ValueError):
    """An example that cannot be taken; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Marked:
    """An entity in a text: characters ``start`` to ``end`` of the text without marks."""

    entity: str
    start: int
    end: int


def plain_text(example: str) -> str:
    """The sentence without its marks."""
    return _MARKED.sub(lambda found: found["text"], example)


def entities_in(example: str) -> list[Marked]:
    """The entities that are marked in an example, in order."""
    marked: list[Marked] = []
    gone = 0
    for found in _MARKED.finditer(example):
        start = found.start() - gone
        end = start + len(found["text"])
        gone += len(found[0]) - len(found["text"])
        name = found["name"] or _name_in(found["json"])
        if name:
            marked.append(Marked(name, start, end))
    return marked


def with_marks(text: str, entities: list[Marked]) -> str:
    """``text`` as an example with these entities marked; those that overlap an earlier one are left out."""
    result, at = "", 0
    for one in sorted(entities, key=lambda one: (one.start, -one.end)):
        if one.start < at or one.end > len(text) or one.start >= one.end:
            continue
        result += f"{text[at : one.start]}[{text[one.start : one.end]}]({one.entity})"
        at = one.end
    return result + text[at:]


def checked(example: str) -> str:
    """An example as it may stand in a file: one line, not empty, its marks whole. Raises ``BadExample``."""
    text = " ".join(example.split())
    if not plain_text(text).strip():
        raise BadExample("empty")
    if len(text) > LONGEST:
        raise BadExample("too_long")
    if has_control_characters(text):
        raise BadExample("control_characters")
    if text.startswith("/"):
        raise BadExample("command")  # Rasa would take it for a button's payload
    rest = _MARKED.sub("", text)
    if re.search(r"\]\s*[({]", rest) or re.search(r"\[[^\]]*$", rest):
        raise BadExample("broken_mark")
    for found in _MARKED.finditer(text):
        if found["json"] and not _name_in(found["json"]):
            raise BadExample("broken_mark")
    return text


def has_control_characters(text: str) -> bool:
    """Whether YAML could not hold the text, or would take a letter of it for the end of a line."""
    return any(unicodedata.category(one) in _CONTROLS for one in text)


def lines_of(block: str) -> list[str]:
    """The examples of an ``examples: |`` block, as they are written."""
    found = [_LINE.match(line) for line in block.splitlines()]
    return [one["text"] for one in found if one is not None and one["text"]]


def _name_in(braces: str | None) -> str | None:
    try:
        name = json.loads(braces or "")["entity"]
    except (ValueError, KeyError, TypeError):
        return None
    return name if isinstance(name, str) else None
