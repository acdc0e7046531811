"""Logging in and out of the desk."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from care.desk.gate import COOKIE, Gate
from care.desk.inputs import Login
from care.desk.sessions import AgentSessions, SignedInAgent
from care.desk.shapes import AgentInfo, SignedIn
from care.http.network import ClientNetwork


def login_router(sessions: AgentSessions, gate: Gate, network: ClientNetwork) -> APIRouter:
    """``/login``, ``/logout`` and ``/me``, below the desk's address."""
    router = APIRouter()

    @router.post("/login", summary="Log in")
    async def login(body: Login, request: Request, response: Response) -> SignedIn:
        """401 ``wrong_login``: not a name with its password. 429 ``locked``: too many failures."""
        gate.own_page(request)
        token, agent = await sessions.begin(body.username, body.password, network.of(request))
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(sessions.life / timedelta(seconds=1)),
            httponly=True,
            samesite="strict",
            secure=_over_tls(request),
        )
        return _signed_in(agent)

    @router.get("/me", summary="Who is logged in")
    async def me(agent: Annotated[SignedInAgent, Depends(gate.reader)]) -> SignedIn:
        """401 when nobody is."""
        return _signed_in(agent)

    @router.post("/logout", status_code=204, summary="Log out")
    async def logout(
        response: Response, agent: Annotated[SignedInAgent, Depends(gate.writer)]
    ) -> None:
        """The session counts no more from here on, whoever has its cookie."""
        await sessions.end(agent)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict")

    return router


def _signed_in(agent: SignedInAgent) -> SignedIn:
    return SignedIn(agent=AgentInfo(id=agent.id, name=agent.name, role=agent.role), csrf=agent.csrf)


def _over_tls(request: Request) -> bool:
    """Whether the browser speaks TLS. A false claim only costs its maker the cookie."""
    forwarded = request.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    return request.url.scheme == "https" or forwarded == "https"
