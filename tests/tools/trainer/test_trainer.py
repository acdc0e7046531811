"""The trainer from a claimed job to a measured model, over real HTTP; Rasa and the gate's product are stood in for."""

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from care.studio.models import jobs, registry
from care.studio.models.tables import JobState, MeasureKind, Measurement
from tests.tools.trainer.conftest import SECRET, Bench
from tools.trainer.__main__ import do
from tools.trainer.bounded import NICE
from tools.trainer.door import ClaimLost, Door, DoorClosed, Refused


def test_a_model_is_trained_measured_and_held_to_conversations(bench: Bench) -> None:
    job = bench.train()
    assert (job.state, job.problem, job.progress) == (JobState.DONE, None, 1.0)
    assert job.model is not None
    name = job.model
    assert (bench.settings.models / f"{name}.tar.gz").is_file()
    model = bench.db.read_now(lambda s: registry.get(s, name))
    assert (model.trained_by, model.reason, model.job_id) == ("陈静", "新说法", job.id)
    frozen = bench.db.read_now(lambda s: registry.figures_of(s, name, MeasureKind.FROZEN))
    assert frozen is not None
    assert (frozen.cases, frozen.accuracy, frozen.left_out) == (2, 1.0, 1)
    held = bench.db.read_now(lambda s: registry.dialogues(s, name))
    # Nothing of the running product's settings reached the product of the gate.
    assert held == [
        ["billing/arrears", "not heard"],
        ["billing/months", None],
        ["environment", None],
    ]
    assert {"data", "check", "train", "frozen_set", "dialogues"} <= set(job.seconds)
    log = bench.log(job.id)
    assert "3 句例句" in log
    assert "training LexiconTokenizer" in log
    assert "failed: not heard" in log
    [trained] = bench.trainings()
    niceness, its_session, folder = trained.split(" ", 2)
    assert (int(niceness), int(its_session)) == (NICE, os.getsid(0))
    assert not Path(folder).exists(), "the scratch folder is gone"
    assert Path(folder) != bench.root


def test_the_same_data_are_not_trained_twice(bench: Bench) -> None:
    first = bench.train()
    claim = bench.claim()
    assert claim.kind == "cross_validation"
    do(bench.door, claim, bench.means)
    second = bench.train()
    assert (second.state, second.model) == (JobState.DONE, first.model)
    assert len(bench.trainings()) == 1
    (bench.data / "nlu/billing.yml").open("a").write("- intent: greet\n  examples: |\n    - 嗨\n")
    do(bench.door, bench.claim(), bench.means)  # the cross-validation of the second
    third = bench.train()
    assert third.model != first.model
    assert len(bench.trainings()) == 2


def test_cross_validation_is_a_job_of_its_own(bench: Bench) -> None:
    name = bench.train().model
    assert name is not None
    do(bench.door, bench.claim(), bench.means)
    found = bench.db.read_now(lambda s: registry.measurement(s, name, MeasureKind.CROSS_VALIDATION))
    assert isinstance(found, Measurement)
    assert found.rows == [["账单", "query_bill", "query_bill", 0.9, "query_bill"]]


def test_data_are_taken_at_their_commit(bench: Bench) -> None:
    def git(*words: str) -> str:
        who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        command = ["git", "-C", str(bench.root), *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", "data", "domain.yml")
    git("commit", "-qm", "data: As they were.")
    commit = git("rev-parse", "HEAD")
    (bench.data / "nlu/billing.yml").write_text("nlu: [", encoding="utf-8")
    job_id = bench.ask(commit)
    do(bench.door, bench.claim(), bench.means)
    assert bench.job(job_id).state == JobState.DONE
    assert bench.job(job_id).data_commit == commit
    do(bench.door, bench.claim(), bench.means)
    unknown = bench.ask("0123456789abcdef")
    do(bench.door, bench.claim(), bench.means)
    assert bench.job(unknown).problem == {"code": "unknown_commit"}


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        (
            "nlu/billing.yml",
            'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 你好\n - wrong\n',
            {"code": "bad_yaml", "file": "nlu/billing.yml", "line": 6},
        ),
        (
            "nlu/billing.yml",
            "nlu:\n- intent: greet\n  examples: |\n    - 嗨\n- intent: gret\n  examples: |\n    - 你好\n",
            {"code": "unknown_intent", "file": "nlu/billing.yml", "line": 5, "name": "gret"},
        ),
        (
            "nlu/billing.yml",
            "nlu:\n- intent: greet\n  examples: |\n    - 嗨\n    - [早上](daytime)好\n",
            {"code": "unknown_entity", "file": "nlu/billing.yml", "line": 5, "name": "daytime"},
        ),
        (
            "nlu/billing.yml",
            'nlu:\n- intent: greet\n  examples: |\n    - [早]{"entity": "daytime", "value": "1"}好\n',
            {"code": "unknown_entity", "file": "nlu/billing.yml", "line": 4, "name": "daytime"},
        ),
        (
            "nlu/billing.yml",
            "nlu:\n- intent: greet\n  examples: |\n",
            {"code": "empty_intent", "file": "nlu/billing.yml", "line": 2, "name": "greet"},
        ),
        (
            "rules/rules.yml",
            "rules:\n- rule: bill\n  steps:\n  - intent: query_bill\n  - action: action_query_bil\n",
            {
                "code": "unknown_action",
                "file": "rules/rules.yml",
                "line": 5,
                "name": "action_query_bil",
            },
        ),
        (
            "stories/stories.yml",
            "stories:\n- story: s\n  steps:\n  - slot_was_set:\n    - moth: x\n",
            {"code": "unknown_slot", "file": "stories/stories.yml", "line": 4, "name": "moth"},
        ),
    ],
)
def test_a_mistake_in_the_data_is_told_with_its_place(
    bench: Bench, file: str, text: str, problem: dict[str, object]
) -> None:
    (bench.data / file).parent.mkdir(exist_ok=True)
    (bench.data / file).write_text(text, encoding="utf-8")
    job = bench.train()
    assert job.state == JobState.FAILED
    assert job.problem is not None
    assert {key: job.problem.get(key) for key in problem} == problem
    assert bench.trainings() == [], "Rasa was not even started"


def test_a_sentence_in_two_intents_is_a_warning(bench: Bench) -> None:
    (bench.data / "nlu/other.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - 账单\n")
    job = bench.train()
    assert job.state == JobState.DONE
    assert "“账单”在 nlu/billing.yml:6 是 query_bill，在 nlu/other.yml:4 是 greet" in bench.log(
        job.id
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (
            "YamlSyntaxException: Failed to read '/tmp/x/data/rules/a.yml'. line 3, column 1",
            "bad_yaml",
        ),
        (
            "InvalidRule: Contradicting rules or stories found 🚨\n- the prediction in rule 'bill'",
            "contradicting_rules",
        ),
        ("MemoryError", "out_of_memory"),
        ("KeyError: 'x'", "command_failed"),
    ],
)
def test_what_only_rasa_finds_is_told_too(bench: Bench, said: str, code: str) -> None:
    (bench.told / "how").write_text(f"say {said}")
    job = bench.train()
    assert job.state == JobState.FAILED
    assert job.problem is not None
    assert job.problem["code"] == code
    if code == "bad_yaml":
        assert (job.problem["file"], job.problem["line"]) == ("rules/a.yml", 3)


def test_a_training_that_takes_too_much_memory_is_ended(bench: Bench) -> None:
    (bench.told / "how").write_text("grow")
    began = time.monotonic()
    job = bench.train()
    assert job.problem == {"code": "out_of_memory", "text": "200 MB"}
    assert time.monotonic() - began < 60


def test_a_training_is_cancelled_on_its_way(bench: Bench) -> None:
    (bench.told / "how").write_text("hang")
    job_id = bench.ask()
    claim = bench.claim()
    worker = threading.Thread(target=do, args=(bench.door, claim, bench.means))
    worker.start()
    deadline = time.monotonic() + 60
    while not bench.trainings() and time.monotonic() < deadline:
        time.sleep(0.05)
    bench.db.write_now(
        lambda s: jobs.cancel(
            s, job_id, "陈静", s.get_one(type(bench.job(job_id)), job_id).created_at
        )
    )
    worker.join(30)
    assert not worker.is_alive()
    assert bench.job(job_id).state == JobState.CANCELLED
    assert "陈静 取消了任务" in bench.log(job_id)


def test_a_foreign_archive_is_refused_and_not_kept(bench: Bench) -> None:
    (bench.told / "how").write_text("foreign")
    job = bench.train()
    assert job.problem == {"code": "archive_refused"}
    assert list(bench.settings.models.glob("**/*.gz")) == []


def test_who_has_not_the_secret_gets_nothing(bench: Bench) -> None:
    stranger = Door(f"http://{bench.door._host}:{bench.door._port}", SECRET[:-1])
    bench.ask()
    with pytest.raises(DoorClosed, match="401"):
        stranger.claim("w1")
    assert bench.claim()


def test_a_model_that_nobody_registered_is_not_there(bench: Bench, tmp_path: Path) -> None:
    assert not bench.door.has_model("xiaoxun-0123456789ab")
    with pytest.raises(Refused):
        bench.door.fetch_model("xiaoxun-0123456789ab", tmp_path / "x")
    name = bench.train().model
    assert name is not None
    assert bench.door.has_model(name)
    bench.door.fetch_model(name, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == (bench.settings.models / f"{name}.tar.gz").read_bytes()


def test_a_trainer_whose_job_was_taken_again_stops(bench: Bench) -> None:
    job_id = bench.ask()
    claim = bench.claim()
    later = bench.job(job_id).created_at + jobs.LEASE * 2
    bench.db.write_now(lambda s: jobs.claim(s, "w2", later))
    with pytest.raises(ClaimLost):
        bench.door.progress(claim)
    do(bench.door, claim, bench.means)
    assert bench.job(job_id).state == JobState.RUNNING, "it is the other one's"
    assert bench.job(job_id).attempts == 2
