"""Renders a page's template: everything put into it is escaped."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def _local(text: str, zone: ZoneInfo) -> str:
    """A moment of ISO 8601 as people in ``zone`` read it."""
    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M}"


_TEMPLATES.filters["local"] = _local


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page made from ``templates/<template>``. It is kept by nobody on the way."""
    html = _TEMPLATES.get_template(template).render(**values)
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})
