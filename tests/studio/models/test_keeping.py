"""Models and logs that nobody needs any more go; what serves, or may serve again, stays."""

from datetime import timedelta

from sqlalchemy.orm import Session

from care.studio.models import jobs, registry
from care.studio.models.keeping import remover_of_logs, remover_of_models
from care.studio.models.tables import JobKind, Measurement, Model
from tests.studio.models.world import LIVE, NEW, OTHER, ModelsWorld

WHY = {"reason": "新说法"}
OLD = tuple(f"xiaoxun-{number:012x}" for number in range(4))


def kept(models: ModelsWorld, most: int) -> set[str]:
    """The models that are left when ``most`` are kept besides those in use."""
    remove = remover_of_models(models.settings.model_copy(update={"keep_models": most}))
    while models.db.write_now(lambda session: remove(session, models.clock(), 2)):
        pass
    names = set(models.db.read_now(lambda session: [one.name for one in session.query(Model)]))
    archives = {file.name.removesuffix(".tar.gz") for file in models.settings.models.iterdir()}
    measured = models.db.read_now(lambda session: {one.model for one in session.query(Measurement)})
    assert names == archives == measured
    return names


async def test_the_newest_models_are_kept_and_those_in_use(models: ModelsWorld) -> None:
    for name in (*OLD, NEW):
        models.clock.advance(minutes=1)
        models.model(name)
    trainer = await models.desk.login("trainer")
    await trainer.post(f"/studio/models/{OLD[0]}/promote", WHY)
    await models.ticks()
    await trainer.post(f"/studio/models/{OLD[1]}/shadow", WHY)
    await models.ticks()
    assert kept(models, 1) == {OLD[0], LIVE, OLD[1], NEW}
    assert (await trainer.http.get(f"/studio/models/{OLD[2]}")).status_code == 404
    await trainer.post("/studio/models/roll-back", WHY)
    assert (await models.turn()).understanding["model"] == LIVE
    events = (await trainer.get("/studio/models/history"))["events"]
    assert {one["model"] for one in events} >= {OLD[0], OLD[1]}


async def test_one_that_served_lately_goes_after_one_that_never_did(models: ModelsWorld) -> None:
    trainer = await models.desk.login("trainer")
    for name in (NEW, OTHER, *OLD):
        models.clock.advance(minutes=1)
        models.model(name)
    for name in (NEW, OTHER, LIVE):
        models.clock.advance(minutes=1)
        await trainer.post(f"/studio/models/{name}/promote", WHY)
        await models.ticks()
    # LIVE serves, OTHER is its former; NEW served before them.
    assert kept(models, 1) == {LIVE, OTHER, NEW}


async def test_what_is_asked_for_and_what_a_job_is_at_is_kept(models: ModelsWorld) -> None:
    for name in (NEW, OTHER, *OLD):
        models.model(name)
        models.clock.advance(minutes=1)
    models.slow_start = True
    trainer = await models.desk.login("trainer")
    await trainer.post(f"/studio/models/{NEW}/promote", WHY)
    body = {**WHY, "kind": "dialogues", "model": OTHER}
    await trainer.post("/studio/jobs", body)
    assert kept(models, 1) == {LIVE, NEW, OTHER, OLD[-1]}
    models.clock.advance(minutes=1)
    claim = models.db.write_now(lambda session: jobs.claim(session, "w", models.clock()))
    assert claim is not None
    assert kept(models, 1) == {LIVE, NEW, OTHER, OLD[-1]}
    models.db.write_now(
        lambda session: jobs.succeed(session, claim.job_id, claim.attempt, None, models.clock())
    )
    assert kept(models, 1) == {LIVE, NEW, OLD[-1]}


async def test_a_file_that_is_gone_already_stops_nothing(models: ModelsWorld) -> None:
    models.model(NEW)
    models.clock.advance(minutes=1)
    models.model(OTHER)
    registry.archive_path(models.settings, NEW).unlink()
    assert kept(models, 1) == {LIVE, OTHER}


async def test_logs_of_old_jobs_go_and_the_jobs_stay(models: ModelsWorld) -> None:
    def work_off() -> str:
        def work(session: Session) -> str:
            job_id = jobs.enqueue(session, JobKind.DIALOGUES, "陈静", "试", now=models.clock())
            claim = jobs.claim(session, "w", models.clock())
            assert claim is not None
            now = models.clock()
            jobs.report(session, job_id, claim.attempt, now, lines=["一", "二"])
            jobs.succeed(session, job_id, claim.attempt, None, now)
            return job_id

        return models.db.write_now(work)

    old = work_off()
    models.clock.advance(days=80)
    young = work_off()
    models.clock.advance(days=20)
    remove = remover_of_logs(timedelta(days=90))
    assert models.db.write_now(lambda session: remove(session, models.clock(), 10)) == 1
    assert models.db.write_now(lambda session: remove(session, models.clock(), 10)) == 0
    assert models.db.read_now(lambda session: jobs.lines(session, old, 0)) == []
    assert len(models.db.read_now(lambda session: jobs.lines(session, young, 0))) == 2
    assert len(models.db.read_now(lambda session: jobs.listed(session))) == 2
