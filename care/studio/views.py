"""The studio over HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from care.db import Database
from care.settings import Settings
from care.studio.sentences import StudioSentencePage, sentences


class StudioModel(BaseModel):
    """The model that Rasa runs: the archive's name, and when it was written."""

    name: str | None
    trained_at: datetime | None


def router(
    db: Database, settings: Settings, signed_in: Callable[[Request], Awaitable[Any]]
) -> APIRouter:
    """All routes below ``/studio``; ``signed_in`` is the dependency that lets only staff in."""
    routes = APIRouter(prefix="/studio", tags=["studio"], dependencies=[Depends(signed_in)])

    @routes.get("/sentences", summary="What customers wrote and the bot understood, newest first")
    async def listed(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> StudioSentencePage:
        return await db.read(lambda session: sentences(session, limit, page))

    @routes.get("/model", summary="The model that Rasa runs")
    async def model() -> StudioModel:
        return await asyncio.to_thread(_model, settings.model)

    return routes


def _model(archive: str) -> StudioModel:
    if not archive:
        return StudioModel(name=None, trained_at=None)
    path = Path(archive)
    try:
        trained_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        trained_at = None
    return StudioModel(name=path.name.removesuffix(".tar.gz"), trained_at=trained_at)
