"""The page of usage by day: for who holds the link, while it lasts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio

from care.billing.records import LINK_LIFE, PAGE, link_subject, of_subject
from care.bss.embedded.demo.load import load_files
from care.bss.embedded.demo.specs import read_demo
from tests.channels.world import World, a_world

TODAY = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(f"sqlite:///{tmp_path / 'care.db'}", tmp_path) as made:
        made.clock.now = TODAY
        load_files(made.db, read_demo(), TODAY.date())
        yield made


def path(world: World, line: str = "L1102", month: str = "2026-10") -> str:
    address = world.services.links.make(PAGE, link_subject(line, month), LINK_LIFE)
    return "/p/" + address.partition("/p/")[2]


def test_a_subject_is_read_back() -> None:
    assert of_subject(link_subject("L_1-2", "2026-10")) == ("L_1-2", "2026-10")


async def test_each_day_stands_there_and_the_number_is_masked(world: World) -> None:
    answer = await world.http().get(path(world))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "2026年10月使用详单" in answer.text
    assert "150****1102" in answer.text
    assert "15000131102" not in answer.text
    assert answer.text.count("<tr><td>10月") == 31
    days = await world.services.bss.usage_days("L1102", "2026-10")
    assert f'<th class="number">{sum(day.voice_minutes for day in days)}</th>' in answer.text


async def test_a_link_that_is_over_or_forged_shows_nothing(world: World) -> None:
    good = path(world)
    other = good.replace("L1102", "L1103")
    answer = await world.http().get(other)
    assert answer.status_code == 404
    assert "链接已经失效" in answer.text
    world.clock.now += LINK_LIFE + timedelta(seconds=1)
    assert (await world.http().get(good)).status_code == 404


async def test_what_is_not_kept_is_told_on_a_page(world: World) -> None:
    for line, month, status in (
        ("L0", "2026-10", 404),
        ("L1102", "2020-01", 400),
        ("L1102", "nonsense", 400),
    ):
        answer = await world.http().get(path(world, line, month))
        assert answer.status_code == status
        assert "text/html" in answer.headers["content-type"]
