"""The training data are read and checked in a process of their own, as in the running product."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from care.studio.data.aside import NICE, InProcess
from care.studio.data.refusals import ExampleGone
from tests.desk.world import World, a_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def aside() -> Iterator[InProcess]:
    """One for all: to start it takes a second or more."""
    made = InProcess("json")
    yield made
    made.close()


def refuses() -> None:
    """What a function there raises comes back whole."""
    raise ExampleGone(change=3)


async def test_it_is_another_process_and_gives_way(aside: InProcess) -> None:
    there = await aside.run(os.getpid)
    assert there != os.getpid()
    assert await aside.run(os.getpid) == there
    assert await aside.run(os.nice, 0) == min(19, os.nice(0) + NICE)


async def test_a_refusal_comes_back_with_what_it_says(aside: InProcess) -> None:
    with pytest.raises(ExampleGone) as caught:
        await aside.run(refuses)
    assert (caught.value.code, caught.value.data) == ("example_gone", {"change": 3})
    assert caught.value.message == ExampleGone.message


async def test_one_that_was_killed_is_started_again(aside: InProcess) -> None:
    os.kill(await aside.run(os.getpid), signal.SIGKILL)
    assert await aside.run(sum, [1, 2]) == 3


async def test_a_trainer_works_through_it(
    prepared_studio: Path, tmp_path: Path, repository: Path, aside: InProcess
) -> None:
    url = f"sqlite:///{tmp_path / 'care.db'}"
    (tmp_path / "care.db").write_bytes((prepared_studio / "care.db").read_bytes())
    async with a_world(url, tmp_path, data_repository=repository, aside=aside) as world:
        await work_as_a_trainer(world)


async def work_as_a_trainer(world: World) -> None:
    trainer = await world.login("trainer")
    intents = (await trainer.get("/studio/data/intents"))["intents"]
    assert "query_bill" in [one["name"] for one in intents]
    gone = {"kind": "remove_example", "intent": "query_bill", "text": "没有这句"}
    assert await trainer.refused("/studio/drafts", {"edits": [gone]}) == (409, "example_gone")
    edit = {"kind": "add_example", "intent": "query_bill", "text": "上月话费单"}
    await trainer.post("/studio/drafts", {"edits": [edit]})
    tried = await trainer.post("/studio/data/try", {"text": "上月话费单"})
    assert [one["intent"] for one in tried["same"]] == ["query_bill"]
    for path in ("findings", "replies", "faq", "search?q=话费", "entities/month"):
        assert (await trainer.http.get(f"/studio/data/{path}")).status_code == 200, path
    assert (await trainer.http.get("/studio/data/intents/nobody")).status_code == 404
    export = await trainer.http.get("/studio/data/export", params={"format": "csv"})
    assert "上月话费单" in export.text
    preview = await trainer.get("/studio/drafts/preview")
    assert "上月话费单" in preview["diffs"]["data/nlu/billing.yml"]
    body = {"digest": preview["digest"], "reason": "新的说法"}
    published = await trainer.post("/studio/drafts/publish", body)
    assert len(published["commit"]) == 40
    assert await trainer.get("/studio/drafts") == []
