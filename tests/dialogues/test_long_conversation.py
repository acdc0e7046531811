"""The sixtieth turn costs what the fifth costs."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.dialogues.rows import Rows
from tests.dialogues.runner import Talk
from tests.dialogues.values import Values
from tests.servers.product import Product

pytestmark = pytest.mark.timeout(600)  # the first test may have to start the product

_TURNS = 60
_SAYINGS = ("还有多少话费", "流量还剩多少", "你好", "VoLTE是什么", "谢谢", "查上个月账单")
_EVENTS_READ = 80
"""What Rasa may have to read for a turn: a session's limit of 40 events (bot/channels/session.py) and a long turn."""


def test_a_conversation_of_sixty_turns_stays_as_fast_as_at_its_start(product: Product) -> None:
    rows, talk = Rows(product.var), Talk(product)
    values = Values(rows, talk.http, "C1007", lambda: "")
    try:
        talk.say("查余额")
        talk.say(values.fill("{phone}"))
        assert "身份已核实" in talk.say(values.fill("{code}")).text
        times = [_time_of(talk, _SAYINGS[turn % len(_SAYINGS)]) for turn in range(_TURNS)]
        conversation = rows.conversation(talk.sender)
    finally:
        talk.close()
        rows.close()
    rounds = [times[at : at + len(_SAYINGS)] for at in range(0, _TURNS, len(_SAYINGS))]
    # Of three rounds the best time of each saying: a machine that is busy now and then does not count.
    early, late = (sum(map(min, zip(*three, strict=True))) for three in (rounds[1:4], rounds[-3:]))
    assert late < 2 * early + 0.3, f"six turns took {early:.2f} s early on and {late:.2f} s late"
    assert conversation is not None
    sessions = _events_by_session(product.var / "rasa.db", conversation.id)
    assert sum(sessions) > 2 * _EVENTS_READ, "too few events to say anything"
    assert max(sessions) <= _EVENTS_READ, f"events by session: {sessions}"


def _time_of(talk: Talk, text: str) -> float:
    began = time.perf_counter()
    answer = talk.say(text)
    took = time.perf_counter() - began
    assert answer.text, text
    return took


def _events_by_session(file: Path, conversation_id: str) -> list[int]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        kinds = connection.execute(
            "SELECT type_name FROM events WHERE sender_id = ? ORDER BY id", [conversation_id]
        )
        sessions = [0]
        for (kind,) in kinds:
            if kind == "session_started":
                sessions.append(0)
            sessions[-1] += 1
    return sessions
