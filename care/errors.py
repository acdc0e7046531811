"""The tree of errors that may reach a caller.

::

    CareError                 500  internal
    ├── BadRequest            400  bad_request        the request makes no sense
    │   ├── InvalidText       422  invalid_text       nothing left of the text after cleaning
    │   └── TextTooLong       413  text_too_long      more characters than the channel takes
    ├── Unauthenticated       401  unauthenticated    no valid token, cookie or secret
    ├── Forbidden             403  forbidden          known, but not allowed
    ├── NotFound              404  not_found
    ├── Conflict              409  conflict           the state has moved on
    │   ├── StaleEpoch        409  stale              somebody else was faster
    │   └── DuplicateRequest  409  duplicate
    ├── RateLimited           429  rate_limited       too often; ``retry_after`` in seconds
    └── Unavailable           503  unavailable        a system we need is down

Each class states its code, HTTP status and the sentence a customer or agent may see. Views never build
error JSON: ``care.app`` turns a ``CareError`` into ``{"error": {"code", "message", …data}}``.
"""

from typing import Any


class CareError(Exception):
    """Base of all errors with a stated code, HTTP status and sentence for people.

    ``data`` holds values that a program may need (never a customer's text) and goes into the JSON.
    """

    code = "internal"
    status = 500
    message = "系统开小差了，请稍后再试。"

    def __init__(self, message: str | None = None, **data: Any) -> None:
        super().__init__(message or self.message)
        if message is not None:
            self.message = message
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """The body of the HTTP answer."""
        return {"error": {"code": self.code, "message": self.message, **self.data}}


class BadRequest(CareError):
    """The request makes no sense."""

    code, status, message = "bad_request", 400, "请求的格式不对。"


class InvalidText(BadRequest):
    """Nothing is left of a text after cleaning."""

    code, status, message = "invalid_text", 422, "请输入文字内容。"


class TextTooLong(BadRequest):
    """More characters than a channel takes; ``limit`` says how many it takes."""

    code, status, message = "text_too_long", 413, "消息太长了，请分几次发送。"


class Unauthenticated(CareError):
    """No valid token, cookie or secret."""

    code, status, message = "unauthenticated", 401, "请先登录。"


class Forbidden(CareError):
    """Known, but not allowed to do this."""

    code, status, message = "forbidden", 403, "没有权限这样操作。"


class NotFound(CareError):
    """There is no such thing, or it is not the caller's to see."""

    code, status, message = "not_found", 404, "没有找到。"


class Conflict(CareError):
    """The state has moved on since the caller looked."""

    code, status, message = "conflict", 409, "状态已经变化，请刷新后再试。"


class StaleEpoch(Conflict):
    """The conversation's owner has changed since the caller looked."""

    code, message = "stale", "这个会话刚刚被其他人处理了。"


class DuplicateRequest(Conflict):
    """The same request was already carried out."""

    code, message = "duplicate", "这个请求已经处理过了。"


class RateLimited(CareError):
    """Too often; ``retry_after`` tells the seconds to wait."""

    code, status, message = "rate_limited", 429, "操作太频繁了，请稍后再试。"


class Unavailable(CareError):
    """A system that is needed does not answer."""

    code, status, message = "unavailable", 503, "系统暂时无法访问，请稍后再试。"
