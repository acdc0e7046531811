"""Calls of the action webhook: over one kept connection, and with a record of those that failed.

Rasa opens a new HTTP session for each action and, when an action fails, logs it and goes on with the rule's next step
as if nothing had happened. The gateway must know.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.patches import action_schema

REJECTED = 400  # an ActionExecutionRejection: forms depend on it, it is no failure
CALL_TIMEOUT_SECONDS = 8

_failures: ContextVar[dict[str, str] | None] = ContextVar("action_failures", default=None)


class ActionCalls(EndpointConfig):
    """Rasa's action endpoint, remembering which calls failed, each for the turn that made it."""

    def __init__(self, endpoint: EndpointConfig) -> None:
        super().__init__(
            endpoint.url,
            endpoint.params,
            endpoint.headers,
            endpoint.basic_auth,
            endpoint.token,
            endpoint.token_name,
            endpoint.cafile,
            **endpoint.kwargs,
        )
        self._http: aiohttp.ClientSession | None = None
        self._schema = action_schema()

    @classmethod
    def of(cls, agent: Agent, processor: MessageProcessor) -> "ActionCalls":
        """The recorder that stands in ``processor``'s action endpoint; put there at the first use."""
        endpoint = processor.action_endpoint
        if isinstance(endpoint, cls):
            return endpoint
        calls = cls(endpoint or EndpointConfig())
        agent.action_endpoint = processor.action_endpoint = calls
        return calls

    @contextmanager
    def watch(self) -> Iterator[dict[str, str]]:
        """Collects the failures of the calls made inside, in this task: the kind by the action's name."""
        failed: dict[str, str] = {}
        token = _failures.set(failed)
        try:
            yield failed
        finally:
            _failures.reset(token)

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any | None:
        """Send a request as Rasa's ``EndpointConfig`` does, and note a failure.

        An answer of a wrong form is one: Rasa refuses it later, and goes on as after any other failure.
        """
        kwargs["timeout"] = CALL_TIMEOUT_SECONDS  # Rasa waits for five minutes
        action = str((kwargs.get("json") or {}).get("next_action"))
        try:
            answer = await super().request(method, subpath, content_type, compress, **kwargs)
        except ClientResponseError as error:
            if error.status != REJECTED:
                _note(action, _kind(error))
            raise
        except Exception as error:
            _note(action, type(error).__name__)
            raise
        if not self._schema.is_valid(answer):
            _note(action, "malformed")
        return answer

    def session(self) -> Any:
        """One HTTP session for all calls; Rasa closes what this gives, so it is lent."""
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(headers=self.headers, auth=self._auth())
        return _Lent(self._http)

    def _auth(self) -> aiohttp.BasicAuth | None:
        if not self.basic_auth:
            return None
        return aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"])


class _Lent:
    """An async context manager around a session that stays open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_: Any) -> None:
        return None


def _note(action: str, kind: str) -> None:
    failed = _failures.get()
    if failed is not None:
        failed.setdefault(action, kind)


def _kind(error: ClientResponseError) -> str:
    """The kind of failure that the action server named, else the status."""
    try:
        kind = json.loads(error.text)["error"]
    except (ValueError, KeyError, TypeError):
        kind = None
    return kind if isinstance(kind, str) and kind.isidentifier() else f"status_{error.status}"
