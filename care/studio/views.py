"""The studio over HTTP."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from care.db import Database
from care.settings import Settings
from care.studio.deployment import deployment
from care.studio.gate import StudioGate
from care.studio.registry import archive_path
from care.studio.sentences import StudioSentencePage, sentences


class StudioModel(BaseModel):
    """The model that Rasa runs: the archive's name, and when it was written."""

    name: str | None
    trained_at: datetime | None


def model_router(db: Database, settings: Settings, gate: StudioGate) -> APIRouter:
    """What customers said lately, and which model answers them."""
    routes = APIRouter(dependencies=[Depends(gate.reader)])

    @routes.get("/sentences", summary="What customers wrote and the bot understood, newest first")
    async def listed(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> StudioSentencePage:
        return await db.read(lambda session: sentences(session, limit, page))

    @routes.get("/model", summary="The model that Rasa runs")
    async def model() -> StudioModel:
        live = await db.read(lambda session: deployment(session).live)
        archive = str(archive_path(settings, live)) if live else settings.model
        return await asyncio.to_thread(_model, archive)

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
