"""The models' room with both its doors, a database, and Rasa processes that are only told of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from care import app, schema
from care.db import Database
from care.engine import EngineUnreachable, TurnRequest, TurnResult
from care.engine.processes import EngineProcesses
from care.engine.routing import Backend, RoutedEngine, Routes, Routing
from care.http import errors
from care.settings import Settings
from care.studio.models import registry
from care.studio.models.archive import check
from care.studio.models.room import ModelsRoom
from care.studio.models.tables import MeasureKind
from tests.desk.world import World
from tests.fakes import ScriptedEngine
from tests.studio.models import archives

LIVE, NEW, OTHER = (f"xiaoxun-{letter * 12}" for letter in "abc")
SECRET = "t" * 64


class ToldRasa(ScriptedEngine):
    """A Rasa process: whether it is there, is said by the test. ``intent`` is what it understands of anything."""

    def __init__(self, url: str) -> None:
        super().__init__(self._answer)
        self.url = url
        self.up = True
        self.intent = "query_bill"
        self.parsed: list[str] = []
        self.closed = False
        self.bad = False

    def _answer(self, request: TurnRequest) -> TurnResult:
        if not self.up:
            raise EngineUnreachable(cause="ConnectError")
        intent = "nlu_fallback" if self.bad else self.intent
        return TurnResult((), {"intent": intent, "confidence": 0.9})

    async def parse(self, text: str) -> dict[str, Any]:
        """Understand it as always."""
        if not self.up:
            raise EngineUnreachable(cause="ConnectError")
        self.parsed.append(text)
        return {"intent": self.intent, "confidence": 0.8}

    async def ready(self) -> bool:
        """As the test says."""
        return self.up

    async def close(self) -> None:
        """Note it."""
        self.closed = True


class ModelsWorld:
    """A desk's world for logging in, and a models' room beside it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.engines = folder / "engines.json"
        self.settings = Settings(
            var_dir=folder,
            database_url=url,
            engines_file=self.engines,
            trainer_secret=SECRET,
            model=str(folder / "models" / f"{LIVE}.tar.gz"),
            pepper="pepper",
        )
        self.desk = World(url, folder)
        self.db: Database = self.desk.db
        self.clock = self.desk.clock
        self.rasas: dict[str, ToldRasa] = {}
        self.slow_start = False
        first = f"http://127.0.0.1:{5005}"
        self.routing = Routing(Routes(Backend(LIVE, first)), self._rasa)
        self.engine = RoutedEngine(self.routing)
        self.processes = EngineProcesses(self.engines)
        path = archives.write(folder / "models", LIVE)
        self.engines.write_text(
            f'{{"engines": [{{"name": "rasa", "model": "{path}", "port": 5005}}]}}'
        )
        self.room = ModelsRoom(
            db=self.db, clock=self.clock, settings=self.settings, routing=self.routing
        )
        self.rollout, self.trials = self.room.rollout, self.room.trials
        self.desk.app.include_router(self.room.router(app.studio_gate(self.desk.desk)))
        self.private = FastAPI()
        errors.install(self.private)
        self.private.include_router(self.room.trainer_router())

    def _rasa(self, url: str) -> ToldRasa:
        self.rasas[url] = ToldRasa(url)
        self.rasas[url].up = not self.slow_start
        return self.rasas[url]

    def rasa(self, model: str) -> ToldRasa:
        """The process of a model."""
        process = self.processes.find(model)
        assert process is not None, f"nobody runs {model}"
        self.routing.client(process.backend.url)
        return self.rasas[process.backend.url]

    def model(self, name: str, *, good: bool = True, seed: str = "") -> None:
        """A registered, measured model; ``good`` passes the gate."""
        archive = check(archives.write(self.folder / "models", name, seed=seed))
        now = self.clock()

        def work(session: Any) -> None:
            registry.register(session, archive, by="陈静", reason="新说法", now=now)
            rows = [["查账单", "query_bill", "query_bill", 0.9, "query_bill"]]
            registry.keep_measurement(session, name, MeasureKind.FROZEN, "set", rows, now)
            came = [["billing/months", None if good else "not heard: 账单"]]
            registry.keep_measurement(session, name, MeasureKind.DIALOGUES, "names", came, now)

        self.db.write_now(work)

    async def ticks(self, number: int = 4) -> None:
        """The rollout looks so many times."""
        for _ in range(number):
            await self.rollout.tick()

    async def turn(self, conversation: str = "c-1", text: str = "查账单") -> TurnResult:
        """A customer's turn."""
        return await self.engine.turn(TurnRequest(conversation, f"m-{text}", 1, text))


@asynccontextmanager
async def a_models_world(url: str, folder: Path) -> AsyncIterator[ModelsWorld]:
    """On an empty database: makes the tables, and the log-ins of the demo."""
    from tests.desk.world import prepare

    prepare(url)
    assert schema.metadata.tables
    world = ModelsWorld(url, folder)
    try:
        yield world
    finally:
        await world.desk.close()
