"""Every error as ``{"error": {"code", "message", …}}``: the only place that writes such JSON."""

from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from care.errors import BadRequest, CareError, Forbidden, NotFound, Unauthenticated

log = structlog.get_logger()


class InvalidRequest(BadRequest):
    """Well-formed JSON whose fields are not what they must be; ``fields`` names them."""

    code, status, message = "invalid_request", 422, "请求的内容不对。"


class RequestTooLarge(BadRequest):
    """A body above the limit; ``limit`` is in bytes."""

    code, status, message = "request_too_large", 413, "请求的内容太大了。"


class MethodNotAllowed(BadRequest):
    """The address exists, but not for this method."""

    code, status, message = "method_not_allowed", 405, "这个地址不支持这种请求。"


def too_large(limit: int) -> RequestTooLarge:
    """The error of a body above ``limit`` bytes."""
    return RequestTooLarge(limit=limit)


def error_response(error: CareError) -> JSONResponse:
    """The HTTP answer for ``error``."""
    headers: dict[str, str] = {}
    if "retry_after" in error.data:
        headers["Retry-After"] = str(error.data["retry_after"])
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(error.as_json(), error.status, headers)


def install(app: FastAPI) -> None:
    """Have ``app`` answer all its errors in our form."""
    app.add_exception_handler(CareError, _care_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


async def _care_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CareError)
    return error_response(error)


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return error_response(BadRequest())
    # Names and kinds only: the refused values may be a customer's words.
    fields = [
        {"field": ".".join(str(part) for part in problem["loc"][1:]), "problem": problem["type"]}
        for problem in problems
    ]
    return error_response(InvalidRequest(fields=fields))


_BY_STATUS: dict[int, type[CareError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: RequestTooLarge,
}


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    known = _BY_STATUS.get(error.status_code)
    if known is None:
        kind = BadRequest if error.status_code < 500 else CareError
        response = error_response(kind())
        response.status_code = error.status_code
    else:
        response = error_response(known())
    response.headers.update(error.headers or {})
    return response


class LastResort:
    """ASGI middleware: what nobody expected is logged and answered with 500 and no details."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            log.exception("http.failed", method=scope.get("method"), route=route_of(scope))
            if scope["type"] == "http" and not started:
                await error_response(CareError())(scope, receive, send)
            elif scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1011})
            else:
                raise


def route_of(scope: Scope) -> str:
    """The pattern of the route that was taken, without what the caller filled in."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", ""))
