"""The studio put together: ``care.app`` makes one and takes from it routes, jobs and loops."""

from fastapi import APIRouter

from care.clock import Clock
from care.db import Database
from care.settings import Settings
from care.studio.gate import REFUSALS, StudioGate
from care.studio.views import model_router


class Studio:
    """The trainers' studio of one process."""

    def __init__(self, *, db: Database, clock: Clock, settings: Settings, gate: StudioGate) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._gate = gate

    def router(self) -> APIRouter:
        """All routes below ``/studio``."""
        router = APIRouter(prefix="/studio", tags=["studio"], responses=REFUSALS)
        router.include_router(model_router(self._db, self._settings, self._gate))
        return router
