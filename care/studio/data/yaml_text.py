"""Changing a YAML text and nothing else of it: comments, order, quotes and line breaks stay as they are.

ruamel.yaml reads and writes the text round trip. Where its writing differs from the hand that wrote the file (a list
wrapped over two lines, ``null``), what it changed
is carried over into the original line by line; only an item that was changed is written its way.
"""

import difflib
import io
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

_STYLES = ((2, 0), (4, 2), (2, 2))
"""Indents of lists that occur: (sequence, offset)."""


class Unreadable(ValueError):
    """The text is no YAML, or cannot be changed without touching more of it; the message says where."""


class Document:
    """A YAML text that is being changed: change ``content`` (ruamel's maps and lists), then ask for ``text``.

    Raises ``Unreadable``.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._yaml = _yaml(_style_of(text))
        try:
            self.content = self._yaml.load(text)
        except YAMLError as error:
            raise Unreadable(_reason(error)) from error
        self._written = _dump(self._yaml, self.content)

    def text(self) -> str:
        """The text with all changes so far. Raises ``Unreadable``."""
        written = _dump(self._yaml, self.content)
        if written != self._written:
            exact = self._written == self._text
            self._text = written if exact else _carried_over(self._text, self._written, written)
            self._written = written
        return self._text


def change(text: str, work: Callable[[Any], object]) -> str:
    """``text`` after ``work`` has changed what it holds. Raises ``Unreadable``."""
    document = Document(text)
    work(document.content)
    return document.text()


@lru_cache(maxsize=256)
def read(text: str) -> Any:
    """What a YAML text holds, as dictionaries, lists and strings, not to be changed. Raises ``Unreadable``."""
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise Unreadable(_reason(error)) from error


def literal(lines: list[str], former: Any = None) -> Any:
    """Lines as a ``|`` block of YAML; ``former`` is the block whose place it takes, for what stands behind it."""
    block = LiteralScalarString("".join(f"{line}\n" for line in lines))
    if isinstance(former, LiteralScalarString) and hasattr(former, "comment"):
        block.comment = former.comment
    return block


def _style_of(text: str) -> tuple[int, int]:
    """The style of lists that ruamel needs to write ``text`` most like itself."""
    lines = text.split("\n")
    for number, line in enumerate(lines[:-1]):
        if line and not line.startswith((" ", "#", "-")) and line.rstrip().endswith(":"):
            following = next(
                (one for one in lines[number + 1 :] if one.strip()[:1] not in ("", "#")), ""
            )
            bare = following.lstrip()
            if bare.startswith("- "):
                offset = len(following) - len(bare)
                return _STYLES[0] if offset == 0 else _STYLES[1]
    return _STYLES[0]


def _yaml(style: tuple[int, int]) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=style[0], offset=style[1])
    return yaml


def _dump(yaml: YAML, content: Any) -> str:
    stream = io.StringIO()
    yaml.dump(content, stream)
    return stream.getvalue()


def _carried_over(text: str, before: str, after: str) -> str:
    """``text`` with the difference between ``before`` and ``after``, both as ruamel writes them."""
    own, written, changed = (one.splitlines(keepends=True) for one in (text, before, after))
    place: dict[int, int] = {}  # line of ``written`` → the same line in ``own``
    matched = difflib.SequenceMatcher(None, written, own, autojunk=False)
    for block in matched.get_matching_blocks():
        place.update({block.a + n: block.b + n for n in range(block.size)})
    place[len(written)] = len(own)
    result = list(own)
    changes = difflib.SequenceMatcher(None, written, changed, autojunk=False).get_opcodes()
    for kind, start, end, new_start, new_end in reversed(changes):
        if kind == "equal":
            continue
        # Lines that ruamel writes otherwise than the hand did, as a wrapped list, are taken along.
        while start > 0 and start - 1 not in place:
            start, new_start = start - 1, new_start - 1
            if written[start] != changed[new_start]:
                raise Unreadable(f"near line {start + 1}: two changes stand too close together")
        while end not in place:
            if written[end] != changed[new_end]:
                raise Unreadable(f"near line {end + 1}: two changes stand too close together")
            end, new_end = end + 1, new_end + 1
        first = place[start - 1] + 1 if start > 0 else 0
        result[first : place[end]] = changed[new_start:new_end]
    return "".join(result)


def _reason(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "is no YAML"
    return f"line {mark.line + 1}: {what}" if mark is not None else str(what)
