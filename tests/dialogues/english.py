"""Whether an English message is answered in English throughout."""

import json
import re
from collections.abc import Iterable
from functools import cache

from tools.layout import ROOT

FOLDER = "english/"
"""The conversations in which it must be."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def is_wanted(dialogue: str, said: str) -> bool:
    """Whether the answer to what was ``said`` in this conversation must be English."""
    return dialogue.startswith(FOLDER) and not _CHINESE.search(said)


def check(answered: Iterable[str]) -> None:
    """All is English but the names of what the operator sells and where, and its rules (lines that begin with a dot)."""
    for said in answered:
        rest = "" if said.lstrip().startswith("·") else _names().sub("", said)
        assert not _CHINESE.search(rest), f"not in English: {said}"


@cache
def _names() -> re.Pattern[str]:
    lexicon = json.loads((ROOT / "data" / "demo" / "lexicon.json").read_text(encoding="utf-8"))
    names = {entry["name"] for entries in lexicon.values() for entry in entries}
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
