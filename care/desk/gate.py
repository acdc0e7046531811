"""The one way to a view of the desk: who comes through a gate is logged in and may be there."""

import hmac

from fastapi import Request, WebSocket

from care.desk.sessions import AgentSessions, SignedInAgent
from care.desk.tables import AgentRole
from care.errors import Forbidden
from care.http.network import Origins

COOKIE = "care_desk"
CSRF_HEADER = "X-CSRF-Token"


class CsrfRefused(Forbidden):
    """A changing call without the session's token, or from another site."""

    code, message = "csrf", "页面已过期，请刷新后再试。"


class Gate:
    """Who may come in; its methods are FastAPI dependencies."""

    def __init__(self, sessions: AgentSessions, origins: Origins) -> None:
        self._sessions = sessions
        self._origins = origins

    async def reader(self, request: Request) -> SignedInAgent:
        """Anybody who is logged in. Raises ``Unauthenticated``."""
        return await self._sessions.find(request.cookies.get(COOKIE))

    async def writer(self, request: Request) -> SignedInAgent:
        """Anybody who is logged in and whose own page calls. Raises ``CsrfRefused``, too."""
        agent = await self.reader(request)
        self.own_page(request)
        given = request.headers.get(CSRF_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, agent.csrf.encode()):
            raise CsrfRefused()
        return agent

    async def server(self, request: Request) -> SignedInAgent:
        """Somebody who serves customers: agents and supervisors. Raises ``Forbidden``, too."""
        agent = await self.writer(request)
        if agent.role is AgentRole.TRAINER:
            raise Forbidden()
        return agent

    async def studio_reader(self, request: Request) -> SignedInAgent:
        """Somebody who may see the studio: trainers and supervisors. Raises ``Forbidden``, too."""
        return _trains(await self.reader(request))

    async def trainer(self, request: Request) -> SignedInAgent:
        """The same, and their own page calls: who may change what the assistant learns."""
        return _trains(await self.writer(request))

    def own_page(self, request: Request) -> None:
        """Refuse a browser's call from another site. Raises ``CsrfRefused``."""
        if not self._origins.permit(request):
            raise CsrfRefused()

    async def socket(self, websocket: WebSocket) -> SignedInAgent:
        """Who opens a WebSocket from our own page: the browser sends the cookie from anywhere.

        Raises ``Forbidden`` (another site's page) and ``Unauthenticated``.
        """
        if not self._origins.permit(websocket):
            raise Forbidden()
        return await self._sessions.find(websocket.cookies.get(COOKIE))


def _trains(agent: SignedInAgent) -> SignedInAgent:
    if agent.role is AgentRole.AGENT:
        raise Forbidden()
    return agent
