"""Which steps the customer has done already, by their own words: 光猫重启过了还是不行.

A step counts as done where one clause has a word for it and a sign that it lies behind, and neither denies nor asks it.
"""

import re
from collections.abc import Iterable

from care.faults.diagnosis import Step

_CLAUSES = re.compile(r"[，,。；;！!\n]|然后|但是|可是|不过")
_DONE = re.compile(r"过|了|也|还是|都|完|没用|不行|没反应|试")
_DENIED = re.compile(r"(没有?|未|不敢|不会|不能|不想|不用|不要|别|懒得|忘了?)[^过]{0,3}$")
_ASKED = re.compile(r"[?？]|吗|要不要|是不是|怎么|如何|能不能|可不可以")


def already_tried(steps: Iterable[Step], said: Iterable[str]) -> frozenset[str]:
    """The ids of those of `steps` that were done, by all that the customer has `said`."""
    clauses = [clause for text in said for clause in _split(text)]
    return frozenset(step.id for step in steps if any(_tells(step, clause) for clause in clauses))


def _split(text: str) -> list[str]:
    # A question mark stays with its clause: a question tells of nothing that was done.
    marked = re.sub(r"([?？])", r"\1，", text)
    return [clause for clause in _CLAUSES.split(marked) if clause]


def _tells(step: Step, clause: str) -> bool:
    if _ASKED.search(clause):
        return False
    for word in step.tried:
        before, found, after = clause.partition(word)
        if found and not _DENIED.search(before) and _DONE.search(f"{before[-4:]}{after}"):
            return True
    return False
