"""The simulator as one application: the API, the controls, the phone page."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import AsyncIterator, Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tools.wechat_sim import api, api_kf, control
from tools.wechat_sim.accounts import Account
from tools.wechat_sim.platform import Platform

_PAGE = Path(__file__).parent / "page"


def application(platform: Platform) -> Starlette:
    """The application of ``platform``; it closes it when it ends."""
    door = api.Door(platform)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await platform.close()

    async def entrance(request: Request) -> Response:
        return RedirectResponse("/phone/", 302)

    return Starlette(
        routes=[
            *api.routes(platform, door),
            *api_kf.routes(platform, door),
            *control.routes(platform),
            Route("/", entrance),
            Mount("/phone", StaticFiles(directory=_PAGE, html=True)),
        ],
        lifespan=lifespan,
    )


def simulator(accounts: Iterable[Account]) -> Starlette:
    """An application with a platform of its own."""
    return application(Platform(accounts))
