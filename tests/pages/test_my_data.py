"""A copy of one's data: the page and the file, for whoever has the link, while its time lasts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded.demo import load_demo
from care.clock import local_date
from care.conversations.inbound import InboundMessage
from care.conversations.tables import Conversation
from care.customers.privacy import PrivacyRequest
from care.errors import StaleEpoch
from care.privacy.copy import Subject
from care.tickets.service import TicketRequest
from care.tickets.tables import TicketKind
from tests.channels.world import World

SCRIPT = "<script>alert(1)</script>"
CUSTOMER = "C1193"


async def contact(world: World, address: str = "alice", text: str = SCRIPT) -> str:
    """Somebody who has said something."""
    receipt = await world.conversations.receive(
        InboundMessage("web", address, f"{address}:1", text=text)
    )
    await world.conversations.answered(receipt, 10)
    return world.db.read_now(
        lambda session: session.get_one(Conversation, receipt.conversation_id).contact_id
    )


async def link(world: World, contact_id: str, turn: str = "t") -> str:
    """The path of a link to a copy."""
    address = await world.services.privacy.copy_link(
        Subject(contact_id, CUSTOMER), turn, lambda session: None
    )
    return address[address.index("/p/") :]


@pytest.fixture
def loaded(world: World) -> World:
    load_demo(world.db, local_date(world.clock(), world.settings.zone))
    return world


async def ticket(world: World, title: str, **whose: Any) -> None:
    """Open a ticket."""
    await world.services.tickets.open(TicketRequest(TicketKind.CALLBACK, title, "", "bot", **whose))


async def test_the_page_shows_what_is_held_and_is_only_text(loaded: World) -> None:
    path = await link(loaded, await contact(loaded))
    answer = await loaded.http().get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    for text in ("施**", "158****1193", "居民身份证", "第四十五条", "您说："):
        assert text in answer.text
    for hidden in ("施若琳", "15800131193", "翠湖花园", SCRIPT):
        assert hidden not in answer.text
    assert "&lt;script&gt;" in answer.text


async def test_the_file_has_the_same(loaded: World) -> None:
    who = await contact(loaded)
    await ticket(loaded, "我的", customer_id=CUSTOMER)
    await ticket(loaded, "也是我的", contact_id=who)
    await ticket(loaded, "别人的", customer_id="C1001")
    await ticket(loaded, "从前在这里的人的", contact_id=who, customer_id="C1001")
    path = await link(loaded, who)
    answer = await loaded.http().get(f"{path}/download")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    copy = json.loads(answer.text)
    assert copy["profile"]["numbers"] == ["158****1193"]
    assert copy["settings"] == {
        "senior_mode": False,
        "automated_decisions_allowed": True,
        "marketing_allowed": True,
    }
    assert [one["text"] for one in copy["messages"]] == [SCRIPT, f"您说：{SCRIPT}"]
    assert [one["title"] for one in copy["tickets"]] == ["我的", "也是我的"]
    assert [one["kind"] for one in copy["privacy_requests"]] == ["export"]


async def test_another_persons_chat_is_not_in_it(loaded: World) -> None:
    await contact(loaded, "bob", "我是另一个人")
    path = await link(loaded, await contact(loaded))
    assert "另一个人" not in (await loaded.http().get(path)).text


async def test_a_link_that_is_over_or_altered_shows_nothing(loaded: World) -> None:
    path = await link(loaded, await contact(loaded))
    for wrong in (path[:-1] + "0", path.replace("/my-data/", "/my-data/x"), "/p/my-data/x"):
        for page in (wrong, f"{wrong}/download"):
            answer = await loaded.http().get(page)
            assert answer.status_code == 404, page
            assert "链接已经失效" in answer.text
    loaded.clock.advance(minutes=15)
    answer = await loaded.http().get(path)
    assert answer.status_code == 404
    assert "施" not in answer.text


async def test_a_link_to_another_kind_of_request_shows_nothing(loaded: World) -> None:
    who = await contact(loaded)
    await link(loaded, who)
    request = loaded.db.read_now(lambda s: s.scalars(select(PrivacyRequest)).one())

    def change(session: Session) -> None:
        session.get_one(PrivacyRequest, request.id).kind = "delete_chat"

    loaded.db.write_now(change)
    address = loaded.services.links.make("my-data", request.id, timedelta(minutes=5))
    answer = await loaded.http().get(address[address.index("/p/") :])
    assert answer.status_code == 404


async def test_a_repeated_turn_gives_a_link_to_the_same_request(loaded: World) -> None:
    who = await contact(loaded)
    await link(loaded, who)
    await link(loaded, who)
    rows = loaded.db.read_now(lambda session: list(session.scalars(select(PrivacyRequest))))
    assert len(rows) == 1


async def test_a_turn_whose_time_is_over_gives_no_link(loaded: World) -> None:
    who = await contact(loaded)

    def over(session: Session) -> None:
        raise StaleEpoch()

    with pytest.raises(StaleEpoch):
        await loaded.services.privacy.copy_link(Subject(who, CUSTOMER), "t", over)
    assert loaded.db.read_now(lambda session: list(session.scalars(select(PrivacyRequest)))) == []
