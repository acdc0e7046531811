"""Questions of the inbox that the knowledge base does not answer, put together as proposed entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.knowledge import KnowledgeBase, Unknown
from care.knowledge.analysis import normalise
from care.knowledge.sentence_encoder import SentenceEncoder
from care.studio.inbox.tables import GroupState, SentenceGroup

ASKING = ("ask_faq", "nlu_fallback", "out_of_scope")
"""Intents of sentences that may be questions without an entry; those without an intent are, too."""

LOOKED_AT = 300
"""Groups, those with most sentences first: a search takes some milliseconds."""

TOGETHER = 0.72
"""Cosine of two sentence vectors from which they ask the same."""


@dataclass(frozen=True)
class Asked:
    """A group of the inbox that asks something."""

    id: str
    version: int
    text: str
    sentences: int


@dataclass(frozen=True)
class ProposedEntry:
    """Questions that ask the same, the most frequent first, and the entry that comes nearest."""

    groups: list[Asked]
    sentences: int
    nearest_id: str | None
    nearest_question: str | None
    nearest_score: float


def asked(session: Session, since: datetime) -> list[Asked]:
    """Open groups that may ask what no entry answers, those with most sentences first."""
    query = (
        select(SentenceGroup)
        .where(SentenceGroup.state == GroupState.OPEN, SentenceGroup.last_at >= since)
        .where(SentenceGroup.intent.in_(ASKING) | SentenceGroup.intent.is_(None))
        .order_by(SentenceGroup.sentences.desc(), SentenceGroup.id.desc())
        .limit(LOOKED_AT)
    )
    return [Asked(row.id, row.version, row.text, row.sentences) for row in session.scalars(query)]


def propose(
    questions: Sequence[Asked], knowledge: KnowledgeBase, encoder: SentenceEncoder
) -> list[ProposedEntry]:
    """The unanswered among the questions, by what they ask; those that most customers ask first."""
    open_ = [
        (one, found)
        for one in questions
        if isinstance(found := knowledge.answer_for(one.text), Unknown)
    ]
    if not open_:
        return []
    vectors = encoder.encode([normalise(one.text) for one, _ in open_])
    heads: list[int] = []
    members: dict[int, list[int]] = {}
    for place in range(len(open_)):
        near = [head for head in heads if float(vectors[head] @ vectors[place]) >= TOGETHER]
        if near:
            best = max(near, key=lambda head: float(vectors[head] @ vectors[place]))
            members[best].append(place)
        else:
            heads.append(place)
            members[place] = [place]
    proposed = []
    for head in heads:
        nearest = open_[head][1].nearest
        groups = [open_[place][0] for place in members[head]]
        proposed.append(
            ProposedEntry(
                groups,
                sum(one.sentences for one in groups),
                nearest.entry.id if nearest else None,
                nearest.entry.question if nearest else None,
                nearest.score if nearest else 0.0,
            )
        )
    return sorted(proposed, key=lambda one: -one.sentences)
