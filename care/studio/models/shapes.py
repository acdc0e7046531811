"""What the studio says of models, as JSON."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from care.studio.models.gate import Comparison, Verdict
from care.studio.models.measures import Figures


class ModelLine(BaseModel):
    """A registered model in the list. ``role``: ``live``, ``former``, ``candidate`` or none."""

    name: str
    at: datetime
    data_commit: str | None
    trained_by: str
    reason: str
    role: Literal["live", "former", "candidate", ""]
    figures: dict[str, Any]
    passed: bool | None
    """What the gate says beside the live model; none for the live one itself."""


class ModelList(BaseModel):
    """Models, the newest first."""

    models: list[ModelLine]


class DialogueResult(BaseModel):
    """A conversation of the gate, and what was wrong in it."""

    name: str
    problem: str | None


class ModelDetail(BaseModel):
    """All that is known of a model; comparisons are with the live one."""

    model: ModelLine
    frozen: Figures | None
    cross_validation: Figures | None
    dialogues: list[DialogueResult] | None
    compared: Comparison | None
    compared_cross_validation: Comparison | None
    compared_with: str | None
    verdict: Verdict


class ArmShape(BaseModel):
    """Turns of one side of a trial."""

    turns: int
    bad: int


class TrialShape(BaseModel):
    """A shadow or a canary. ``evidence`` (natural logarithm) stops the candidate at ``threshold``."""

    mode: Literal["shadow", "canary"]
    share: int
    live: ArmShape
    candidate: ArmShape
    evidence: float
    threshold: float
    seen: int
    differ: int


class PendingShape(BaseModel):
    """What is being done: ``phase`` is ``asked``, ``starting`` or ``warming``."""

    kind: str
    model: str
    phase: str
    since: datetime


class DeploymentShape(BaseModel):
    """Which models serve. ``available`` is false where models are rolled out by somebody else."""

    available: bool
    live: str | None
    former: str | None
    former_warm: bool
    candidate: str | None
    trial: TrialShape | None
    pending: PendingShape | None


class EventShape(BaseModel):
    """Something that was decided."""

    id: str
    kind: str
    model: str
    before: str | None
    by: str
    reason: str
    overridden: list[dict[str, Any]]
    figures: dict[str, Any]
    data_commit: str | None
    state: str
    problem: str | None
    at: datetime
    done_at: datetime | None


class HistoryShape(BaseModel):
    """What was decided, the newest first."""

    events: list[EventShape]


class Disagreement(BaseModel):
    """A live turn that the candidate understood otherwise; ``text`` is masked."""

    message_id: str
    conversation_id: str
    text: str
    live_intent: str
    live_confidence: float
    intent: str
    confidence: float
    at: datetime


class Disagreements(BaseModel):
    """The newest first."""

    disagreements: list[Disagreement]


class Why(BaseModel):
    """The reason on record."""

    reason: str = Field(min_length=1, max_length=400)


class PromoteWanted(Why):
    """``override``: although the gate objects; the reason says why."""

    override: bool = False


class CanaryWanted(PromoteWanted):
    """``share``: percent of the conversations that the candidate answers."""

    share: int = Field(10, ge=1, le=20)
