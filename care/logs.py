"""Logging: one JSON object a line, and never a customer's words.

Messages of exceptions often quote the value that caused them, so of most exceptions only the type
and the places are logged.
"""

import logging
import sys
import traceback
from types import TracebackType
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from care.errors import CareError

_MESSAGE_IS_SAFE = (CareError, OSError, ImportError, AttributeError, AssertionError, NameError)
_FRAMES = 30

# They log addresses with their query, request by request, or all their own parts at the start.
_TALKATIVE = ("httpx", "httpcore", "uvicorn.access", "alembic.runtime", "rasa_sdk.executor")

type ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def set_up(form: Literal["json", "console"], level: int = logging.INFO) -> None:
    """Have everything in this process, libraries included, log in ``form`` to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _exception,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _exception(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    given: Any = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    if isinstance(given, BaseException):
        given = (type(given), given, given.__traceback__)
    if given and given[1] is not None:
        event["exception"] = describe(given[1])
    return event


def describe(error: BaseException) -> list[dict[str, Any]]:
    """``error`` and what caused it: types, places, and messages where they quote no values."""
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        entry: dict[str, Any] = {"type": type(current).__name__}
        if isinstance(current, _MESSAGE_IS_SAFE):
            entry["message"] = str(current)
        frames = traceback.extract_tb(current.__traceback__)[-_FRAMES:]
        entry["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        found.append(entry)
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return found
