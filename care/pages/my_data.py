"""What we hold of a customer, to be read and taken away (PIPL 45): ``/p/my-data/<token>`` and the same as a JSON file."""

import json

from fastapi import APIRouter
from starlette.responses import Response

from care.pages.routing import page_router
from care.pages.templates import page
from care.services import Services

_FILE_NAME = "my-data.json"


def router(services: Services) -> APIRouter:
    """The page and the file."""
    routes = page_router(prefix="/my-data")

    @routes.get("/{token}", include_in_schema=False)
    async def show(token: str) -> Response:
        copy = await services.privacy.copy(token)
        return page("my_data.html", copy=copy, token=token, zone=services.settings.zone)

    @routes.get("/{token}/download", include_in_schema=False)
    async def download(token: str) -> Response:
        copy = await services.privacy.copy(token)
        return Response(
            json.dumps(copy, ensure_ascii=False, indent=2),
            media_type="application/json",
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'attachment; filename="{_FILE_NAME}"',
            },
        )

    return routes
