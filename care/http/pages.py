"""The built web pages: static files with caching that never shows an old page."""

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_HASHED = re.compile(r"(^|/)[^/]+-[A-Za-z0-9_-]{8,}\.\w+$")


class Pages(StaticFiles):
    """One page with its assets. A path that is no file is the page's own business (its router's).

    Files named by their content are kept for a year; all others are asked for again, by their ETag.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True, check_dir=False)

    async def check_config(self) -> None:
        """Nothing: a page that is not built yet is a 404, not a failure."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the page itself for a path inside the application."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or "." in path.rpartition("/")[2] or path == ".":
                raise
            response = await super().get_response("index.html", scope)
        hashed = path.startswith("assets/") and _HASHED.search(path)
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if hashed else "no-cache"
        )
        return response
