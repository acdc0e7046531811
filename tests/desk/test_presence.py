"""Who is there: chosen, kept up by the open desk, ended by silence."""

import pytest

from care.desk import agents_online
from tests.desk.world import AgentClient, World


async def presence_of(agent: AgentClient) -> str:
    presence: str = (await agent.get("/desk/state"))["agent"]["presence"]
    return presence


async def test_an_agent_chooses_to_be_away_and_back(either: World) -> None:
    agent = await either.login()
    assert (await agent.post("/desk/presence", {"status": "away"}))["presence"] == "away"
    state = await agent.get("/desk/state")
    assert (state["agent"]["presence"], state["online_agents"]) == ("away", 0)
    await agent.post("/desk/presence", {"status": "online"})
    state = await agent.get("/desk/state")
    assert (state["agent"]["presence"], state["online_agents"]) == ("online", 1)


@pytest.mark.parametrize("status", ["offline", "", None, "busy", 1])
async def test_nothing_else_can_be_chosen(agent: AgentClient, status: object) -> None:
    assert await agent.refused("/desk/presence", {"status": status}) == (422, "invalid_request")


async def test_without_a_sign_of_life_an_agent_is_offline(either: World) -> None:
    agent, other = await either.login("agent01"), await either.login("agent02")
    either.clock.advance(seconds=50)
    await other.post("/desk/presence", {"status": "online"})
    either.clock.advance(seconds=11)
    before = (await other.get("/desk/state"))["event_id"]
    assert await either.desk.presence.sweep() == 1
    assert await presence_of(agent) == "offline"
    state = await other.get("/desk/state")
    assert state["online_agents"] == 1
    assert state["event_id"] == before + 1  # told to the desks
    assert await either.desk.presence.sweep() == 0
    assert either.db.read_now(agents_online) == 1


async def test_an_open_desk_keeps_its_agent_online(world: World, agent: AgentClient) -> None:
    async with agent.socket() as socket:
        socket.send({"type": "ping"})
        await socket.frame()
        for _ in range(5):
            world.clock.advance(seconds=26)
            await world.desk.presence.alive(agent.id)  # what the connection does every 15 s
            assert await world.desk.presence.sweep() == 0
    assert await presence_of(agent) == "online"


async def test_the_connection_gives_the_signs_of_life(world: World, agent: AgentClient) -> None:
    world.clock.advance(seconds=61)
    await world.desk.presence.sweep()
    assert await presence_of(agent) == "offline"
    world.app = world.application(world.another_desk(look=0.05))
    after = (await agent.get("/desk/state"))["event_id"]
    agent._app = world.app
    async with agent.socket(after) as socket:
        came = await socket.frame()
        assert came["data"]["agent"]["presence"] == "online"
        world.clock.advance(seconds=61)
        await world.desk.presence.sweep()
        kinds = [(await socket.frame())["data"]["agent"]["presence"] for _ in range(2)]
        assert kinds == ["offline", "online"]


async def test_who_was_away_is_away_again(world: World, agent: AgentClient) -> None:
    await agent.post("/desk/presence", {"status": "away"})
    world.clock.advance(seconds=61)
    await world.desk.presence.sweep()
    assert await presence_of(agent) == "offline"
    await world.desk.presence.alive(agent.id)
    assert await presence_of(agent) == "away"


async def test_a_new_log_in_is_online(world: World, agent: AgentClient) -> None:
    await agent.post("/desk/presence", {"status": "away"})
    assert await presence_of(await world.login()) == "away"  # the same agent, elsewhere
    world.clock.advance(seconds=61)
    await world.desk.presence.sweep()
    assert await presence_of(await world.login()) == "online"


async def test_logging_out_everywhere_is_being_offline(world: World) -> None:
    here, there, other = await world.login(), await world.login(), await world.login("agent02")
    await here.http.post("/desk/logout")
    assert (await other.get("/desk/state"))["online_agents"] == 2
    await there.http.post("/desk/logout")
    assert (await other.get("/desk/state"))["online_agents"] == 1
