"""The trainer's jobs over HTTP: asked for, watched as they grow, cancelled."""

import json
from typing import Any

import pytest

from care.studio.models import jobs
from tests.studio.models.world import NEW, ModelsWorld

REASON = {"reason": "账单的新说法"}


def _claim(models: ModelsWorld) -> jobs.Claim:
    claim = models.db.write_now(lambda session: jobs.claim(session, "w1", models.clock()))
    assert claim is not None
    return claim


def _report(models: ModelsWorld, claim: jobs.Claim, **said: Any) -> None:
    models.db.write_now(
        lambda session: jobs.report(session, claim.job_id, claim.attempt, models.clock(), **said)
    )


async def test_a_training_is_asked_for_and_listed(models: ModelsWorld) -> None:
    trainer = await models.desk.login("trainer")
    asked = await trainer.post("/studio/jobs", {**REASON, "data_commit": "0123456789abcdef"})
    assert (asked["kind"], asked["state"], asked["requested_by"]) == (
        "train",
        "queued",
        trainer.name,
    )
    _report(models, _claim(models), stage="train", progress=0.4)
    [job] = (await trainer.get("/studio/jobs"))["jobs"]
    assert (job["id"], job["state"], job["stage"], job["progress"]) == (
        asked["id"],
        "running",
        "train",
        0.4,
    )


async def test_further_jobs_are_of_a_model_that_there_is(models: ModelsWorld) -> None:
    models.model(NEW)
    trainer = await models.desk.login("trainer")
    asked = await trainer.post("/studio/jobs", {**REASON, "kind": "dialogues", "model": NEW})
    assert (asked["kind"], asked["model"]) == ("dialogues", NEW)
    nobody = {**REASON, "kind": "dialogues", "model": "xiaoxun-dddddddddddd"}
    assert (await trainer.refused("/studio/jobs", nobody))[0] == 404
    assert (await trainer.refused("/studio/jobs", {**REASON, "kind": "dialogues"}))[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": ""},
        {**REASON, "kind": "delete"},
        {**REASON, "data_commit": "HEAD; rm -rf /"},
        {**REASON, "data_commit": "--output=x"},
        {**REASON, "kind": "dialogues", "model": "../../etc/passwd"},
    ],
)
async def test_what_makes_no_sense_is_refused(models: ModelsWorld, body: dict[str, str]) -> None:
    trainer = await models.desk.login("trainer")
    assert (await trainer.refused("/studio/jobs", body))[0] == 422


async def test_a_job_is_cancelled(models: ModelsWorld) -> None:
    trainer = await models.desk.login("trainer")
    waiting = await trainer.post("/studio/jobs", REASON)
    assert (await trainer.post(f"/studio/jobs/{waiting['id']}/cancel"))["state"] == "cancelled"
    running = await trainer.post("/studio/jobs", REASON)
    _claim(models)
    cancelled = await trainer.post(f"/studio/jobs/{running['id']}/cancel")
    assert (cancelled["state"], cancelled["cancelling"]) == ("running", True)
    assert (await trainer.refused("/studio/jobs/nobody/cancel"))[0] == 404


async def test_the_log_is_read_on_from_where_one_was(models: ModelsWorld) -> None:
    trainer = await models.desk.login("trainer")
    job = await trainer.post("/studio/jobs", REASON)
    _report(models, _claim(models), lines=["一", "二", "三"])
    path = f"/studio/jobs/{job['id']}/log"
    assert [one["text"] for one in (await trainer.get(path))["lines"]] == ["一", "二", "三"]
    assert [one["text"] for one in (await trainer.get(path, after=2))["lines"]] == ["三"]
    assert (await trainer.http.get("/studio/jobs/nobody/log")).status_code == 404


async def test_a_stream_has_every_line_and_ends_with_the_job(models: ModelsWorld) -> None:
    trainer = await models.desk.login("trainer")
    job = await trainer.post("/studio/jobs", REASON)
    claim = _claim(models)
    # More lines than one look takes.
    for part in range(6):
        _report(models, claim, lines=[f"{part}-{number}" for number in range(100)])
    problem = {"code": "bad_yaml", "file": "nlu/billing.yml", "line": 3}
    models.db.write_now(
        lambda session: jobs.fail(session, claim.job_id, claim.attempt, problem, models.clock())
    )
    answer = await trainer.http.get(f"/studio/jobs/{job['id']}/stream", params={"after": 1})
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    lines = [
        one
        for event in events
        if event[0] == "event: lines"
        for one in json.loads(event[2].removeprefix("data: "))
    ]
    assert [one["number"] for one in lines] == list(range(2, 601))
    name, data = events[-1]
    assert name == "event: job"
    assert json.loads(data.removeprefix("data: "))["problem"] == problem
    assert sum(event[0] == "event: job" for event in events) == 1
