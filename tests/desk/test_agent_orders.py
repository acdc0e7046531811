"""Orders that an agent makes: the customer agrees with a code in the chat, and nobody else can."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.orm import Session

from care import schema
from care.bss.embedded.demo import read_demo
from care.bss.embedded.demo.load import load_files
from care.clock import local_date
from care.conversations.tables import Conversation, Message
from care.customers.sms import DemoSmsRow
from care.customers.verification import VerifiedSession
from care.db.jobs import JobLoop, JobRow
from care.desk import load_demo_agents
from care.desk.passwords import Passwords
from care.orders.tables import ConsentProof, OrderRow
from tests.channels.world import CHEAP, Visitor, World

PHONE, LINE, CUSTOMER = "13800138001", "L1001", "C1001"


class Desk:
    """A customer in the chat and an agent at the desk."""

    def __init__(self, world: World, visitor: Visitor, http: httpx.AsyncClient) -> None:
        self.world, self.visitor, self.http = world, visitor, http
        self.path = f"/desk/conversations/{visitor.conversation}"

    async def post(self, path: str, body: Any, status: int = 200) -> Any:
        """Call the desk."""
        answer = await self.http.post(self.path + path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def take(self) -> None:
        """The agent takes the conversation over from the bot."""
        await self.post("/takeover", {"epoch": await self.world.epoch(self.visitor.conversation)})

    async def says(self, text: str) -> list[str]:
        """The customer writes; gives what was said after it once all jobs are done."""
        answer = await self.visitor.say(text)
        services = self.world.services
        jobs = JobLoop(
            self.world.db,
            self.world.clock,
            {**services.orders.handlers(), **services.agent_orders.handlers()},
        )
        while await jobs.run_due():
            pass
        return [one["text"] for one in await self.visitor.messages(answer.json()["seq"])]

    def rows(self, table: Any) -> list[Any]:
        """All rows."""
        return self.world.db.read_now(lambda session: list(session.scalars(select(table))))

    def code(self) -> str:
        """The newest code sent."""
        text: str = self.rows(DemoSmsRow)[-1].text
        return text.partition("验证码")[2][:6]

    def verify(self) -> None:
        """The customer has shown who they are."""

        def work(session: Session) -> None:
            conversation = session.get_one(Conversation, self.visitor.conversation)
            row = VerifiedSession(
                contact_id=conversation.contact_id,
                customer_id=CUSTOMER,
                line_id=LINE,
                phone=PHONE,
                verified_at=self.world.clock(),
                expires_at=self.world.clock() + timedelta(minutes=30),
            )
            session.add(row)

        self.world.db.write_now(work)


async def login(world: World, name: str) -> httpx.AsyncClient:
    """An agent's browser."""
    http = world.http()
    answer = await http.post("/desk/login", json={"username": name, "password": f"{name}-demo"})
    http.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return http


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    world = World(f"sqlite:///{tmp_path / 'care.db'}", tmp_path)
    schema.metadata.create_all(world.db.engine)
    load_demo_agents(world.db, world.clock, Passwords(CHEAP))
    load_files(world.db, read_demo(), local_date(world.clock(), world.settings.zone))
    visitor = await world.visitor()
    await visitor.say("你好")
    yield Desk(world, visitor, await login(world, "agent01"))
    await world.close()


async def offered(desk: Desk) -> Any:
    """The agent offers another plan to a customer who is known."""
    desk.verify()
    await desk.take()
    answer = await desk.http.get(desk.path + "/orderables")
    choice = next(one for one in answer.json() if one["params"] == {"plan": "p159"})
    assert "畅享159" in choice["title"]
    return await desk.post("/offers", {"kind": choice["kind"], "params": choice["params"]})


async def test_the_customer_agrees_with_the_code_and_the_proof_is_shown(desk: Desk) -> None:
    detail = await offered(desk)
    assert [one["state"] for one in detail["orders"]] == ["offered"]
    code = desk.code()
    assert desk.rows(DemoSmsRow)[-1].phone == PHONE
    (told,) = await desk.says(f"好的 {code}")
    assert "已按您的确认办理“畅享159”" in told
    (order,) = (await desk.http.get(desk.path)).json()["orders"]
    assert (order["state"], order["method"], order["by_agent"]) == ("placed", "one_time_code", True)
    assert order["agreed_at"]
    assert PHONE not in str(order)
    (proof,) = desk.rows(ConsentProof)
    assert proof.text in order["text"]
    assert len(await desk.world.services.bss.orders(LINE)) == 1


async def test_the_code_is_kept_nowhere_and_counts_once(desk: Desk) -> None:
    await offered(desk)
    code = desk.code()
    await desk.says(code)
    texts = [message.text or "" for message in desk.rows(Message)]
    assert not [text for text in texts if code in text]
    assert {job.payload.get("code", "") for job in desk.rows(JobRow)} == {""}
    assert await desk.says(code) == []  # it is used up, and so no secret any more
    assert len(desk.rows(OrderRow)) == 1


async def test_a_wrong_code_orders_nothing(desk: Desk) -> None:
    await offered(desk)
    (told,) = await desk.says(f"{(int(desk.code()) + 1) % 10**6:06d}")
    assert "还可以再试 4 次" in told
    assert desk.rows(OrderRow) == []


async def test_nothing_is_offered_to_somebody_unknown(desk: Desk) -> None:
    await desk.take()
    answer = await desk.http.get(desk.path + "/orderables")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_verified")
    wanted = {"kind": "change_plan", "params": {"plan": "p159"}}
    refused = await desk.post("/offers", wanted, 409)
    assert refused["error"]["code"] == "not_verified"


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "change_plan", "params": {"plan": "p129"}},  # the present plan
        {"kind": "change_plan", "params": {"plan": "nonsense"}},
        {"kind": "change_plan", "params": {}},
        {"kind": "free_money", "params": {}},
    ],
)
async def test_only_what_may_be_ordered_is_offered(desk: Desk, wanted: Any) -> None:
    desk.verify()
    await desk.take()
    await desk.post("/offers", wanted, 409)
    assert desk.rows(OrderRow) == []


async def test_only_the_agent_who_has_the_conversation_offers(desk: Desk) -> None:
    desk.verify()
    wanted = {"kind": "change_plan", "params": {"plan": "p159"}}
    await desk.post("/offers", wanted, 409)  # the bot has it
    await desk.take()
    other = Desk(desk.world, desk.visitor, await login(desk.world, "agent02"))
    await other.post("/offers", wanted, 403)


async def test_an_offer_that_ran_out_orders_nothing(desk: Desk) -> None:
    await offered(desk)
    code = desk.code()
    desk.world.clock.advance(minutes=6)
    await desk.says(code)
    assert desk.rows(OrderRow) == []
