"""What every page of this package is made with: a router whose errors are pages, too."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from care.errors import BadRequest, CareError
from care.pages.templates import page


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
