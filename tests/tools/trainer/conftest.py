"""A small checkout, the trainer's door over real HTTP, and stand-ins for what a training starts."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from care import schema
from care.clock import utc_now
from care.db import Database
from care.http import errors
from care.settings import ROOT, Settings
from care.studio.data.place import repository_of
from care.studio.models import jobs, trainer_door
from care.studio.models.data_source import DataSource
from care.studio.models.tables import TrainingJob
from tests.tools.fakes import python_script
from tools.layout import Layout
from tools.trainer.__main__ import do
from tools.trainer.door import Claim, Door
from tools.trainer.work import Means

SECRET = "t" * 64

DOMAIN = """
intents: [query_bill, greet]
entities: [month]
slots: {month: {type: text}}
actions: [action_query_bill]
responses: {utter_greet: [{text: 您好}]}
"""
NLU = """version: "3.1"
nlu:
- intent: query_bill
  examples: |
    - 查[上个月](month)账单
    - 账单
- intent: greet
  examples: |
    - 你好
"""
RULES = """rules:
- rule: bill
  steps:
  - intent: query_bill
  - action: action_query_bill
"""
SENTENCES = """sentences:
- {text: 上月扣了多少, intent: query_bill}
- {text: 您好呀, intent: greet}
- {text: "账单。", intent: query_bill}
"""

BOT = f"""
import json, os, pathlib, sys, time
sys.path.insert(0, {str(ROOT)!r})
words = sys.argv[1:]
root = pathlib.Path.cwd()
told = pathlib.Path({{told!r}})
if "tools.trainer.measure" in words:
    archive, sentences, folder, out = words[2:]
    assert (root / folder / "billing.yml").exists()
    print("measured 2/2", flush=True)
    rows = [["上月扣了多少", "query_bill", "query_bill", 0.9, "query_bill"], ["您好呀", "greet", "greet", 1, "greet"]]
    pathlib.Path(out).write_text(json.dumps({{{{"rows": rows, "left_out": 1}}}}))
elif "tools.trainer.cross_validate" in words:
    print("fold 1 of 1: 2 messages", flush=True)
    rows = [["账单", "query_bill", "query_bill", 0.9, "query_bill"]]
    pathlib.Path(words[2]).write_text(json.dumps({{{{"rows": rows, "left_out": 0}}}}))
else:
    from tests.studio.models import archives
    with (told / "trained").open("a") as log:
        log.write(f"{{{{os.nice(0)}}}} {{{{os.getsid(0)}}}} {{{{root}}}}\\n")
    print("2026-01-01 00:00:00 INFO rasa - Starting to train component 'bot.nlu.tokenizer.LexiconTokenizer'.", flush=True)
    how = (told / "how").read_text() if (told / "how").exists() else ""
    if how == "hang":
        time.sleep(600)
    if how == "grow":
        held = bytearray(400 * 1024 * 1024)
        held[::4096] = b"x" * len(held[::4096])
        time.sleep(600)
    if how.startswith("say"):
        print(how[4:], flush=True)
        sys.exit(1)
    out = pathlib.Path(words[words.index("--out") + 1])
    name = words[words.index("--fixed-model-name") + 1]
    says = None if how != "foreign" else archives.metadata(assistant_id="somebody")
    archives.write(out, name, says=says)
"""

CARE = """
import json, os, pathlib, sys
words = sys.argv[1:]
assert words[:3] == ["-m", "tests.dialogues", "gate"], words
print("held 1/2 billing/months ok", flush=True)
print("held 2/2 billing/arrears failed: not heard", flush=True)
out = pathlib.Path(words[words.index("--out") + 1])
mine = sorted(name for name in os.environ if name.startswith("CARE_"))
rows = [["billing/months", None], ["billing/arrears", "not heard"], ["environment", " ".join(mine) or None]]
out.write_text(json.dumps({"against": "names", "rows": rows}))
"""


class Bench:
    """The care server's side, and a trainer that is asked to do one job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = folder / "told"
        self.told.mkdir()
        self.root = folder / "checkout"
        self.data = self.root / "data"
        for name, text in {
            "config.yml": "language: zh",
            "domain.yml": DOMAIN,
            "requirements/bot.txt": "rasa",
            "bot/nlu/tokenizer.py": "",
            "data/nlu/billing.yml": NLU,
            "data/rules/rules.yml": RULES,
            "tests/nlu/sentences.yml": SENTENCES,
        }.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        self.layout = Layout(self.root, self.root / "var")
        python_script(self.layout.python("bot"), BOT.format(told=str(self.told)))
        python_script(self.layout.python("care"), CARE)
        url = f"sqlite:///{folder / 'care.db'}"
        self.settings = Settings(
            var_dir=folder / "care-var",
            data_dir=self.data,
            database_url=url,
            trainer_secret=SECRET,
        )
        self.db = Database(url, threads=4)
        schema.metadata.create_all(self.db.engine)
        self.app = FastAPI()
        errors.install(self.app)
        source = DataSource(repository_of(self.settings), self.data)
        self.app.include_router(trainer_door.router(self.db, utc_now, self.settings, source))
        self.door = Door("http://127.0.0.1:1", SECRET)

    @property
    def means(self) -> Means:
        """What the trainer works with."""
        environ = {"PATH": "/usr/bin:/bin", "CARE_DATABASE_URL": "postgresql://the-real-one"}
        return Means(self.layout, environ, self.root / "tests/nlu/sentences.yml", 200)

    def ask(self, commit: str | None = None) -> str:
        """Have a model trained."""
        return self.db.write_now(lambda s: jobs.enqueue_training(s, commit, "陈静", "新说法"))

    def claim(self) -> Claim:
        """The next job."""
        claim = self.door.claim("w1")
        assert claim is not None
        return claim

    def train(self) -> TrainingJob:
        """Ask for a training, and do it."""
        job_id = self.ask()
        do(self.door, self.claim(), self.means)
        return self.job(job_id)

    def job(self, job_id: str) -> TrainingJob:
        """A job as it stands."""
        return self.db.read_now(lambda s: jobs.get(s, job_id))

    def log(self, job_id: str) -> str:
        """A job's log."""
        return "\n".join(one.text for one in self.db.read_now(lambda s: jobs.lines(s, job_id, 0)))

    def trainings(self) -> list[str]:
        """Each time that Rasa was called: its niceness, its session and its folder."""
        file = self.told / "trained"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Served on loopback."""
    made = Bench(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made.door = Door(f"http://127.0.0.1:{listener.getsockname()[1]}", SECRET)
        server = uvicorn.Server(uvicorn.Config(made.app, log_config=None, lifespan="off"))
        run: Any = server.run
        thread = threading.Thread(target=run, args=([listener],), daemon=True)
        thread.start()
        yield made
        server.should_exit = True
        thread.join(10)
    made.db.close()
