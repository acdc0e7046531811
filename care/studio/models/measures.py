"""Figures of a model by sentences whose intent is known."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

FALLBACK = "nlu_fallback"
BINS = 10
"""Equal bins of confidence."""


class Case(NamedTuple):
    """A sentence, the intent it has, the likeliest one, how sure the model was, and what it would act on."""

    text: str
    wanted: str
    found: str
    confidence: float
    acted_on: str

    @property
    def right(self) -> bool:
        """Whether the likeliest intent is the wanted one."""
        return self.found == self.wanted


class IntentFigures(BaseModel):
    """One intent: ``cases`` have it, ``found`` were taken for it."""

    intent: str
    cases: int
    found: int
    precision: float | None
    recall: float | None
    f1: float


class Confusion(BaseModel):
    """How often sentences of one intent were taken for another."""

    wanted: str
    found: str
    count: int


class Bin(BaseModel):
    """Sentences whose confidence lies between ``low`` and ``high``."""

    low: float
    high: float
    right: int
    wrong: int
    confidence: float | None
    """Their mean confidence."""


class Figures(BaseModel):
    """All figures of one measurement."""

    cases: int
    left_out: int
    accuracy: float
    macro_f1: float
    calibration_error: float
    """Expected calibration error (Guo et al. 2017) over ten bins."""
    asked_again: float
    """The share of sentences on which the bot would ask again."""
    acted_wrongly: float
    intents: list[IntentFigures]
    confusions: list[Confusion]
    bins: list[Bin]


def cases_of(rows: Iterable[Sequence[Any]]) -> list[Case]:
    """Stored rows of a measurement as cases."""
    return [
        Case(str(text), str(wanted), str(found), float(confidence), str(acted_on))
        for text, wanted, found, confidence, acted_on in rows
    ]


def figures(cases: Sequence[Case], left_out: int = 0) -> Figures:
    """The figures of these cases; ``left_out`` sentences stood in the training data."""
    total = len(cases)
    intents = intent_figures(cases)
    bins = _bins(cases)
    of_cases = [one.f1 for one in intents if one.cases]
    gap = sum(abs((one.confidence or 0.0) * (one.right + one.wrong) - one.right) for one in bins)
    confusions = Counter((one.wanted, one.found) for one in cases if not one.right)
    asked = sum(one.acted_on == FALLBACK for one in cases)
    wrong = sum(one.acted_on not in (FALLBACK, one.wanted) for one in cases)
    return Figures(
        cases=total,
        left_out=left_out,
        accuracy=_share(sum(one.right for one in cases), total) or 0.0,
        macro_f1=sum(of_cases) / len(of_cases) if of_cases else 0.0,
        calibration_error=gap / total if total else 0.0,
        asked_again=_share(asked, total) or 0.0,
        acted_wrongly=_share(wrong, total) or 0.0,
        intents=intents,
        confusions=[
            Confusion(wanted=wanted, found=found, count=count)
            for (wanted, found), count in sorted(
                confusions.items(), key=lambda item: (-item[1], item[0])
            )
        ],
        bins=bins,
    )


def intent_figures(cases: Sequence[Case]) -> list[IntentFigures]:
    """Precision, recall and F1 of each intent that is wanted or found, by name."""
    wanted = Counter(one.wanted for one in cases)
    found = Counter(one.found for one in cases)
    right = Counter(one.wanted for one in cases if one.right)
    return [
        IntentFigures(
            intent=name,
            cases=wanted[name],
            found=found[name],
            precision=_share(right[name], found[name]),
            recall=_share(right[name], wanted[name]),
            f1=2 * right[name] / (wanted[name] + found[name]),
        )
        for name in sorted(wanted | found)
    ]


def _bins(cases: Sequence[Case]) -> list[Bin]:
    result = []
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        # A bin holds its upper bound; the lowest holds 0, too.
        inside = [
            one for one in cases if low < one.confidence <= high or one.confidence == low == 0
        ]
        right = sum(one.right for one in inside)
        mean = sum(one.confidence for one in inside) / len(inside) if inside else None
        result.append(
            Bin(low=low, high=high, right=right, wrong=len(inside) - right, confidence=mean)
        )
    return result


def _share(part: int, total: int) -> float | None:
    return part / total if total else None
