"""Carries out what was decided about models: a second process, warmed, switched to; the former one kept; the rest ended.

Any process may do the work; the one with the lease does it. Each process points its own routing at what the row says,
a few times a second, and at once where the change was asked for.
"""

import asyncio
import json
import os
import re
import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.clock import Clock
from care.conversations.tables import Message, Role
from care.db import Database
from care.db.base import new_id
from care.engine import EngineFailed, EngineUnreachable
from care.engine.processes import EngineProcesses
from care.engine.routing import Backend, Routes, Routing, Trial, warm
from care.errors import NotFound
from care.settings import Settings
from care.studio.models import deployment as deployed
from care.studio.models import registry
from care.studio.models.archive import ArchiveRefused, check
from care.studio.models.tables import Deployment, Model
from care.studio.models.trials import Trials

log = structlog.get_logger()

TICK = 0.25
LEASE = timedelta(seconds=15)
READY_SECONDS = 300.0
WARM_SECONDS = 60.0
WARM_WITH = 50
"""Customers' latest sentences that a new process understands before it is switched to."""
DRAIN_SECONDS = 20.0
"""A process that is needed no more is ended when it has had no turn for so long; more than a turn's time-out."""


class Rollout:
    """The models of this process. ``processes`` is none where somebody else rolls models out (a cluster)."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        routing: Routing,
        trials: Trials,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._routing = routing
        self._trials = trials
        self._worker = new_id()
        self._idle_since: dict[str, float] = {}
        self._seen_ready: set[str] = set()
        self.processes = (
            EngineProcesses(settings.engines_file) if settings.engines_file is not None else None
        )

    async def run(self) -> None:
        """For ever: follow the row, and do the work when it is ours."""
        await self.begin()
        while True:
            try:
                await self.tick()
            except Exception:
                log.exception("rollout.failed")
            await asyncio.sleep(TICK)

    async def begin(self) -> None:
        """Note the model that the product was started with, and register it."""
        if not self._settings.model:
            return
        try:
            path = self._settings.models / os.path.basename(self._settings.model)
            archive = await asyncio.to_thread(check, path)
        except ArchiveRefused as error:
            log.warning("rollout.started_with_another_model", why=error.data["why"])
            return

        def work(session: Session) -> None:
            now = self._clock()
            if session.get(Model, archive.name) is None:
                registry.register(session, archive, by="make run", reason="启动时训练", now=now)
            deployed.started_with(session, archive.name, now)

        await self._db.write(work)

    async def tick(self) -> None:
        """One look."""
        row = await self.follow()
        if self.processes is None or not await self._db.write(self._claim):
            return
        self._note_live(row)
        if row.pending is not None:
            await self._advance(self.processes, row.pending)
        elif row.mode == "canary" and row.trial is not None:
            await self._trials.write()
            if await self._trials.watch(row.trial):
                await self.follow()
        await self._keep_processes(self.processes, await self.follow())

    async def follow(self) -> Deployment:
        """Point the routing of this process at what the row says."""
        row = await self._db.read(lambda session: deployed.deployment(session))
        if self.processes is None:
            return row
        running = {one.backend.model: one.backend for one in self.processes.wanted()}
        live = running.get(row.live or "")
        if live is None:
            return row
        trial = None
        candidate = running.get(row.candidate or "")
        if candidate is not None and candidate.url not in self._seen_ready:
            # After a restart of the product: what is still loading is no failure of the candidate.
            if await self._routing.client(candidate.url).ready():
                self._seen_ready.add(candidate.url)
            else:
                candidate = None
        if candidate is not None and row.trial is not None:
            trial = Trial(row.trial, candidate, row.share, shadow=row.mode == "shadow")
        routes = Routes(live, running.get(row.former or ""), trial)
        if routes != self._routing.routes:
            self._routing.routes = routes
            log.info("rollout.routes", live=live.model, trial=candidate and candidate.model)
        return row

    async def is_warm(self, model: str | None) -> bool:
        """Whether a process runs this model and is ready."""
        process = self.processes.find(model) if self.processes and model else None
        return process is not None and await self._routing.client(process.backend.url).ready()

    def _claim(self, session: Session) -> bool:
        row, now = deployed.deployment(session, lock=True), self._clock()
        if row.worker != self._worker and row.lease_until is not None and row.lease_until > now:
            return False
        row.worker, row.lease_until = self._worker, now + LEASE
        return True

    async def _advance(self, processes: EngineProcesses, pending: dict[str, object]) -> None:
        """One step of the pending wish."""
        event, model, phase = str(pending["event"]), str(pending["model"]), str(pending["phase"])
        since = datetime.fromisoformat(str(pending["since"]))
        if phase == "asked":
            await self._start(processes, event, model)
            return
        process = processes.find(model)
        if process is None:
            await self._start(processes, event, model)
            return
        client = self._routing.client(process.backend.url)
        if not await client.ready():
            if self._clock() - since > timedelta(seconds=READY_SECONDS):
                log_file = f"var/log/{process.name}.log"
                await self._fail(
                    event, f"新模型 {READY_SECONDS:.0f} 秒内没有启动完成，见 {log_file}"
                )
            return
        await self._db.write(lambda session: deployed.phase(session, event, "warming"))
        try:
            sentences = await self._db.read(self._sentences)
            await warm(client, sentences, WARM_SECONDS)
        except (EngineFailed, EngineUnreachable, TimeoutError) as error:
            await self._fail(event, f"新模型预热失败（{type(error).__name__}）")
            return
        if await self._db.write(lambda session: deployed.carry_out(session, event, self._clock())):
            self._note_live(await self.follow())
            log.info("rollout.done", kind=pending["kind"], model=model)

    async def _start(self, processes: EngineProcesses, event: str, model: str) -> None:
        """Check the archive once more and have a process run it."""
        settings = self._settings
        try:
            found = await self._db.read(lambda session: registry.get(session, model).sha256)
            path = registry.archive_path(settings, model)
            await asyncio.to_thread(check, path, sha256=found)
        except (ArchiveRefused, NotFound) as error:
            await self._fail(event, error.message)
            return
        processes.start(path)
        await self._db.write(lambda session: deployed.phase(session, event, "starting"))

    async def _fail(self, event: str, problem: str) -> None:
        log.warning("rollout.refused", problem=problem)
        await self._db.write(lambda session: deployed.fail(session, event, problem, self._clock()))

    async def _keep_processes(self, processes: EngineProcesses, row: Deployment) -> None:
        """The former model's process is there; those that nobody needs end once they are drained."""
        wanted = {row.live, row.former, row.candidate}
        if row.pending is not None:
            wanted.add(str(row.pending["model"]))
        now = time.monotonic()
        running: list[Backend] = [one.backend for one in processes.wanted()]
        for backend in running:
            if backend.model in wanted or self._routing.running(backend.url):
                self._idle_since.pop(backend.url, None)
            elif now - self._idle_since.setdefault(backend.url, now) > DRAIN_SECONDS:
                del self._idle_since[backend.url]
                processes.stop(backend.model)
                await self._routing.let_go(backend.url)
                log.info("rollout.ended", model=backend.model)
        missing = [
            model
            for model in (row.former, row.candidate)
            if model is not None and all(one.model != model for one in running)
        ]
        for model in missing:  # after a restart of the product
            if await self.is_warm(row.live):
                await self._restart(processes, model)

    async def _restart(self, processes: EngineProcesses, model: str) -> None:
        def forget(session: Session) -> None:
            row = deployed.deployment(session, lock=True)
            if row.former == model:
                row.former = None
            if row.candidate == model:
                deployed.end_trial(row)

        path = registry.archive_path(self._settings, model)
        try:
            found = await self._db.read(lambda session: registry.get(session, model).sha256)
            await asyncio.to_thread(check, path, sha256=found)
        except (ArchiveRefused, NotFound) as error:
            log.warning("rollout.former_is_gone", model=model, why=error.code)
            await self._db.write(forget)
            return
        processes.start(path)

    def _note_live(self, row: Deployment) -> None:
        """Tell the next start of the product which model to run, and which archives to keep."""
        if row.live is None:
            return
        file = self._settings.var_dir / "live_model.json"
        noted = {"live": row.live, "former": row.former, "candidate": row.candidate}
        content = json.dumps({**noted, "promoted": row.promoted})
        try:
            if file.read_text(encoding="utf-8") == content:
                return
        except OSError:
            pass
        aside = file.with_suffix(".new")
        aside.write_text(content, encoding="utf-8")
        os.replace(aside, file)

    def _sentences(self, session: Session) -> list[str]:
        """Real sentences: what customers said last, else examples of the training data."""
        said = list(
            session.scalars(
                select(Message.text)
                .where(
                    Message.role == Role.CUSTOMER,
                    Message.text.is_not(None),
                    Message.understanding.is_not(None),
                )
                .order_by(Message.sent_at.desc())
                .limit(WARM_WITH)
            )
        )
        return [text for text in said if text] + self._examples()[: WARM_WITH - len(said)]

    def _examples(self) -> list[str]:
        found: list[str] = []
        for file in sorted((self._settings.data_dir / "nlu").glob("*.yml")):
            lines = re.findall(r"^\s+- (?!intent)(.+)$", file.read_text("utf-8"), re.MULTILINE)
            found += [re.sub(r"\[([^\]]+)\][({][^)}]*[)}]", r"\1", line) for line in lines[:6]]
        return found
