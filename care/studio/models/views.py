"""Models over HTTP, for trainers: figures, the gate, shadow, canary, promotion, roll back, history."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.tables import Message
from care.customers.masking import mask_text
from care.db import Database
from care.errors import Conflict, Unavailable
from care.settings import Settings
from care.studio.gate import StudioGate, Trainer
from care.studio.models import deployment as deployed
from care.studio.models import registry
from care.studio.models import trials as trialling
from care.studio.models.gate import Objection
from care.studio.models.rollout import Rollout
from care.studio.models.shapes import (
    ArmShape,
    CanaryWanted,
    DeploymentShape,
    DialogueResult,
    Disagreement,
    Disagreements,
    EventShape,
    HistoryShape,
    ModelDetail,
    ModelLine,
    ModelList,
    PendingShape,
    PromoteWanted,
    TrialShape,
    Why,
)
from care.studio.models.tables import Deployment, MeasureKind, Model, ModelEvent


class GateRefused(Conflict):
    """The gate has objections, and nobody said to go on in spite of them."""

    code, message = "gate_refused", "没有通过上线门槛。要强行上线，请写明理由。"


class NothingToDo(Conflict):
    """There is no trial to stop, or no former model."""

    code, message = "nothing_to_do", "没有可以操作的模型。"


class AlreadyLive(Conflict):
    """The model serves already."""

    code, message = "already_live", "这个模型已经在线上。"


class NoRollout(Unavailable):
    """Here models are rolled out by somebody else."""

    code, message = "no_rollout", "这套部署由运维滚动更新模型，不能在训练台切换。"


def router(
    db: Database, clock: Clock, settings: Settings, gate: StudioGate, rollout: Rollout
) -> APIRouter:
    """The routes below ``/models``."""
    routes = APIRouter(prefix="/models", dependencies=[Depends(gate.reader)])
    Writer = Annotated[Trainer, Depends(gate.writer)]

    @routes.get("", summary="Models, the newest first")
    async def listed() -> ModelList:
        def work(session: Session) -> ModelList:
            row = deployed.deployment(session)
            return ModelList(
                models=[_line(session, settings, row, one) for one in registry.listed(session)]
            )

        return await db.read(work)

    @routes.get("/deployment", summary="Which models serve customers, and what is being changed")
    async def deployment() -> DeploymentShape:
        row = await db.read(lambda session: deployed.deployment(session))
        trial = None
        if row.trial is not None:
            found = await db.read(lambda session: trialling.trial_figures(session, row.trial or ""))
            trial = _trial(row, found)
        return DeploymentShape(
            available=rollout.processes is not None,
            live=row.live,
            former=row.former,
            former_warm=await rollout.is_warm(row.former),
            candidate=row.candidate,
            trial=trial,
            pending=None if row.pending is None else PendingShape.model_validate(row.pending),
        )

    @routes.get("/history", summary="What was decided about models, by whom and why")
    async def history() -> HistoryShape:
        events = await db.read(deployed.history)
        return HistoryShape(events=[_event(one) for one in events])

    @routes.get("/disagreements", summary="Live turns that the shadow understands otherwise")
    async def disagreements() -> Disagreements:
        return await db.read(_disagreements)

    @routes.get(
        "/{name}", summary="A model's figures beside the live one's, and what the gate says"
    )
    async def detail(name: str) -> ModelDetail:
        return await db.read(lambda session: _detail(session, settings, name))

    async def wish(
        kind: Literal["promoted", "canary", "shadow"],
        name: str,
        said: Why,
        agent: Trainer,
        share: int = 0,
    ) -> EventShape:
        if rollout.processes is None:
            raise NoRollout()

        def work(session: Session) -> ModelEvent:
            row = deployed.deployment(session)
            if row.live == name:
                raise AlreadyLive()
            model = registry.get(session, name)
            objections: list[Objection] = []
            if kind != "shadow":
                objections = registry.verdict(session, settings, row.live, name).objections
                if objections and not (isinstance(said, PromoteWanted) and said.override):
                    raise GateRefused(objections=[one.model_dump() for one in objections])
            return deployed.ask(
                session,
                kind,
                name,
                by=agent.name,
                reason=said.reason,
                now=clock(),
                overridden=[one.model_dump() for one in objections],
                figures=registry.short_figures(session, name),
                data_commit=model.data_commit,
                share=share,
            )

        return _event(await db.write(work))

    @routes.post("/{name}/promote", summary="Put a model live, without a pause")
    async def promote(name: str, said: PromoteWanted, agent: Writer) -> EventShape:
        return await wish("promoted", name, said, agent)

    @routes.post("/{name}/shadow", summary="Let a model understand a copy of the live turns")
    async def shadow(name: str, said: Why, agent: Writer) -> EventShape:
        return await wish("shadow", name, said, agent)

    @routes.post("/{name}/canary", summary="Let a model answer a share of the conversations")
    async def canary(name: str, said: CanaryWanted, agent: Writer) -> EventShape:
        return await wish("canary", name, said, agent, said.share)

    @routes.post("/stop", summary="End shadow or canary")
    async def stop(said: Why, agent: Writer) -> EventShape:
        event = await db.write(
            lambda session: deployed.stop_trial(
                session, by=agent.name, reason=said.reason, now=clock()
            )
        )
        if event is None:
            raise NothingToDo()
        await rollout.follow()
        return _event(event)

    @routes.post("/roll-back", summary="Let the former model serve again, at once")
    async def roll_back(said: Why, agent: Writer) -> EventShape:
        if rollout.processes is None:
            raise NoRollout()
        former = (await db.read(lambda session: deployed.deployment(session))).former
        if former is None:
            raise NothingToDo()
        warm = await rollout.is_warm(former)

        def work(session: Session) -> ModelEvent | None:
            if warm:
                return deployed.roll_back(session, by=agent.name, reason=said.reason, now=clock())
            return deployed.ask(
                session, "rolled_back", former, by=agent.name, reason=said.reason, now=clock()
            )

        event = await db.write(work)
        if event is None:
            raise NothingToDo()
        await rollout.follow()
        return _event(event)

    return routes


def _line(session: Session, settings: Settings, row: Deployment, model: Model) -> ModelLine:
    role: Literal["live", "former", "candidate", ""] = ""
    if model.name == row.live:
        role = "live"
    elif model.name == row.candidate:
        role = "candidate"
    elif model.name == row.former:
        role = "former"
    passed = None
    if role != "live":
        passed = registry.verdict(session, settings, row.live, model.name).passed
    return ModelLine(
        name=model.name,
        at=model.at,
        data_commit=model.data_commit,
        trained_by=model.trained_by,
        reason=model.reason,
        role=role,
        figures=registry.short_figures(session, model.name),
        passed=passed,
    )


def _detail(session: Session, settings: Settings, name: str) -> ModelDetail:
    row = deployed.deployment(session)
    model = registry.get(session, name)
    live = row.live if row.live != name else row.former
    held = registry.dialogues(session, name)
    return ModelDetail(
        model=_line(session, settings, row, model),
        frozen=registry.figures_of(session, name, MeasureKind.FROZEN),
        cross_validation=registry.figures_of(session, name, MeasureKind.CROSS_VALIDATION),
        dialogues=None
        if held is None
        else [DialogueResult(name=str(one[0]), problem=one[1]) for one in held],
        compared=registry.comparison(session, live, name, MeasureKind.FROZEN),
        compared_cross_validation=registry.comparison(
            session, live, name, MeasureKind.CROSS_VALIDATION
        ),
        compared_with=live,
        verdict=registry.verdict(session, settings, live, name),
    )


def _trial(row: Deployment, found: trialling.TrialFigures) -> TrialShape:
    return TrialShape(
        mode="shadow" if row.mode == "shadow" else "canary",
        share=row.share,
        live=ArmShape(turns=found.live.turns, bad=found.live.bad),
        candidate=ArmShape(turns=found.candidate.turns, bad=found.candidate.bad),
        evidence=found.evidence,
        threshold=found.threshold,
        seen=found.seen,
        differ=found.differ,
    )


def _event(event: ModelEvent) -> EventShape:
    return EventShape(
        id=event.id,
        kind=event.kind,
        model=event.model,
        before=event.before,
        by=event.by,
        reason=event.reason,
        overridden=event.overridden,
        figures=event.figures,
        data_commit=event.data_commit,
        state=event.state,
        problem=event.problem,
        at=event.at,
        done_at=event.done_at,
    )


def _disagreements(session: Session) -> Disagreements:
    trial = deployed.deployment(session).trial
    found = trialling.disagreements(session, trial) if trial else []
    result = []
    for one in found:
        message = session.get(Message, one.message_id)
        if message is None or message.text is None:
            continue  # the customer had it removed
        result.append(
            Disagreement(
                message_id=message.id,
                conversation_id=message.conversation_id,
                text=mask_text(message.text),
                live_intent=one.live_intent,
                live_confidence=one.live_confidence,
                intent=one.intent,
                confidence=one.confidence,
                at=one.at,
            )
        )
    return Disagreements(disagreements=result)
