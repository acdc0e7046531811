"""The routes below ``/p/``: the style sheet, and the routers of the pages."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

from care.pages import chart, invoice, my_data, password, payment, puk, usage_days
from care.services import Services

_STYLE = Path(__file__).parent / "style.css"
_PAGES = (chart, invoice, my_data, password, payment, puk, usage_days)


def router(services: Services) -> APIRouter:
    """All pages. A new page is a module of this package with a function of this form, named in ``_PAGES``."""
    routes = APIRouter(prefix="/p")

    @routes.get("/style.css", include_in_schema=False)
    async def style() -> FileResponse:
        return FileResponse(_STYLE, media_type="text/css")

    for page in _PAGES:
        routes.include_router(page.router(services))
    return routes
