"""Promotion, roll back, shadow and canary, with processes that are only told of; real ones: benchmarks/swaps.py."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from care.studio.inbox.tables import Sentence
from care.studio.inbox.teaching import Signal
from care.studio.models import rollout as rolling
from care.studio.models.tables import ShadowTurn, TrialTurn
from care.studio.models.trials import BY_ITSELF
from tests.desk.world import AgentClient
from tests.studio.models import archives
from tests.studio.models.world import LIVE, NEW, OTHER, ModelsWorld

WHY = {"reason": "账单的说法补全了"}


async def _trainer(models: ModelsWorld) -> AgentClient:
    return await models.desk.login("trainer")


async def _state(trainer: AgentClient) -> Any:
    return await trainer.get("/studio/models/deployment")


async def _promoted(models: ModelsWorld, name: str = NEW) -> AgentClient:
    models.model(name)
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{name}/promote", WHY)
    await models.ticks()
    return trainer


async def test_the_model_of_the_start_is_on_record(models: ModelsWorld) -> None:
    trainer = await _trainer(models)
    state = await _state(trainer)
    assert (state["live"], state["former"], state["available"]) == (LIVE, None, True)
    [event] = (await trainer.get("/studio/models/history"))["events"]
    assert (event["kind"], event["model"], event["state"]) == ("started", LIVE, "done")


async def test_a_promoted_model_is_started_warmed_and_switched_to(models: ModelsWorld) -> None:
    await models.turn()
    models.slow_start = True
    models.model(NEW)
    trainer = await _trainer(models)
    asked = await trainer.post(f"/studio/models/{NEW}/promote", WHY)
    assert asked["state"] == "asked"
    await models.ticks(2)
    assert (await _state(trainer))["pending"]["phase"] == "starting"
    assert (await models.turn()).understanding["model"] == LIVE, "turns are answered meanwhile"
    models.rasa(NEW).up = True
    await models.ticks(2)
    state = await _state(trainer)
    assert (state["live"], state["former"], state["pending"]) == (NEW, LIVE, None)
    assert state["former_warm"]
    assert models.rasa(NEW).parsed, "it was not warmed"
    assert not any("(" in text or "[" in text for text in models.rasa(NEW).parsed)
    assert (await models.turn()).understanding["model"] == NEW
    event = (await trainer.get("/studio/models/history"))["events"][0]
    assert (event["kind"], event["by"], event["reason"], event["before"], event["state"]) == (
        "promoted",
        trainer.name,
        WHY["reason"],
        LIVE,
        "done",
    )
    assert event["figures"]["accuracy"] == 1.0
    noted = json.loads((models.folder / "live_model.json").read_text())
    assert noted == {"live": NEW, "former": LIVE, "candidate": None, "promoted": True}


async def test_roll_back_is_at_once(models: ModelsWorld) -> None:
    trainer = await _promoted(models)
    began = time.perf_counter()
    event = await trainer.post("/studio/models/roll-back", WHY)
    took = time.perf_counter() - began
    assert (event["kind"], event["model"], event["state"]) == ("rolled_back", LIVE, "done")
    assert (await models.turn()).understanding["model"] == LIVE
    assert took < 2
    await models.ticks()
    assert (await _state(trainer))["former"] == NEW, "and back again, if need be"


async def test_a_former_model_that_is_not_warm_is_warmed_first(models: ModelsWorld) -> None:
    trainer = await _promoted(models)
    models.rasa(LIVE).up = False
    event = await trainer.post("/studio/models/roll-back", WHY)
    assert event["state"] == "asked"
    await models.ticks(2)
    assert (await models.turn()).understanding["model"] == NEW
    models.rasa(LIVE).up = True
    await models.ticks(2)
    assert (await models.turn()).understanding["model"] == LIVE


async def test_without_a_former_model_there_is_no_way_back(models: ModelsWorld) -> None:
    trainer = await _trainer(models)
    assert await trainer.refused("/studio/models/roll-back", WHY) == (409, "nothing_to_do")
    assert await trainer.refused("/studio/models/stop", WHY) == (409, "nothing_to_do")


async def test_what_the_gate_refuses_needs_a_word(models: ModelsWorld) -> None:
    models.model(NEW, good=False)
    trainer = await _trainer(models)
    path = f"/studio/models/{NEW}/promote"
    answer = await trainer.http.post(path, json=WHY)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "gate_refused")
    assert answer.json()["error"]["objections"][0]["name"] == "billing/months"
    event = await trainer.post(path, {**WHY, "override": True})
    assert [one["code"] for one in event["overridden"]] == ["dialogue_failed"]
    await models.ticks()
    assert (await _state(trainer))["live"] == NEW


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x" * 401}])
async def test_a_reason_is_needed(models: ModelsWorld, body: dict[str, str]) -> None:
    models.model(NEW)
    trainer = await _trainer(models)
    assert (await trainer.refused(f"/studio/models/{NEW}/promote", body))[0] == 422


async def test_who_only_serves_customers_changes_and_sees_nothing(models: ModelsWorld) -> None:
    models.model(NEW)
    agent = await models.desk.login()
    assert await agent.refused(f"/studio/models/{NEW}/promote", WHY) == (403, "forbidden")
    assert await agent.refused("/studio/jobs", {"reason": "x"}) == (403, "forbidden")
    for path in ("/studio/models", "/studio/models/deployment", "/studio/jobs"):
        assert (await agent.http.get(path)).status_code == 403
    trainer = await _trainer(models)
    del trainer.http.headers["X-CSRF-Token"]
    assert await trainer.refused("/studio/models/roll-back", WHY) == (403, "csrf")


async def test_one_wish_at_a_time(models: ModelsWorld) -> None:
    models.model(NEW)
    models.model(OTHER)
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/promote", WHY)
    assert await trainer.refused(f"/studio/models/{OTHER}/promote", WHY) == (409, "rollout_busy")
    assert await trainer.refused(f"/studio/models/{LIVE}/promote", WHY) == (409, "already_live")
    nobody = "xiaoxun-dddddddddddd"
    assert (await trainer.refused(f"/studio/models/{nobody}/promote", WHY))[0] == 404


async def test_an_archive_that_was_changed_is_never_started(models: ModelsWorld) -> None:
    models.model(NEW)
    archives.write(models.folder / "models", NEW, seed="tampered with")
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/promote", WHY)
    await models.ticks()
    assert models.processes.find(NEW) is None
    assert (await _state(trainer))["live"] == LIVE
    event = (await trainer.get("/studio/models/history"))["events"][0]
    assert (event["state"], event["problem"][:8]) == ("failed", "模型文件与登记时")


async def test_a_model_that_does_not_come_up_is_given_up(models: ModelsWorld) -> None:
    models.slow_start = True
    models.model(NEW)
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/promote", WHY)
    await models.ticks(2)
    models.clock.advance(seconds=rolling.READY_SECONDS + 1)
    await models.ticks(2)
    state = await _state(trainer)
    assert (state["live"], state["pending"]) == (LIVE, None)
    assert (await trainer.get("/studio/models/history"))["events"][0]["state"] == "failed"


async def test_a_process_that_nobody_needs_ends_once_it_is_drained(
    models: ModelsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _promoted(models)
    monkeypatch.setattr(rolling, "DRAIN_SECONDS", 0.0)
    busy = models.rasa(LIVE)
    busy.free.clear()
    models.routing.routes = models.routing.routes  # as it is
    turn = asyncio.create_task(busy.turn(None))  # type: ignore[arg-type]
    with models.routing.turn_at(busy.url):
        models.model(OTHER)
        trainer = await _trainer(models)
        await trainer.post(f"/studio/models/{OTHER}/promote", WHY)
        await models.ticks()
        assert models.processes.find(LIVE) is not None, "a turn still runs there"
    await models.ticks(3)
    assert models.processes.find(LIVE) is None
    assert busy.closed
    assert {one.backend.model for one in models.processes.wanted()} == {NEW, OTHER}
    turn.cancel()


async def test_after_a_restart_the_former_model_is_warm_again(models: ModelsWorld) -> None:
    await _promoted(models)
    # `make run` starts with the live model alone.
    archive = models.folder / "models" / f"{NEW}.tar.gz"
    models.engines.write_text(
        json.dumps({"engines": [{"name": "rasa", "model": str(archive), "port": 5005}]})
    )
    models.rollout._settings.model = str(archive)
    await models.rollout.begin()
    await models.ticks()
    assert models.processes.find(LIVE) is not None
    trainer = await _trainer(models)
    state = await _state(trainer)
    assert (state["live"], state["former"], state["former_warm"]) == (NEW, LIVE, True)


async def test_a_shadow_understands_a_copy_and_says_where_it_differs(models: ModelsWorld) -> None:
    models.model(NEW, good=False)  # a shadow needs no gate
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/shadow", WHY)
    await models.ticks()
    models.rasa(NEW).intent = "query_balance"
    receipt = await models.desk.says("a", "我手机号是13812345678，还有多少钱")
    request = models.desk.engine.requests[-1]
    result = await models.engine.turn(request)
    assert result.understanding["model"] == LIVE
    await models.trials.shadow()
    assert models.rasa(NEW).parsed[-1] == request.text
    trial = (await _state(trainer))["trial"]
    assert (trial["mode"], trial["seen"], trial["differ"]) == ("shadow", 1, 1)
    [one] = (await trainer.get("/studio/models/disagreements"))["disagreements"]
    assert one["message_id"] == request.turn_id
    assert one["conversation_id"] == receipt.conversation_id
    assert (one["live_intent"], one["intent"]) == ("query_bill", "query_balance")
    assert "13812345678" not in one["text"]
    await models.trials.mark()
    inbox = models.db.read_now(lambda session: session.get(Sentence, request.turn_id))
    assert inbox is not None
    assert inbox.signals & Signal.DISAGREES
    await trainer.post("/studio/models/stop", WHY)
    assert (await _state(trainer))["trial"] is None


async def test_a_shadow_that_is_silent_costs_nobody_anything(models: ModelsWorld) -> None:
    models.model(NEW)
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/shadow", WHY)
    await models.ticks()
    models.rasa(NEW).up = False
    assert (await models.turn()).understanding["model"] == LIVE
    await models.trials.shadow()
    rows = models.db.read_now(lambda session: session.query(ShadowTurn).count())
    assert rows == 0


async def test_a_canary_answers_its_share_and_is_counted(models: ModelsWorld) -> None:
    models.model(NEW)
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/canary", {**WHY, "share": 20})
    await models.ticks()
    by = [(await models.turn(f"c-{n}")).understanding["model"] for n in range(100)]
    await models.trials.write()
    trial = (await _state(trainer))["trial"]
    assert trial["candidate"]["turns"] == by.count(NEW) > 0
    assert trial["live"]["turns"] == by.count(LIVE) > 0
    assert trial["evidence"] < trial["threshold"]


async def test_a_canary_that_is_worse_is_stopped_by_itself(models: ModelsWorld) -> None:
    models.model(NEW)
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/canary", {**WHY, "share": 20})
    await models.ticks()
    models.rasa(NEW).bad = True
    for number in range(300):
        await models.turn(f"c-{number}")
        if number % 20 == 0:
            await models.ticks(1)
    state = await _state(trainer)
    assert (state["trial"], state["candidate"], state["live"]) == (None, None, LIVE)
    event = (await trainer.get("/studio/models/history"))["events"][0]
    assert (event["kind"], event["by"]) == ("stopped", BY_ITSELF)
    rows = models.db.read_now(lambda session: session.query(TrialTurn).count())
    assert rows < 300, "it was stopped on the way"


async def test_a_canary_whose_process_is_gone_fails_nobody(models: ModelsWorld) -> None:
    models.model(NEW)
    trainer = await _trainer(models)
    await trainer.post(f"/studio/models/{NEW}/canary", {**WHY, "share": 20})
    await models.ticks()
    models.rasa(NEW).up = False
    for number in range(100):
        assert (await models.turn(f"c-{number}")).understanding["model"] == LIVE
    assert await trainer.refused(f"/studio/models/{OTHER}/canary", {**WHY, "share": 50}) == (
        422,
        "invalid_request",
    )


async def test_where_somebody_else_rolls_out_the_studio_does_not(
    models: ModelsWorld, tmp_path: Path
) -> None:
    models.model(NEW)
    models.rollout.processes = None
    trainer = await _trainer(models)
    assert await trainer.refused(f"/studio/models/{NEW}/promote", WHY) == (503, "no_rollout")
    assert not (await _state(trainer))["available"]
    assert (await models.turn()).understanding["model"] == LIVE
