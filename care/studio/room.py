"""The studio put together: ``care.app`` makes one and takes its routes."""

from pathlib import Path

from fastapi import APIRouter

from care.clock import Clock
from care.db import Database
from care.settings import Settings
from care.studio.data.draft_views import draft_router
from care.studio.data.repository import DataRepository
from care.studio.data.service import EnqueueTraining, Parse, TrainingData
from care.studio.data.views import data_router
from care.studio.gate import REFUSALS, StudioGate
from care.studio.inbox.views import inbox_router
from care.studio.learn.views import Library, learn_router
from care.studio.views import model_router


class Studio:
    """The trainers' studio of one process.

    ``parse`` asks the live model; ``enqueue`` asks for a model of what was published, in the transaction that notes it.
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
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._gate = gate
        self.repository = repository_of(settings)
        self.data = TrainingData(db, clock, self.repository, parse, enqueue)

    def router(self) -> APIRouter:
        """All routes below ``/studio``."""
        router = APIRouter(prefix="/studio", tags=["studio"], responses=REFUSALS)
        router.include_router(model_router(self._db, self._settings, self._gate))
        router.include_router(inbox_router(self._db, self._clock, self.data, self._gate))
        router.include_router(data_router(self.data, self._gate))
        router.include_router(draft_router(self._db, self._clock, self.data, self._gate))
        library = Library(self.repository, self._settings)
        router.include_router(learn_router(self._db, self._clock, self.data, library, self._gate))
        return router


def repository_of(settings: Settings) -> DataRepository:
    """The data repository that the settings name; one in ``var`` where they name a folder that is in none."""
    return DataRepository(settings.data_root, settings.var_dir / "data-repository")


def faq_folder(settings: Settings) -> Path:
    """The knowledge base that customers are answered from: as it is published."""
    repository = repository_of(settings)
    repository.prepare()
    root = repository.root
    delivered = settings.data_dir / "faq"
    return delivered if root == settings.data_dir.parent.resolve() else root / "data" / "faq"
