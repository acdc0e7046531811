"""The studio put together: ``care.app`` makes one and takes its routes."""

from pathlib import Path

from fastapi import APIRouter

from care.clock import Clock
from care.db import Database
from care.settings import ROOT, Settings
from care.studio.data.aside import Aside, InThread
from care.studio.data.draft_views import draft_router
from care.studio.data.place import repository_of
from care.studio.data.service import EnqueueTraining, Parse, TrainingData
from care.studio.data.views import data_router
from care.studio.gate import REFUSALS, StudioGate
from care.studio.inbox.deciding import give_back
from care.studio.inbox.views import inbox_router
from care.studio.learn.views import Library, learn_router


class Studio:
    """The trainers' studio of one process.

    ``parse`` asks the live model; ``enqueue`` asks for a model of what was published, in the transaction that notes it;
    ``programs`` is the checkout whose programs may name an intent; ``aside`` is
    where the data are read and checked.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        settings: Settings,
        gate: StudioGate,
        parse: Parse | None = None,
        enqueue: EnqueueTraining | None = None,
        programs: Path = ROOT,
        aside: Aside | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._gate = gate
        self.repository = repository_of(settings)
        self.data = TrainingData(
            db, clock, self.repository, parse, enqueue, programs, aside or InThread()
        )

    def router(self) -> APIRouter:
        """All routes below ``/studio``."""
        router = APIRouter(prefix="/studio", tags=["studio"], responses=REFUSALS)
        router.include_router(inbox_router(self._db, self._clock, self.data, self._gate))
        router.include_router(data_router(self.data, self._gate))
        router.include_router(draft_router(self._db, self._clock, self.data, self._gate, give_back))
        library = Library(self.repository, self._settings)
        router.include_router(learn_router(self._db, self._clock, self.data, library, self._gate))
        return router
