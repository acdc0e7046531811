"""The gate before a model goes live: what it would make worse than the one that serves customers now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from care.studio.models.measures import Case, intent_figures


class ChangedSentence(BaseModel):
    """A sentence that one of two models understands and the other does not."""

    text: str
    wanted: str
    before: str
    before_confidence: float
    after: str
    after_confidence: float


class IntentChange(BaseModel):
    """How an intent's F1 moves, in points (100 = everything)."""

    intent: str
    cases: int
    before: float
    after: float
    points: float


class Comparison(BaseModel):
    """A candidate beside the live model, on the sentences that both were asked."""

    cases: int
    accuracy_before: float
    accuracy_after: float
    better: list[ChangedSentence]
    worse: list[ChangedSentence]
    intents: list[IntentChange]


class Objection(BaseModel):
    """One thing the gate has against a model. ``code``: ``intent_worse``, ``overall_worse``, ``dialogue_failed``,
    ``not_measured``, ``dialogues_missing``, ``live_not_measured``."""

    code: str
    name: str = ""
    points: float | None = None
    cases: int | None = None
    measured: str | None = None
    """On what: ``frozen`` or ``cross_validation``."""


class Verdict(BaseModel):
    """What the gate says, and by which rules (points of F1 and of accuracy)."""

    passed: bool
    objections: list[Objection]
    min_cases: int
    points: float
    overall_points: float


@dataclass(frozen=True)
class Rules:
    """No intent with ``min_cases`` or more cases loses more than ``points`` of F1, all together no more than
    ``overall_points`` of accuracy, and no dialogue fails."""

    min_cases: int = 20
    points: float = 3.0
    overall_points: float = 1.0


def compare(before: Sequence[Case], after: Sequence[Case]) -> Comparison:
    """``after`` beside ``before``: only sentences that stand in both count, with the intent that both agree on."""
    known = {(one.text, one.wanted): one for one in before}
    pairs = [(known[one.text, one.wanted], one) for one in after if (one.text, one.wanted) in known]
    olds, news = [old for old, _ in pairs], [new for _, new in pairs]
    f1_before = {one.intent: one for one in intent_figures(olds)}
    f1_after = {one.intent: one for one in intent_figures(news)}
    changes = []
    for intent in sorted({one.wanted for one in news}):
        was, is_now = f1_before[intent].f1 * 100, f1_after[intent].f1 * 100
        changes.append(
            IntentChange(
                intent=intent,
                cases=f1_after[intent].cases,
                before=round(was, 2),
                after=round(is_now, 2),
                points=round(is_now - was, 2),
            )
        )
    total = len(pairs) or 1
    return Comparison(
        cases=len(pairs),
        accuracy_before=sum(one.right for one in olds) / total,
        accuracy_after=sum(one.right for one in news) / total,
        better=[_changed(old, new) for old, new in pairs if new.right and not old.right],
        worse=[_changed(old, new) for old, new in pairs if old.right and not new.right],
        intents=sorted(changes, key=lambda one: (one.points, one.intent)),
    )


def judge(
    rules: Rules,
    *,
    frozen: Comparison | None,
    cross_validation: Comparison | None,
    dialogues: Sequence[Sequence[Any]] | None,
    first: bool = False,
) -> Verdict:
    """The gate's verdict. ``None`` means not measured; ``dialogues`` are rows of ``[name, problem or null]``.

    A ``first`` model has none to be compared with: only its dialogues count.
    """
    found: list[Objection] = []
    if frozen is None and not first:
        found.append(Objection(code="not_measured"))
    for measured, comparison in (("frozen", frozen), ("cross_validation", cross_validation)):
        if comparison is not None and not first:
            found += _worse(rules, comparison, measured)
    if dialogues is None:
        found.append(Objection(code="dialogues_missing"))
    else:
        found += [
            Objection(code="dialogue_failed", name=str(name))
            for name, problem in dialogues
            if problem
        ]
    return Verdict(
        passed=not found,
        objections=found,
        min_cases=rules.min_cases,
        points=rules.points,
        overall_points=rules.overall_points,
    )


def _worse(rules: Rules, comparison: Comparison, measured: str) -> list[Objection]:
    found = [
        Objection(
            code="intent_worse",
            name=one.intent,
            points=one.points,
            cases=one.cases,
            measured=measured,
        )
        for one in comparison.intents
        if one.cases >= rules.min_cases and one.points < -rules.points
    ]
    overall = (comparison.accuracy_after - comparison.accuracy_before) * 100
    if comparison.cases and overall < -rules.overall_points:
        found.append(
            Objection(
                code="overall_worse",
                points=round(overall, 2),
                cases=comparison.cases,
                measured=measured,
            )
        )
    return found


def _changed(old: Case, new: Case) -> ChangedSentence:
    return ChangedSentence(
        text=new.text,
        wanted=new.wanted,
        before=old.found,
        before_confidence=old.confidence,
        after=new.found,
        after_confidence=new.confidence,
    )
