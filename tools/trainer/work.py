"""Does a job: takes the data, looks at them, trains, measures, holds the conversations of the gate."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

from tools.layout import Layout
from tools.model import bot_environment, model_path, stage_of, train_command
from tools.trainer.bounded import CommandFailed, run_bounded
from tools.trainer.checks import check_data
from tools.trainer.door import Claim, Door, Refused
from tools.trainer.scratch import scratch
from tools.trainer.telling import JobProblem, Telling

STAGES_OF_TRAINING = 17
"""Components that a training names, for the progress shown; more or fewer do no harm."""


class Means(NamedTuple):
    """What the trainer works with. ``megabytes``: the memory that a training may take."""

    layout: Layout
    environ: Mapping[str, str]
    frozen_set: Path
    megabytes: int


class Work:
    """One job."""

    def __init__(self, door: Door, claim: Claim, telling: Telling, means: Means) -> None:
        self._door, self._claim, self._telling, self._means = door, claim, telling, means
        self._environ = {
            **bot_environment(means.layout, means.environ),
            "PYTHONPATH": str(means.layout.root),
        }

    def do(self) -> Optional[str]:
        """Do it; gives the name of the model. Raises `JobProblem`, `DoorClosed`, `ClaimLost`."""
        self._telling.stage("data", 0.0)
        try:
            data = self._door.data(self._claim)
        except Refused as error:
            raise JobProblem(str(error)) from error
        with scratch(self._means.layout, data) as layout:
            if self._claim.kind == "train":
                return self._train(layout)
            if self._claim.kind == "cross_validation":
                self._cross_validate(layout)
            else:
                self._dialogues(layout, self._archive(layout, self._model), every=True, begin=0.02)
        return self._claim.model

    @property
    def _model(self) -> str:
        if self._claim.model is None:
            raise JobProblem("no_model")
        return self._claim.model

    def _train(self, layout: Layout) -> str:
        self._telling.stage("check", 0.01)
        count = check_data(layout, self._telling.line)
        path = model_path(layout)
        name = path.name[: -len(".tar.gz")]
        self._telling.line(f"{count} 句例句，模型 {name}")
        if self._door.has_model(name):
            self._telling.line("同样的数据已经训练过，直接使用已有的模型。")
            archive = self._archive(layout, name)
        else:
            archive = self._make(layout, name)
        self._judge(layout, name, archive)
        return name

    def _judge(self, layout: Layout, name: str, archive: Path) -> None:
        """Test sentences and conversations, beside each other. Raises what either of them does."""
        self._telling.stage("measure", 0.45)

        def held() -> None:
            with self._telling.taking("dialogues"):
                self._dialogues(layout, archive, every=False, begin=0.5)

        def measured() -> None:
            with self._telling.taking("frozen_set"):
                self._measure(layout, name, archive)
                if self._claim.live != name:
                    self._measure_live(layout)

        with ThreadPoolExecutor(2) as pool:
            parts = [pool.submit(held), pool.submit(measured)]
            wait(parts, return_when=FIRST_EXCEPTION)
            if any(part.done() and part.exception() for part in parts):
                self._telling.stop.set()  # the other one ends, too
        for part in sorted(parts, key=lambda one: _is_cancelled(one.exception())):
            part.result()

    def _make(self, layout: Layout, name: str) -> Path:
        """Train and hand in; the archive is then where the care server has it, or aside."""
        self._telling.stage("train", 0.03)
        out = layout.root / "made"
        out.mkdir()
        seen = 0

        def on_line(line: str) -> None:
            nonlocal seen
            stage = stage_of(line)
            if stage is not None:
                seen += 1
                self._telling.line(stage)
                self._telling.progress(0.03 + 0.37 * min(1.0, seen / STAGES_OF_TRAINING))
            elif _is_telling(line):
                self._telling.line(_bare(line))

        try:
            self._run(train_command(layout, name, out), layout.root, on_line)
        except CommandFailed as failure:
            raise explained(failure) from failure
        archive = out / f"{name}.tar.gz"
        if not archive.is_file():
            raise JobProblem("no_archive")
        self._telling.stage("hand_in", 0.42)
        try:
            self._door.hand_in(self._claim, name, archive)
        except Refused as error:
            raise JobProblem(str(error)) from error
        return archive

    def _archive(self, layout: Layout, name: str) -> Path:
        """A model's archive: the care server's where it is on this machine, else fetched for this job."""
        local = self._means.layout.models / f"{name}.tar.gz"
        if local.is_file():
            return local
        fetched = layout.root / "fetched" / local.name
        fetched.parent.mkdir(exist_ok=True)
        try:
            self._door.fetch_model(name, fetched)
        except Refused as error:
            raise JobProblem("no_archive", name=name) from error
        return fetched

    def _measure_live(self, layout: Layout) -> None:
        """The live model beside it, unless it was measured on this test set."""
        live = self._claim.live
        if live is None or self._claim.live_measured == self._against():
            return
        self._telling.line(f"线上模型 {live} 还没有用这套测试句衡量过，现在衡量。")
        try:
            self._measure(layout, live, self._archive(layout, live))
        except CommandFailed as failure:
            self._telling.line(f"线上模型没能衡量：{failure.problem['text']}")

    def _measure(self, layout: Layout, name: str, archive: Path) -> None:
        result = self._result(
            ["-m", "tools.trainer.measure", archive, self._means.frozen_set, "data/nlu"],
            layout,
            lambda line: None,
        )
        self._door.measured(
            self._claim, name, "frozen", self._against(), result["rows"], result["left_out"]
        )
        right = sum(row[1] == row[2] for row in result["rows"])
        self._telling.line(
            f"{name}：{len(result['rows'])} 句测试句，理解对 {right} 句；"
            f"{result['left_out']} 句也在训练数据里，不计"
        )

    def _cross_validate(self, layout: Layout) -> None:
        self._telling.stage("cross_validation", 0.02)

        def on_line(line: str) -> None:
            found = re.match(r"fold (\d+) of (\d+)", line)
            if found is not None:
                done, total = map(int, found.groups())
                self._telling.line(line)
                self._telling.progress(done / total)

        result = self._result(["-m", "tools.trainer.cross_validate"], layout, on_line)
        against = hashlib.sha256(
            json.dumps(sorted(row[:2] for row in result["rows"])).encode()
        ).hexdigest()
        self._door.measured(self._claim, self._model, "cross_validation", against, result["rows"])

    def _dialogues(self, layout: Layout, archive: Path, *, every: bool, begin: float) -> None:
        """The conversations, held with a product of their own that runs the model."""
        if every:
            self._telling.stage("all_dialogues", begin)

        def on_line(line: str) -> None:
            found = re.match(r"held (\d+)/(\d+) (.*)", line)
            if found is None:
                self._telling.line(line)
                return
            done, total = map(int, found.groups()[:2])
            self._telling.progress(begin + (1 - begin) * done / max(1, total))
            if "failed" in found.group(3):
                self._telling.line(found.group(3))

        out = layout.root / "dialogues.json"
        command: List[Union[str, Path]] = [layout.python("care"), "-m", "tests.dialogues", "gate"]
        command += ["--model", archive, "--data", layout.root / "data", "--out", out]
        command += ["--all"] if every else []
        # Nothing of the running product's: the product of the gate must not reach its database.
        environ = {
            name: value for name, value in self._environ.items() if not name.startswith("CARE_")
        }
        run_bounded(
            command,
            cwd=self._means.layout.root,
            environ=environ,
            stop=self._telling.stop,
            megabytes=None,
            on_line=on_line,
        )
        result = json.loads(out.read_text(encoding="utf-8"))
        kind = "all_dialogues" if every else "dialogues"
        name = archive.name[: -len(".tar.gz")]
        self._door.measured(self._claim, name, kind, result["against"], result["rows"])

    def _against(self) -> str:
        """The frozen set by its hash."""
        return hashlib.sha256(self._means.frozen_set.read_bytes()).hexdigest()

    def _result(
        self, words: Sequence[Union[str, Path]], layout: Layout, on_line: Any
    ) -> Dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=str(layout.root)) as folder:
            out = Path(folder) / "result.json"
            self._run([layout.python("bot"), *words, out], layout.root, on_line)
            result: Dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
            return result

    def _run(self, command: Sequence[Union[str, Path]], cwd: Path, on_line: Any) -> None:
        run_bounded(
            command,
            cwd=cwd,
            environ=self._environ,
            stop=self._telling.stop,
            megabytes=self._means.megabytes,
            on_line=on_line,
        )


def _is_cancelled(error: Optional[BaseException]) -> bool:
    return isinstance(error, JobProblem) and error.problem["code"] == "cancelled"


def explained(failure: CommandFailed) -> JobProblem:
    """Why Rasa could not train, from what it printed."""
    text = "\n".join(failure.lines)
    yaml = re.search(r"Failed to (?:read|validate) (?:YAML )?'?([^'\n]+\.ya?ml)'?", text)
    line = re.search(r"line (\d+)", text)
    if yaml is not None:
        return JobProblem(
            "bad_yaml",
            file=re.sub(r".*?/data/", "", yaml.group(1)),
            line=int(line.group(1)) if line is not None else None,
            text=failure.problem["text"],
        )
    conflict = re.search(r"Contradicting rules or stories found.*", text, re.DOTALL)
    if conflict is not None:
        rules = re.findall(r"rule '([^']+)'|story '([^']+)'", text)
        names = [name for pair in rules for name in pair if name]
        return JobProblem(
            "contradicting_rules",
            name=names[0] if names else None,
            text=conflict.group(0)[:1500],
        )
    return failure


def _is_telling(line: str) -> bool:
    """Whether a line of Rasa's output is worth a trainer's look: warnings and errors, without its code."""
    return (
        bool(re.search(r"\b(WARNING|ERROR|UserWarning|Exception)\b", line)) and 'File "' not in line
    )


def _bare(line: str) -> str:
    """Without colours and the time."""
    return re.sub(r"\x1b\[[0-9;]*m", "", re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s*", "", line))


def means_of(layout: Layout, environ: Mapping[str, str]) -> Means:
    """What the environment says: ``CARE_FROZEN_SET`` (tests/nlu/sentences.yml), ``CARE_TRAINER_MB`` (3000)."""
    frozen = layout.root / (environ.get("CARE_FROZEN_SET") or "tests/nlu/sentences.yml")
    return Means(layout, dict(environ), frozen, int(environ.get("CARE_TRAINER_MB") or 3000))
