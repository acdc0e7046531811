"""Phrases that agents use again and again, with what was asked before them: proposed answers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from care.conversations.tables import Message, Role
from care.studio.inbox.masking import mask_sentence
from care.studio.likeness import alike, bands_of, normal_form

LOOKED_AT = 5000
"""The last so many messages of agents."""

SHORTEST, LEAST_CHATS = 8, 3
"""Characters of a phrase that says something, and chats in which it must have been used."""

LOOKED_BACK = 4
"""Messages before the phrase among which the customer's question is looked for."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an agent said, where, and what the customer had said last (masked)."""

    text: str
    conversation_id: str
    agent_id: str | None
    question: str | None


@dataclass
class Phrase:
    """A phrase as it was said first, how often, by how many, and after which questions."""

    text: str
    times: int = 0
    chats: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    questions: Counter[str] = field(default_factory=Counter)


def said_by_agents(session: Session, since: datetime) -> list[Said]:
    """What agents said since then, the newest first, masked."""
    before = aliased(Message)
    question = (
        select(before.text)
        .where(before.conversation_id == Message.conversation_id, before.role == Role.CUSTOMER)
        .where(before.seq < Message.seq, before.seq >= Message.seq - LOOKED_BACK)
        .order_by(before.seq.desc())
        .limit(1)
        .correlate(Message)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Message.text, Message.conversation_id, Message.agent_id, question)
        .where(Message.sent_at >= since, Message.role == Role.AGENT, Message.text.is_not(None))
        .order_by(Message.sent_at.desc())
        .limit(LOOKED_AT)
    )
    return [
        Said(mask_sentence(text), chat, agent, mask_sentence(asked) if asked else None)
        for text, chat, agent, asked in rows
    ]


def phrases_of(said: Sequence[Said]) -> list[Phrase]:
    """The phrases used in at least ``LEAST_CHATS`` chats, the most used first."""
    phrases: list[Phrase] = []
    normals: list[str] = []
    places: dict[int, list[int]] = {}
    for one in said:
        normal = normal_form(one.text)
        if len(normal) < SHORTEST:
            continue
        bands = bands_of(normal)
        near = {place for band in bands for place in places.get(band, ())}
        found = next((place for place in sorted(near) if alike(normal, normals[place])), None)
        if found is None:
            found = len(phrases)
            phrases.append(Phrase(one.text))
            normals.append(normal)
            for band in bands:
                places.setdefault(band, []).append(found)
        phrase = phrases[found]
        phrase.times += 1
        phrase.chats.add(one.conversation_id)
        if one.agent_id:
            phrase.agents.add(one.agent_id)
        if one.question:
            phrase.questions[one.question] += 1
    used = [one for one in phrases if len(one.chats) >= LEAST_CHATS]
    return sorted(used, key=lambda one: -len(one.chats))
