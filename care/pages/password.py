"""The page where a service password is set, by a link that is good for one use; the chat never takes one.

What is wrong with a password is said on the page, and too many tries end the link.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse

from care.customers.masking import mask_phone
from care.lines.grants import LIFE, Grant
from care.lines.passwords import LENGTH, Problem, problem_of
from care.lines.tables import GrantedPage
from care.pages.routing import page_router
from care.pages.templates import page
from care.services import Services

_MOST = 64
"""Characters that are taken in a field."""

type Field = Annotated[str, Form(max_length=_MOST)]


def router(services: Services) -> APIRouter:
    """``/password/…``."""
    routes, lines, bss = page_router(), services.lines, services.bss

    @routes.get("/password/{token}", include_in_schema=False)
    async def ask(token: str) -> HTMLResponse:
        return _form(await lines.grants.look(GrantedPage.PASSWORD, token))

    @routes.post("/password/{token}", include_in_schema=False)
    async def set_it(token: str, password: Field = "", repeated: Field = "") -> HTMLResponse:
        grant = await lines.grants.look(GrantedPage.PASSWORD, token)
        customer = await bss.customer(grant.customer_id)
        birth_date = None if customer is None else customer.birth_date
        problem = problem_of(password, repeated, birth_date, grant.phone)
        if problem is not None:
            left = await lines.grants.refused(GrantedPage.PASSWORD, token)
            return _form(grant, problem, left)
        await lines.set_password(token, password)
        return page("password.html", phone=mask_phone(grant.phone), done=True)

    return routes


def _form(grant: Grant, problem: Problem | None = None, left: int | None = None) -> HTMLResponse:
    return page(
        "password.html",
        200 if problem is None else 422,
        phone=mask_phone(grant.phone),
        done=False,
        problem=problem,
        left=left,
        length=LENGTH,
        minutes=int(LIFE.total_seconds() // 60),
    )
