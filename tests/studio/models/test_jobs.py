"""Jobs: one at a time, in order, taken again when a trainer has died, cancelled at any time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from care import schema
from care.db import Database
from care.studio.models import jobs
from care.studio.models.jobs import Claim, ClaimLost
from care.studio.models.tables import JobKind, JobState, TrainingJob
from tests.fakes import ManualClock


class Jobs:
    """The queue, called as the doors call it."""

    def __init__(self, url: str) -> None:
        self.db = Database(url, threads=1)
        schema.metadata.create_all(self.db.engine)
        self.clock = ManualClock()

    def train(self, commit: str | None = "0123456", reason: str = "新说法") -> str:
        self.clock.advance(seconds=1)
        return self.db.write_now(
            lambda s: jobs.enqueue_training(s, commit, "陈静", reason, now=self.clock())
        )

    def claim(self, worker: str = "w1") -> Claim | None:
        return self.db.write_now(lambda s: jobs.claim(s, worker, self.clock()))

    def report(self, claim: Claim, **said: Any) -> bool:
        return self.db.write_now(
            lambda s: jobs.report(s, claim.job_id, claim.attempt, self.clock(), **said)
        )

    def succeed(self, claim: Claim) -> None:
        self.db.write_now(
            lambda s: jobs.succeed(
                s, claim.job_id, claim.attempt, "xiaoxun-0123456789ab", self.clock()
            )
        )

    def fail(self, claim: Claim, code: str = "bad_yaml") -> None:
        self.db.write_now(
            lambda s: jobs.fail(s, claim.job_id, claim.attempt, {"code": code}, self.clock())
        )

    def cancel(self, job_id: str) -> None:
        self.db.write_now(lambda s: jobs.cancel(s, job_id, "陈静", self.clock()))

    def job(self, job_id: str) -> TrainingJob:
        return self.db.read_now(lambda s: jobs.get(s, job_id))

    def log(self, job_id: str) -> list[str]:
        return [one.text for one in self.db.read_now(lambda s: jobs.lines(s, job_id, 0))]


@pytest.fixture(params=["sqlite", "postgres"])
def queue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Jobs]:
    url = (
        f"sqlite:///{tmp_path / 'jobs.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = Jobs(url)
    yield made
    made.db.close()


def test_one_at_a_time_in_order(queue: Jobs) -> None:
    first, second = queue.train("aaaaaaa"), queue.train("bbbbbbb")
    claim = queue.claim("w1")
    assert claim == Claim(first, 1, JobKind.TRAIN, "aaaaaaa", None)
    assert queue.claim("w2") is None
    queue.succeed(claim)
    following = queue.claim("w2")
    assert following is not None
    assert following.job_id == second


def test_a_trained_model_is_cross_validated_afterwards(queue: Jobs) -> None:
    queue.train("aaaaaaa")
    claim = queue.claim()
    assert claim is not None
    queue.succeed(claim)
    following = queue.claim()
    assert following is not None
    assert (following.kind, following.model, following.data_commit) == (
        JobKind.CROSS_VALIDATION,
        "xiaoxun-0123456789ab",
        "aaaaaaa",
    )
    queue.succeed(following)
    assert queue.claim() is None


def test_data_that_wait_are_not_queued_twice(queue: Jobs) -> None:
    assert queue.train("aaaaaaa") == queue.train("aaaaaaa")
    assert queue.train(None) == queue.train(None)
    claim = queue.claim()
    assert claim is not None
    assert queue.train("aaaaaaa") != claim.job_id, "the data may have come after it began"


def test_progress_and_log_are_kept(queue: Jobs) -> None:
    job_id = queue.train()
    claim = queue.claim()
    assert claim is not None
    queue.report(claim, stage="train", progress=0.4, lines=["一", "二"], seconds={"data": 0.5})
    queue.report(claim, lines=["三"], progress=7.0)
    job = queue.job(job_id)
    assert (job.stage, job.progress, job.seconds) == ("train", 1.0, {"data": 0.5})
    assert queue.log(job_id) == ["一", "二", "三"]


def test_the_job_of_a_dead_trainer_is_taken_again(queue: Jobs) -> None:
    job_id = queue.train()
    dead = queue.claim("w1")
    assert dead is not None
    queue.clock.advance(seconds=20)
    queue.report(dead)
    queue.clock.advance(seconds=20)
    assert queue.claim("w2") is None, "it said that it lives"
    queue.clock.advance(seconds=11)
    again = queue.claim("w2")
    assert again is not None
    assert (again.job_id, again.attempt) == (job_id, 2)
    with pytest.raises(ClaimLost):
        queue.report(dead)
    with pytest.raises(ClaimLost):
        queue.succeed(dead)
    queue.succeed(again)


def test_a_job_that_takes_its_trainer_down_again_and_again_has_failed(queue: Jobs) -> None:
    job_id = queue.train()
    for _ in range(jobs.ATTEMPTS):
        assert queue.claim() is not None
        queue.clock.advance(seconds=jobs.LEASE.total_seconds() + 1)
    assert queue.claim() is None
    job = queue.job(job_id)
    assert (job.state, job.problem) == (JobState.FAILED, {"code": "trainer_died"})


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_is_stopped(queue: Jobs) -> None:
    first, second = queue.train("aaaaaaa"), queue.train("bbbbbbb")
    claim = queue.claim()
    assert claim is not None
    queue.cancel(second)
    assert queue.job(second).state == JobState.CANCELLED
    assert not queue.report(claim, stage="train") or pytest.fail("nobody has cancelled it")
    queue.cancel(first)
    assert queue.report(claim)
    queue.fail(claim, "cancelled")
    assert queue.job(first).state == JobState.CANCELLED
    assert "陈静 取消了任务。" in queue.log(first)
    queue.cancel(first)
    assert queue.claim() is None


def test_a_cancelled_job_whose_trainer_died_is_not_taken_again(queue: Jobs) -> None:
    job_id = queue.train()
    assert queue.claim() is not None
    queue.cancel(job_id)
    queue.clock.advance(seconds=31)
    assert queue.claim() is None
    assert queue.job(job_id).state == JobState.CANCELLED


def test_the_log_has_an_end(queue: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LINES", 3)
    job_id = queue.train()
    claim = queue.claim()
    assert claim is not None
    queue.report(claim, lines=["1", "2", "3", "4"])
    queue.report(claim, lines=["5"])
    assert queue.log(job_id) == ["1", "2", "3"]


class JobsMachine(RuleBasedStateMachine):
    """Whatever trainers, people and clocks do: never two at work, and no job is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = Jobs("sqlite://")
        self.claims: list[Claim] = []
        self.asked: set[str] = set()

    @rule(commit=st.sampled_from(["aaaaaaa", "bbbbbbb"]))
    def ask(self, commit: str) -> None:
        self.asked.add(self.queue.train(commit))

    @rule(worker=st.sampled_from(["w1", "w2"]))
    def claim(self, worker: str) -> None:
        claim = self.queue.claim(worker)
        if claim is not None:
            self.claims.append(claim)
            self.asked.add(claim.job_id)

    @rule(seconds=st.sampled_from([1, 29, 31]))
    def wait(self, seconds: int) -> None:
        self.queue.clock.now += timedelta(seconds=seconds)

    @rule(data=st.data(), how=st.sampled_from(["report", "succeed", "fail", "cancel"]))
    def act(self, data: st.DataObject, how: str) -> None:
        if not self.claims:
            return
        claim = data.draw(st.sampled_from(self.claims))
        job = self.queue.job(claim.job_id)
        holds = job.state == JobState.RUNNING and job.attempts == claim.attempt
        if how == "cancel":
            self.queue.cancel(claim.job_id)
            return
        try:
            getattr(self.queue, how)(claim)
        except ClaimLost:
            assert not holds
        else:
            assert holds

    @invariant()
    def never_two_at_work(self) -> None:
        every = self.queue.db.read_now(lambda s: jobs.listed(s, 1000))
        assert sum(one.state == JobState.RUNNING for one in every) <= 1
        assert self.asked <= {one.id for one in every}
        for one in every:
            assert (one.ended_at is not None) == (one.state not in jobs.OPEN)

    def teardown(self) -> None:
        self.queue.db.close()


TestJobsMachine = JobsMachine.TestCase
TestJobsMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
