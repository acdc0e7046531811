"""The routes below ``/p/``: the style sheet, and the routers of the pages."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

from care.pages import password, puk
from care.pages.base import PageRoute, page_router
from care.services import Services

__all__ = ["PageRoute", "page_router", "router"]

_STYLE = Path(__file__).parent / "style.css"


def router(services: Services) -> APIRouter:
    """All pages. A new page is a module of this package with a function of this form, included here."""
    routes = APIRouter(prefix="/p")

    @routes.get("/style.css", include_in_schema=False)
    async def style() -> FileResponse:
        return FileResponse(_STYLE, media_type="text/css")

    routes.include_router(puk.router(services))
    routes.include_router(password.router(services))
    return routes
