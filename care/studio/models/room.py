"""Models put together: ``care.app`` makes one and takes from it routes and loops."""

from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter

from care.clock import Clock
from care.db import Database
from care.engine.routing import Routing
from care.settings import Settings
from care.studio.data.place import repository_of
from care.studio.gate import REFUSALS, StudioGate
from care.studio.models import jobs_views, trainer_door, views
from care.studio.models.data_source import DataSource
from care.studio.models.rollout import Rollout
from care.studio.models.trials import Trials


class ModelsRoom:
    """Jobs, registry, trials and rollout of one process."""

    def __init__(self, *, db: Database, clock: Clock, settings: Settings, routing: Routing) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self.trials = Trials(db, clock, routing)
        self.rollout = Rollout(db, clock, settings, routing, self.trials)

    def router(self, gate: StudioGate) -> APIRouter:
        """``/studio/jobs`` and ``/studio/models``; ``gate`` says who comes in."""
        routes = APIRouter(prefix="/studio", tags=["studio"], responses=REFUSALS)
        routes.include_router(jobs_views.router(self._db, self._clock, gate))
        routes.include_router(
            views.router(self._db, self._clock, self._settings, gate, self.rollout)
        )
        return routes

    def trainer_router(self) -> APIRouter:
        """``/trainer``, for the private side."""
        source = DataSource(repository_of(self._settings), self._settings.data_dir)
        return trainer_door.router(self._db, self._clock, self._settings, source)

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """What runs for ever."""
        return [self.rollout.run(), self.trials.run()]
