"""The tracker store: what is saved is read back, in order, and of the present session only."""

import asyncio
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core import events as e
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from bot.tracker_store import SessionTrackerStore

DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["greet"],
        "slots": {"plan": {"type": "any", "mappings": [{"type": "custom"}]}},
        "forms": {"plan_form": {"required_slots": ["plan"]}},
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is made; the folder is not there yet."""
    return tmp_path / "deep" / "down" / "rasa.db"


@pytest.fixture
def store(path: Path) -> SessionTrackerStore:
    """A store of its own database."""
    return opened(path)


def opened(path: Path) -> SessionTrackerStore:
    return SessionTrackerStore(DOMAIN, dialect="sqlite", db=str(path))


def user(text: str, turn: str = "m-1") -> e.UserUttered:
    return e.UserUttered(
        text,
        {"name": "greet", "confidence": 0.9},
        [{"entity": "plan", "value": "p59", "start": 0, "end": 2}],
        {"text": text, "intent_ranking": [{"name": "greet", "confidence": 0.9}]},
        input_channel="gateway",
        message_id=turn,
        metadata={"turn": turn, "epoch": 1},
    )


DIALOGUE: list[e.Event] = [
    e.ActionExecuted("action_session_start", confidence=1.0),
    e.SessionStarted(),
    e.ActionExecuted("action_listen"),
    user("办套餐"),
    e.DefinePrevUserUtteredFeaturization(False),
    e.SlotSet("plan", {"names": ["畅享59"], "price": 59.0, "left": None}),
    e.ActionExecuted("plan_form", "RulePolicy", 1.0, hide_rule_turn=True),
    e.ActiveLoop("plan_form"),
    e.SlotSet("requested_slot", "plan"),
    e.BotUttered("哪个？", {"buttons": [{"title": "是", "payload": "/y"}], "custom": {"a": "😀"}}),
    e.ActionExecutionRejected("plan_form", "RulePolicy", 0.5),
    e.LoopInterrupted(True),
    e.EntitiesAdded([{"entity": "plan", "value": "p59"}]),
    e.FollowupAction("action_listen"),
    e.ActionExecuted("action_listen", "RulePolicy", 1.0),
]


def tracker_with(*events: e.Event, sender: str = "a") -> DialogueStateTracker:
    tracker = DialogueStateTracker(sender, DOMAIN.slots)
    add(tracker, *events)
    return tracker


def add(tracker: DialogueStateTracker, *events: e.Event) -> None:
    for event in events:
        tracker.update(event, DOMAIN)


def plain(tracker: DialogueStateTracker | None) -> list[dict[str, Any]]:
    assert tracker is not None
    return [event.as_dict() for event in tracker.events]


def rows(path: Path, columns: str = "data") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {columns} FROM events ORDER BY id").fetchall()


def start_of(events: list[e.Event]) -> int:
    """Where the last session of these begins."""
    starts = [place for place, event in enumerate(events) if isinstance(event, e.SessionStarted)]
    return starts[-1] if starts else 0


async def test_a_dialogue_is_read_as_it_was_saved(store: SessionTrackerStore, path: Path) -> None:
    saved = tracker_with(*DIALOGUE)
    await store.save(saved)
    for reader in (store, opened(path)):
        read = await reader.retrieve("a")
        assert read is not None
        assert plain(read) == plain(saved)[1:]
        assert [type(event) for event in read.events] == [type(event) for event in DIALOGUE[1:]]
        assert read.current_slot_values() == saved.current_slot_values()
        assert read.active_loop_name == "plan_form"
        assert read.latest_message is not None
        assert read.latest_message.as_dict() == DIALOGUE[3].as_dict()
        assert read.latest_action_name == "action_listen"


async def test_rasas_own_store_reads_and_writes_the_same(
    store: SessionTrackerStore, path: Path
) -> None:
    await store.save(tracker_with(*DIALOGUE, sender="ours"))
    rasas = SQLTrackerStore(DOMAIN, dialect="sqlite", db=str(path))
    await rasas.save(tracker_with(*DIALOGUE, sender="rasas"))
    columns = "type_name, timestamp, intent_name, action_name, data"
    with closing(sqlite3.connect(path)) as connection:
        ours, theirs = (
            connection.execute(
                f"SELECT {columns} FROM events WHERE sender_id = ? ORDER BY id", (sender,)
            ).fetchall()
            for sender in ("ours", "rasas")
        )
    assert len(ours) == len(DIALOGUE)
    assert [row[:4] for row in ours] == [row[:4] for row in theirs]
    assert [json.loads(row[4]) for row in ours] == [json.loads(row[4]) for row in theirs]
    for sender in ("ours", "rasas"):
        assert plain(await store.retrieve(sender)) == plain(await rasas.retrieve(sender))[-14:]
    full = await store.retrieve_full_tracker("ours")
    assert len(plain(full)) == len(DIALOGUE)
    assert sorted(await store.keys()) == ["ours", "rasas"]


async def test_an_unknown_sender_has_no_tracker(store: SessionTrackerStore) -> None:
    assert await store.retrieve("nobody") is None
    await store.save(tracker_with(*DIALOGUE))
    assert await store.retrieve("nobody") is None
    assert await store.retrieve("") is None
    await store.save(DialogueStateTracker("empty", DOMAIN.slots))
    assert await store.retrieve("empty") is None


async def test_only_the_present_session_is_read(store: SessionTrackerStore, path: Path) -> None:
    tracker = tracker_with(e.SessionStarted(), user("一"), e.SlotSet("plan", "old"))
    await store.save(tracker)
    add(tracker, e.SessionStarted(), user("二"))
    await store.save(tracker)
    # A later session of another sender is not a beginning for this one.
    await store.save(tracker_with(e.SessionStarted(), user("三"), sender="b"))

    read = await store.retrieve("a")
    assert read is not None
    assert [event["event"] for event in plain(read)] == ["session_started", "user"]
    assert read.get_slot("plan") is None
    assert len(rows(path)) == 7  # what was before stays in the database


async def test_only_what_is_new_is_saved(store: SessionTrackerStore, path: Path) -> None:
    tracker = tracker_with(*DIALOGUE)
    await store.save(tracker)
    await store.save(tracker)
    assert len(rows(path)) == len(DIALOGUE)
    read = await store.retrieve("a")
    assert read is not None
    await store.save(read)
    assert len(rows(path)) == len(DIALOGUE)
    add(read, user("再来", "m-2"))
    await store.save(read)
    assert len(rows(path)) == len(DIALOGUE) + 1
    assert json.loads(rows(path)[-1][0])["message_id"] == "m-2"


async def test_two_writers_lose_nothing(store: SessionTrackerStore, path: Path) -> None:
    await store.save(tracker_with(*DIALOGUE))
    other_store = opened(path)
    one, other = await store.retrieve("a"), await other_store.retrieve("a")
    assert one is not None
    assert other is not None
    add(one, user("一", "m-1"), e.BotUttered("甲"))
    add(other, user("二", "m-2"), e.BotUttered("乙"), e.BotUttered("丙"))
    await store.save(one)
    await other_store.save(other)
    add(one, e.BotUttered("丁"))
    await store.save(one)
    texts = [json.loads(data).get("text") for (data,) in rows(path)[len(DIALOGUE) :]]
    assert texts == ["一", "甲", "二", "乙", "丙", "丁"]
    assert [event.get("text") for event in plain(await other_store.retrieve("a"))[-6:]] == texts


async def test_a_save_is_whole_or_not_at_all(store: SessionTrackerStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.type_name = 'bot'"
            " BEGIN SELECT RAISE(FAIL, 'full'); END"
        )
    tracker = tracker_with(*DIALOGUE)
    with pytest.raises(SQLAlchemyError):
        await store.save(tracker)
    assert rows(path) == []
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER full")
    await store.save(tracker)
    assert len(rows(path)) == len(DIALOGUE)


async def test_a_save_is_one_statement(store: SessionTrackerStore) -> None:
    statements: list[tuple[str, int]] = []

    def note(_c: Any, _u: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
        statements.append((statement.split()[0], len(values) if many else 1))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    await store.save(tracker_with(*DIALOGUE))
    assert statements == [("INSERT", len(DIALOGUE))]
    statements.clear()
    await store.retrieve("a")
    assert statements == [("SELECT", 1)]


async def test_sqlite_keeps_its_connection_and_a_log(
    store: SessionTrackerStore, path: Path
) -> None:
    await store.save(tracker_with(*DIALOGUE))
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000
    assert (
        path.with_name("rasa.db-wal").stat().st_size > 0
    )  # a closed connection would have emptied it


TEXTS = st.text(max_size=8)
EVENTS = st.one_of(
    st.builds(user, TEXTS, TEXTS),
    st.builds(e.BotUttered, TEXTS, st.fixed_dictionaries({"image": st.none() | TEXTS})),
    st.builds(e.SlotSet, st.just("plan"), st.none() | TEXTS | st.lists(st.integers(), max_size=2)),
    st.builds(e.ActionExecuted, st.sampled_from(["action_listen", "action_order"])),
    st.builds(e.ActiveLoop, st.none() | st.just("plan_form")),
    st.builds(e.FollowupAction, st.just("action_order")),
    st.builds(e.SessionStarted),
    st.builds(e.AllSlotsReset),
    st.builds(e.Restarted),
    st.builds(e.ConversationPaused),
)
SAVES = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.lists(EVENTS, max_size=4), st.booleans()), max_size=8
)


@settings(max_examples=60)
@given(SAVES)
def test_any_dialogues_are_read_as_they_were_saved(
    saves: list[tuple[str, list[e.Event], bool]],
) -> None:
    """Two senders' turns in any order; a turn reads its tracker anew, or goes on with the one it has."""

    async def run(folder: str) -> None:
        store = opened(Path(folder) / "rasa.db")
        said: dict[str, list[e.Event]] = {"a": [], "b": []}
        kept: dict[str, DialogueStateTracker] = {}
        for sender, events, anew in saves:
            if anew or sender not in kept:
                kept[sender] = await store.get_or_create_tracker(sender, append_action_listen=False)
            add(kept[sender], *events)
            await store.save(kept[sender])
            said[sender] += events
        for sender, events in said.items():
            read = await store.retrieve(sender)
            if not events:
                assert read is None
                continue
            expected = [event.as_dict() for event in events[start_of(events) :]]
            assert plain(read) == expected
            told = tracker_with(*events[start_of(events) :], sender=sender)
            assert read is not None
            assert read.current_slot_values() == told.current_slot_values()
            assert read.is_paused() == told.is_paused()
        store.engine.dispose()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))
