"""Renders a page's template: everything put into it is escaped."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page made from ``templates/<template>``. It is kept by nobody on the way."""
    html = _TEMPLATES.get_template(template).render(**values)
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store"})
