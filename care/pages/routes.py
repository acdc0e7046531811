"""The routes below ``/p/``: the style sheet, and the routers of the pages."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from care.errors import BadRequest, CareError
from care.pages import usage_days
from care.pages.templates import page
from care.services import Services

_STYLE = Path(__file__).parent / "style.css"


class PageRoute(APIRoute):
    """A route whose errors are pages, too."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The handler, with what it refuses told on a page."""
        handle = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await handle(request)
            except CareError as error:
                return page("problem.html", error.status, message=error.message)
            except RequestValidationError:
                return page("problem.html", 422, message=BadRequest.message)

        return handler


def page_router(**options: Any) -> APIRouter:
    """A router of pages."""
    return APIRouter(route_class=PageRoute, **options)


def router(services: Services) -> APIRouter:
    """All pages. A new page is a module of this package with a function of this form, included here."""
    routes = page_router(prefix="/p")

    @routes.get("/style.css", include_in_schema=False)
    async def style() -> FileResponse:
        return FileResponse(_STYLE, media_type="text/css")

    usage_days.add_routes(routes, services)
    return routes
