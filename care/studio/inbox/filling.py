"""One message of a customer becomes a sentence of the inbox: masked, grouped with its likes, counted, scored."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from care.db import new_id
from care.studio.inbox.masking import mask_sentence
from care.studio.inbox.tables import GroupState, IntentWeek, Sentence, SentenceGroup
from care.studio.inbox.teaching import (
    FALLBACK_INTENTS,
    SURE,
    Signal,
    points_of,
    reason_of,
    score_of,
    weightier,
)
from care.studio.likeness import alike, bands_of, key_of, normal_form

NEXT_WITHIN = timedelta(minutes=5)
"""So soon after a sentence the customer's next one tells how the answer was taken."""

REPHRASED_FROM = 50.0
"""Ratio of common characters (0 to 100) from which the next sentence says the same again."""

HUMAN_INTENT = "request_human"
CANDIDATES = 10
RANKING, LONGEST = 5, 2000


@dataclass(frozen=True)
class Understood:
    """A message of a customer with what the model made of it (``care.engine.protocol.TurnResult.understanding``)."""

    message_id: str
    conversation_id: str
    text: str
    understanding: dict[str, Any]
    at: datetime


def add_sentence(session: Session, said: Understood) -> Sentence:
    """Put a new sentence into the inbox, and into the score of the one before it what it says about that."""
    entities = [one for one in said.understanding.get("entities") or [] if isinstance(one, dict)]
    text = mask_sentence(said.text, entities)[:LONGEST]
    intent, confidence, ranking = _prediction(said.understanding)
    margin = confidence - (ranking[1]["confidence"] if len(ranking) > 1 else 0.0)
    signals = Signal.FALLBACK if intent is None or intent in FALLBACK_INTENTS else Signal(0)
    normal = normal_form(text)
    group = _group_of(session, normal, intent)
    if group is None:
        band_1, band_2, band_3 = bands_of(normal)
        group = SentenceGroup(
            id=new_id(),
            key=key_of(normal),
            band_1=band_1,
            band_2=band_2,
            band_3=band_3,
            text=text,
            intent=intent,
            confidence=confidence,
            ranking=ranking[:RANKING],
            entities=_places(entities, text),
            sentences=0,
            points=0,
            score=0,
            reason="sure",
            state=GroupState.OPEN,
            version=1,
            first_at=said.at,
            last_at=said.at,
        )
        session.add(group)
        session.flush()
    sentence = Sentence(
        id=said.message_id,
        conversation_id=said.conversation_id,
        group_id=group.id,
        text=text,
        intent=intent,
        confidence=confidence,
        margin=margin,
        signals=signals,
        at=said.at,
    )
    session.add(sentence)
    group.sentences += 1
    group.last_at = max(group.last_at, said.at)
    _weigh(group, sentence)
    _count_week(session, sentence)
    _tell_previous(session, sentence, normal)
    session.flush()
    return sentence


def add_signal(session: Session, message_id: str, signal: Signal) -> bool:
    """Note what happened around a sentence; gives whether there is one of this message.

    The seam for whoever learns something of a sentence later: an agent's mark, a thumb down, a candidate model.
    """
    sentence = session.get(Sentence, message_id)
    if sentence is None:
        return False
    if not sentence.signals & signal:
        sentence.signals |= signal
        _weigh(session.get_one(SentenceGroup, sentence.group_id), sentence)
    return True


def forget_sentences(session: Session, message_ids: list[str]) -> int:
    """Remove the sentences of messages whose text was removed; a group goes with its last sentence."""
    gone = list(session.scalars(select(Sentence).where(Sentence.id.in_(message_ids))))
    for sentence in gone:
        session.delete(sentence)
    session.flush()
    for group_id in {sentence.group_id for sentence in gone}:
        group = session.get_one(SentenceGroup, group_id)
        left = session.scalars(
            select(Sentence).where(Sentence.group_id == group_id).order_by(Sentence.id).limit(1)
        ).first()
        if left is None:
            session.execute(delete(SentenceGroup).where(SentenceGroup.id == group_id))
            continue
        group.text, group.entities = left.text, []
        group.sentences = (
            session.scalar(
                select(func.count()).select_from(Sentence).where(Sentence.group_id == group_id)
            )
            or 0
        )
        group.score = score_of(group.points, group.sentences)
    return len(gone)


def _group_of(session: Session, normal: str, intent: str | None) -> SentenceGroup | None:
    same = session.scalar(select(SentenceGroup).where(SentenceGroup.key == key_of(normal)))
    if same is not None:
        return same
    columns = (SentenceGroup.band_1, SentenceGroup.band_2, SentenceGroup.band_3)
    for column, band in zip(columns, bands_of(normal), strict=True):
        found = session.scalars(
            select(SentenceGroup)
            .where(column == band, SentenceGroup.intent.is_not_distinct_from(intent))
            .order_by(SentenceGroup.id)
            .limit(CANDIDATES)
        )
        for group in found:
            if alike(normal, normal_form(group.text)):
                return group
    return None


def _weigh(group: SentenceGroup, sentence: Sentence) -> None:
    signals = Signal(sentence.signals)
    points = points_of(sentence.confidence, sentence.margin, signals)
    group.points = max(group.points, points)
    group.score = score_of(group.points, group.sentences)
    group.reason = weightier(group.reason, reason_of(sentence.confidence, signals))


def _tell_previous(session: Session, sentence: Sentence, normal: str) -> None:
    previous = session.scalars(
        select(Sentence)
        .where(Sentence.conversation_id == sentence.conversation_id, Sentence.id < sentence.id)
        .where(Sentence.at >= sentence.at - NEXT_WITHIN)
        .order_by(Sentence.id.desc())
        .limit(1)
    ).first()
    if previous is None:
        return
    if sentence.intent == HUMAN_INTENT != previous.intent:
        add_signal(session, previous.id, Signal.HUMAN)
    elif fuzz.ratio(normal, normal_form(previous.text)) >= REPHRASED_FROM:
        add_signal(session, previous.id, Signal.REPHRASED)


def _count_week(session: Session, sentence: Sentence) -> None:
    key = (monday(sentence.at), sentence.intent or "")
    week = session.get(IntentWeek, key)
    if week is None:
        week = IntentWeek(week=key[0], intent=key[1], sentences=0, unsure=0, confidence=0.0)
        session.add(week)
    week.sentences += 1
    week.confidence += sentence.confidence
    if sentence.confidence < SURE:
        week.unsure += 1


def monday(at: datetime) -> date:
    """The first day of the week of a moment, in UTC."""
    day = at.date()
    return day - timedelta(days=day.weekday())


def _prediction(understanding: dict[str, Any]) -> tuple[str | None, float, list[dict[str, Any]]]:
    intent = understanding.get("intent")
    ranking = [
        {"name": str(one["name"]), "confidence": _number(one.get("confidence"))}
        for one in understanding.get("ranking") or []
        if isinstance(one, dict) and one.get("name")
    ]
    name = intent[:80] if isinstance(intent, str) and intent else None
    return name, _number(understanding.get("confidence")), ranking


def _number(value: Any) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return min(1.0, max(0.0, float(value))) if good else 0.0


def _places(entities: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """Where the entities stand, without their values, which may be somebody's."""
    return [
        {"entity": str(one.get("entity")), "start": one["start"], "end": one["end"]}
        for one in entities
        if isinstance(one.get("start"), int)
        and isinstance(one.get("end"), int)
        and 0 <= one["start"] < one["end"] <= len(text)
    ]
