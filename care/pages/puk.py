"""The page that shows a PUK, by a link that is good for one use.

The link is only looked at by GET (programs that preview links open them, too); the PUK is shown by a POST.
"""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from care.customers.masking import mask_phone
from care.lines.tables import GrantedPage
from care.pages.routing import page_router
from care.pages.templates import page
from care.services import Services


def router(services: Services) -> APIRouter:
    """``/puk/…``."""
    routes, lines = page_router(), services.lines

    @routes.get("/puk/{token}", include_in_schema=False)
    async def ask(token: str) -> HTMLResponse:
        grant = await lines.grants.look(GrantedPage.PUK, token)
        return page("puk.html", phone=mask_phone(grant.phone), shown=False, puk=None)

    @routes.post("/puk/{token}", include_in_schema=False)
    async def show(token: str) -> HTMLResponse:
        grant, puk = await lines.show_puk(token)
        return page("puk.html", phone=mask_phone(grant.phone), shown=True, puk=puk)

    return routes
