"""Choices about one's data: read by whoever recommends, changed with a record, once a turn."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.customers.contacts import Contact
from care.customers.privacy import (
    DUTIES,
    Choices,
    Chosen,
    PrivacyKind,
    PrivacyRequest,
    PrivacyState,
    requests_of,
)
from care.db import Database
from care.duties import load_duties
from care.errors import StaleEpoch
from care.settings import ROOT

NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)
ALL = Chosen(automated=True, marketing=True)


def free(session: Session) -> None:
    """A turn whose time is not over."""


@pytest.fixture
def choices(db: Database) -> Choices:
    db.write_now(lambda session: session.add(Contact(id="a", created_at=NOW)))
    return Choices(db, lambda: NOW)


def records(db: Database) -> list[PrivacyRequest]:
    query = select(PrivacyRequest).order_by(PrivacyRequest.id)
    return db.read_now(lambda session: list(session.scalars(query)))


async def choose(choices: Choices, kind: PrivacyKind, turn: str) -> bool:
    return await choices.choose(kind, "第二十四条", "a", "C1", turn, free)


async def test_nothing_is_refused_until_somebody_says_so(choices: Choices) -> None:
    assert await choices.of("C1") == ALL
    assert await choose(choices, PrivacyKind.REFUSE_AUTOMATED, "t1")
    assert await choices.of("C1") == Chosen(automated=False, marketing=True)
    assert await choices.of("C2") == ALL
    assert await choose(choices, PrivacyKind.REFUSE_MARKETING, "t2")
    assert await choices.of("C1") == Chosen(automated=False, marketing=False)
    assert await choose(choices, PrivacyKind.ALLOW_AUTOMATED, "t3")
    assert await choose(choices, PrivacyKind.ALLOW_MARKETING, "t4")
    assert await choices.of("C1") == ALL


async def test_each_request_is_on_record_once_a_turn(choices: Choices, db: Database) -> None:
    assert await choose(choices, PrivacyKind.REFUSE_MARKETING, "t1")
    assert await choose(choices, PrivacyKind.REFUSE_MARKETING, "t1")  # the same turn, again
    assert not await choose(choices, PrivacyKind.REFUSE_MARKETING, "t2")
    found = records(db)
    assert [(one.turn_id, one.state, one.detail) for one in found] == [
        ("t1", PrivacyState.DONE, {"changed": True}),
        ("t2", PrivacyState.DONE, {"changed": False}),
    ]
    assert {one.article for one in found} == {"第二十四条"}
    assert [one.done_at for one in found] == [NOW, NOW]


async def test_a_turn_whose_time_is_over_changes_nothing(choices: Choices, db: Database) -> None:
    def over(session: Session) -> None:
        raise StaleEpoch()

    with pytest.raises(StaleEpoch):
        await choices.choose(PrivacyKind.REFUSE_MARKETING, "…", "a", "C1", "t", over)
    assert await choices.of("C1") == ALL
    assert records(db) == []


async def test_nobody_sees_another_customers_requests(choices: Choices, db: Database) -> None:
    await choose(choices, PrivacyKind.REFUSE_MARKETING, "t1")
    mine = db.read_now(lambda session: requests_of(session, "a", "C1"))
    others = db.read_now(lambda session: requests_of(session, "a", "C2"))
    assert len(mine) == 1
    assert others == []


def test_every_right_names_its_article() -> None:
    duties = load_duties(ROOT / "data" / "duties")
    articles = {kind: duties[DUTIES[kind]].source for kind in PrivacyKind}
    assert "第四十五条" in articles[PrivacyKind.EXPORT]
    assert "第四十七条" in articles[PrivacyKind.DELETE_CHAT]
    assert "第二十四条" in articles[PrivacyKind.REFUSE_AUTOMATED]
    assert all("个人信息保护法" in article for article in articles.values())
