"""Learning from service over HTTP."""

import asyncio
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from care.clock import Clock
from care.db import Database
from care.knowledge import LiveKnowledgeBase, intents_of_domain, open_knowledge_base
from care.knowledge.sentence_encoder import load_encoder
from care.settings import Settings
from care.studio.data.edits import AddFaq, AddWording, read_edits
from care.studio.data.repository import DataRepository
from care.studio.data.service import TrainingData
from care.studio.gate import StudioGate, Trainer
from care.studio.inbox import deciding
from care.studio.inbox.deciding import Decision, Seen
from care.studio.inbox.tables import Outcome
from care.studio.inbox.views import MOST, SeenGroup
from care.studio.learn import drift, phrases, questions

DAYS = 30


class AskedInfo(BaseModel):
    """A way in which customers ask."""

    id: str
    version: int
    text: str
    sentences: int


class ProposedInfo(BaseModel):
    """Questions that ask the same and that no entry answers."""

    groups: list[AskedInfo]
    sentences: int
    nearest_id: str | None
    nearest_question: str | None
    nearest_score: float


class PhraseInfo(BaseModel):
    """A phrase of agents."""

    text: str
    times: int
    chats: int
    agents: int
    questions: list[str]


class WeekInfo(BaseModel):
    """A week; ``intents`` are counts, ``drift`` the population stability index."""

    week: date
    sentences: int
    confidence: float
    unsure: float
    intents: dict[str, int]
    drift: float | None


class Answered(BaseModel):
    """Questions of the inbox that a new entry, or a new wording of one, answers."""

    groups: Annotated[list[SeenGroup], Field(min_length=1, max_length=MOST)]
    edits: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST)]


class Library:
    """The knowledge base as it is published, read when it is first asked for."""

    def __init__(self, repository: DataRepository, settings: Settings) -> None:
        self._repository = repository
        self._cache = settings.var_dir / "cache"

    @cached_property
    def knowledge(self) -> LiveKnowledgeBase:
        """Takes a second or two, or ten the first time of all."""
        root = self._repository.root
        domain = root / "domain.yml"
        intents = intents_of_domain(domain if domain.is_file() else root / "domain")
        return open_knowledge_base(root / "data" / "faq", intents, cache=self._cache)

    def propose(self, asked: list[questions.Asked]) -> list[questions.ProposedEntry]:
        """The questions among these that no published entry answers, put together."""
        self.knowledge.reload_if_changed()
        return questions.propose(asked, self.knowledge, load_encoder())


def learn_router(
    db: Database, clock: Clock, data: TrainingData, library: Library, gate: StudioGate
) -> APIRouter:
    """``/learn``, below the studio's address."""
    router = APIRouter(prefix="/learn")

    @router.get("/questions", summary="Questions that no entry answers")
    async def unanswered(_: Annotated[Trainer, Depends(gate.reader)]) -> list[ProposedInfo]:
        since = clock() - timedelta(days=DAYS)
        asked = await db.read(lambda session: questions.asked(session, since))
        if not asked:
            return []
        proposed = await asyncio.to_thread(library.propose, asked)
        return [
            ProposedInfo(
                groups=[
                    AskedInfo(id=g.id, version=g.version, text=g.text, sentences=g.sentences)
                    for g in one.groups
                ],
                sentences=one.sentences,
                nearest_id=one.nearest_id,
                nearest_question=one.nearest_question,
                nearest_score=one.nearest_score,
            )
            for one in proposed[:100]
        ]

    @router.post("/questions/answer", summary="Answer questions by a new entry or wordings of one")
    async def answer(
        body: Answered, trainer: Annotated[Trainer, Depends(gate.writer)]
    ) -> dict[str, str]:
        """The change is in the draft, and the questions are handled; gives the decision's id."""
        edits = [edit for edit in read_edits(body.edits) if isinstance(edit, AddFaq | AddWording)]
        await data.require(trainer, list(edits))
        seen = [Seen(one.id, one.version) for one in body.groups]
        action = await db.write(
            lambda session: deciding.decide(
                session,
                trainer,
                seen,
                Decision(Outcome.ANSWERED),
                [(None, edit) for edit in edits],
                clock(),
            )
        )
        return {"action": action.id}

    @router.get("/phrases", summary="Phrases that agents use again and again")
    async def used(_: Annotated[Trainer, Depends(gate.reader)]) -> list[PhraseInfo]:
        since = clock() - timedelta(days=DAYS)
        said = await db.read(lambda session: phrases.said_by_agents(session, since))
        found = await asyncio.to_thread(phrases.phrases_of, said)
        return [
            PhraseInfo(
                text=one.text,
                times=one.times,
                chats=len(one.chats),
                agents=len(one.agents),
                questions=[text for text, _ in one.questions.most_common(5)],
            )
            for one in found[:50]
        ]

    @router.get("/drift", summary="Intents and confidence, week by week")
    async def by_week(
        _: Annotated[Trainer, Depends(gate.reader)],
        weeks: Annotated[int, Query(ge=2, le=104)] = 12,
    ) -> list[WeekInfo]:
        today = clock().date()
        found = await db.read(lambda session: drift.weeks(session, today, weeks))
        return [WeekInfo(**vars(one)) for one in found]

    return router
