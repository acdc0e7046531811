"""Logs: one JSON object a line, and no customer's words, whoever logs and whatever fails."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from care import logs
from care.errors import NotFound

SECRET = "我的密码是 246810"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged while the server's logging is set up."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs._TALKATIVE}
    logs.set_up("json")
    yield stream
    root.handlers[:], root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


def _read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_lines_and_those_of_libraries_have_one_form(lines: io.StringIO) -> None:
    structlog.get_logger("care.test").info("turns.finished", turn="t1", counted=True)
    logging.getLogger("somebody.else").warning("took %s s", 3)
    ours, theirs = _read(lines)
    assert (ours["event"], ours["turn"], ours["level"]) == ("turns.finished", "t1", "info")
    assert (theirs["event"], theirs["logger"]) == ("took 3 s", "somebody.else")
    assert ours["timestamp"].endswith("Z")


def test_an_exceptions_words_are_not_logged(lines: io.StringIO) -> None:
    log = structlog.get_logger("care.test")
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError:
        log.exception("it.failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    assert SECRET not in lines.getvalue()
    assert "246810" not in lines.getvalue()
    for line in _read(lines):
        assert [entry["type"] for entry in line["exception"]] == ["KeyError", "ValueError"]
        assert "test_logs.py" in line["exception"][0]["at"][-1]


def test_the_databases_errors_do_not_quote_what_was_stored(lines: io.StringIO) -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": SECRET})
    except SQLAlchemyError:
        structlog.get_logger("care.test").exception("it.failed")
    engine.dispose()
    assert "246810" not in lines.getvalue()


def test_our_own_errors_say_what_they_are(lines: io.StringIO) -> None:
    try:
        raise NotFound()
    except NotFound:
        structlog.get_logger("care.test").exception("it.failed")
    assert _read(lines)[0]["exception"][0]["message"] == "没有找到。"


def test_addresses_of_requests_are_not_logged(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("GET http://x/?token=abc")
    logging.getLogger("uvicorn.access").info("GET /conversations/张三")
    assert lines.getvalue() == ""
