"""The studio's inbox over a million sentences: ``.venv/care/bin/python -m benchmarks.studio_inbox [--sentences N]``

Sentences are made up from the words of the training examples, put into SQLite as the feeder would, in groups of one to
many; then trainers work: a batch is claimed, a page is read, a group is opened, a decision is made and taken back, by
intent and by reason, too. Printed: p50 and p95 of each, p95 of its CPU, and as a baseline in the same run the p50 of
reading one message by its key. ``--postgres`` measures on a PostgreSQL from its wheel.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from care import schema
from care.db import Database
from care.settings import ROOT
from care.studio.data.catalogue import Catalogue
from care.studio.data.examples import plain_text
from care.studio.data.files import Files, read_folder
from care.studio.inbox import deciding, inbox
from care.studio.inbox.deciding import Decision, Seen
from care.studio.inbox.filling import Understood, add_sentence
from care.studio.inbox.inbox import After, Filter
from care.studio.inbox.tables import Outcome, Sentence, SentenceGroup
from care.studio.inbox.teaching import REASONS

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CHUNK = 20_000
A_GROUP = 2.5
"""Sentences of a group, on average."""


@dataclass(frozen=True)
class Somebody:
    """A trainer."""

    id: str
    name: str


def made_up(count: int) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Groups and sentences, in chunks; always the same."""
    chance = random.Random(1)
    catalogue = Catalogue(Files(read_folder(ROOT)))
    texts = [plain_text(one.text) for one in catalogue.examples]
    intents = catalogue.intents
    number = made = 0
    while made < count:
        groups, sentences = [], []
        while len(sentences) < CHUNK and made < count:
            number += 1
            times = 1 + int(chance.expovariate(1 / (A_GROUP - 1)))
            confidence = chance.random()
            said = chance.choice(texts) + chance.choice(texts)
            score = round(60 * (1 - confidence)) + chance.choice((0, 0, 0, 30, 35, 40, 90))
            at = NOW - timedelta(seconds=number)
            group = f"g{number:025d}"
            intent = chance.choice(intents)
            groups.append(
                {
                    "id": group,
                    "key": f"{number:032d}",
                    **{f"band_{n}": chance.randrange(1 << 61) for n in (1, 2, 3)},
                    "text": said,
                    "intent": intent,
                    "confidence": confidence,
                    "ranking": [{"name": intent, "confidence": confidence}],
                    "entities": [],
                    "sentences": times,
                    "points": score,
                    "score": score,
                    "reason": chance.choice(REASONS),
                    "state": "open",
                    "version": 1,
                    "first_at": at,
                    "last_at": at,
                }
            )
            for _ in range(times):
                made += 1
                sentences.append(
                    {
                        "id": f"s{made:025d}",
                        "conversation_id": f"c{made // 6:025d}",
                        "group_id": group,
                        "text": said,
                        "intent": intent,
                        "confidence": confidence,
                        "margin": confidence / 2,
                        "signals": 0,
                        "at": at,
                    }
                )
        yield groups, sentences


def fill(db: Database, count: int) -> tuple[int, int]:
    """Put them in; gives the numbers of groups and sentences."""
    totals = [0, 0]
    for groups, sentences in made_up(count):
        db.write_now(
            lambda session, g=groups, s=sentences: (
                session.execute(insert(SentenceGroup), g),
                session.execute(insert(Sentence), s),
            )
        )
        totals[0] += len(groups)
        totals[1] += len(sentences)
    return totals[0], totals[1]


def measured(times: int, work: Callable[[int], object]) -> tuple[float, float, float]:
    """p50 and p95 of ``work``, and p95 of the CPU it takes, in milliseconds."""
    taken, busy = [], []
    for number in range(times):
        start, used = time.perf_counter(), time.process_time()
        work(number)
        taken.append((time.perf_counter() - start) * 1000)
        busy.append((time.process_time() - used) * 1000)
    taken.sort()
    busy.sort()
    last = int(times * 0.95)
    return taken[times // 2], taken[last], busy[last]


def work_through(db: Database, times: int, groups: int) -> dict[str, tuple[float, float, float]]:
    """Each thing a trainer waits for, by its name."""
    chance = random.Random(2)
    who = [Somebody(f"t{number:025d}", "t") for number in range(10)]
    intents = Catalogue(Files(read_folder(ROOT))).intents
    after: list[After | None] = [None]

    def claim(wanted: Callable[[], Filter]) -> Callable[[int], object]:
        def one(number: int) -> object:
            filtered, now = wanted(), NOW + timedelta(seconds=number)
            return db.write_now(
                lambda session: (
                    inbox.claim(session, chance.choice(who).id, filtered, 30, now),
                    inbox.counted(session, filtered),
                )
            )

        return one

    def with_text() -> Filter:
        words = chance.choice(("流量", "宽带断", "没有这句话"))
        return db.read_now(lambda session: inbox.found(session, Filter(), words))

    def next_page(_: int) -> None:
        found = db.read_now(lambda session: inbox.page(session, Filter(), 50, after[0]))
        after[0] = After(found[-1].score, found[-1].id) if found else None

    def open_group(_: int) -> object:
        key = f"g{chance.randrange(1, groups):025d}"
        return db.read_now(
            lambda session: (inbox.group(session, key), inbox.sentences(session, key))
        )

    def decide(_: int) -> None:
        found = db.read_now(lambda session: inbox.page(session, Filter(), 30))
        seen = [Seen(one.id, one.version) for one in found]
        decision = Decision(Outcome.SKIPPED)
        action = db.write_now(
            lambda session: deciding.decide(session, who[0], seen, decision, [], NOW)
        )
        db.write_now(lambda session: deciding.undo(session, who[0], action.id, NOW))

    def add(number: int) -> object:
        said = Understood(
            f"z{number:025d}",
            f"d{number // 4:025d}",
            f"第{number}次问流量怎么还没到账",
            {"intent": "query_usage", "confidence": 0.5},
            NOW + timedelta(seconds=number),
        )
        return db.write_now(lambda session: add_sentence(session, said).id)

    def by_key(_: int) -> object:
        key = f"s{chance.randrange(1, groups):025d}"
        return db.read_now(lambda session: session.get(Sentence, key))

    return {
        "baseline: one sentence by its key": measured(times, by_key),
        "claim a batch of 30": measured(times, claim(Filter)),
        "the same of one intent": measured(
            times, claim(lambda: Filter(intent=chance.choice(intents)))
        ),
        "the same of one reason": measured(
            times, claim(lambda: Filter(reason=chance.choice(REASONS)))
        ),
        "the same with a text in it": measured(times, claim(with_text)),
        "the next page of 50": measured(times, next_page),
        "open a group": measured(times, open_group),
        "decide on 30 and take it back": measured(times, decide),
        "a new sentence comes in": measured(times, add),
    }


@contextmanager
def database(postgres: bool) -> Iterator[Database]:
    """An empty database with all tables."""
    if postgres:
        from tests.servers.postgres import PostgresServer

        with PostgresServer() as server:
            server.create_database("bench")
            db = Database(server.url("bench"))
            schema.metadata.create_all(db.engine)
            yield db
            db.close()
        return
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{Path(folder) / 'care.db'}")
        schema.metadata.create_all(db.engine)
        yield db
        db.close()


def _analyze(session: Session) -> None:
    session.execute(text("ANALYZE"))


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(description="The studio's inbox over a million sentences.")
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with database(options.postgres) as db:
        start = time.perf_counter()
        groups, sentences = fill(db, options.sentences)
        db.write_now(_analyze)
        print(
            f"{sentences} sentences in {groups} groups; put in within {time.perf_counter() - start:.0f} s"
        )
        figures = work_through(db, options.times, groups)
    base = figures["baseline: one sentence by its key"][0]
    for name, (p50, p95, busy) in figures.items():
        print(
            f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, of CPU {busy:.1f} ms"
            f" (p50 {p50 / base:.1f} times the baseline)"
        )


if __name__ == "__main__":
    main()
