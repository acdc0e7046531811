from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.demo import load_demo
from care.bss.embedded.demo.load import load_files
from care.bss.embedded.demo.specs import DemoFiles
from care.bss.embedded.tables import DemoLoadRow, OutageRow
from care.datafiles import DataFileError
from care.db import Base, Database
from tests.bss.operator_fixtures import TODAY, Clock


def dump(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the operator's tables."""

    def work(session: Session) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name.startswith("bss_")
        }

    return db.read_now(work)


def test_it_is_loaded_once(empty_db: Database, demo_files: DemoFiles) -> None:
    assert load_files(empty_db, demo_files, TODAY)
    first = dump(empty_db)
    assert len(first["bss_customer"]) == len(demo_files.customers)
    assert not load_files(empty_db, demo_files, TODAY)
    assert not load_files(empty_db, demo_files, TODAY, seed=7)
    assert dump(empty_db) == first


def test_every_database_gets_the_same_rows(
    empty_db: Database, operator_db: Database, demo_files: DemoFiles
) -> None:
    assert load_files(empty_db, demo_files, TODAY)
    assert dump(empty_db) == dump(operator_db)


def test_a_start_with_everything_loaded_reads_no_files(empty_db: Database, tmp_path: Path) -> None:
    with pytest.raises(DataFileError):
        load_demo(empty_db, TODAY, folder=tmp_path)
    assert load_demo(empty_db, TODAY)
    assert not load_demo(empty_db, TODAY, folder=tmp_path)


def test_another_seed_gives_other_money(
    empty_db: Database, operator_db: Database, demo_files: DemoFiles
) -> None:
    load_files(empty_db, demo_files, TODAY, seed=7)
    ours, others = dump(empty_db), dump(operator_db)
    assert ours["bss_bill"] != others["bss_bill"]
    assert ours["bss_customer"] == others["bss_customer"]


async def test_on_a_later_day_only_the_outages_move(
    db: Database, bss: EmbeddedBss, demo_files: DemoFiles, clock: Clock
) -> None:
    await bss.change_plan("L1003", "p59", TODAY.replace(month=12, day=1), idempotency_key="k")
    before = dump(db)
    clock.forward(timedelta(days=5))
    assert not load_files(db, demo_files, TODAY + timedelta(days=5))
    after = dump(db)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {OutageRow.__tablename__, DemoLoadRow.__tablename__}
    [outage] = await bss.outages("cuihu")
    assert outage.expected_at is not None
    assert outage.started_at < clock() < outage.expected_at


async def test_live_outages_are_live_at_any_hour_of_the_day(
    operator_db: Database,
) -> None:
    for hour in (0, 6, 12, 18, 23):
        # from midnight to midnight in Shanghai
        now = datetime(2026, 11, 22, 16, 1, tzinfo=UTC) + timedelta(hours=hour)
        bss = EmbeddedBss(operator_db, Clock(now))
        for area in ("cuihu", "wangjiang", "liuhe"):
            [outage] = await bss.outages(area)
            assert outage.expected_at is not None
            assert outage.started_at < now < outage.expected_at
