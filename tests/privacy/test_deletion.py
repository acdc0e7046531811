"""Deleting a chat: really gone, with what the law keeps kept, and never in the middle of something."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from care.conversations.inbound import InboundMessage
from care.conversations.tables import Conversation, Message, Role, Turn
from care.customers.privacy import PrivacyRequest, PrivacyState
from care.db.jobs import JobLoop, JobRow
from care.engine import EngineUnreachable
from care.errors import StaleEpoch
from care.privacy.deletion import REMOVED
from care.tickets.service import TicketRequest
from care.tickets.tables import Ticket, TicketKind, TicketState
from tests.channels.world import AGENT, World

SECRET = "我家住幸福路18号，别告诉别人"


class Chat:
    """One customer's chat with the server."""

    def __init__(self, world: World, address: str = "alice") -> None:
        self.world, self.address, self.sent = world, address, 0
        self.conversation_id = ""

    async def say(self, what: str) -> str:
        """Say something, wait for the answer; gives the turn's id."""
        self.sent += 1
        receipt = await self.world.conversations.receive(
            InboundMessage("web", self.address, f"{self.address}:{self.sent}", text=what)
        )
        await self.world.conversations.answered(receipt, 10)
        self.conversation_id = receipt.conversation_id
        return receipt.message_id

    def row(self) -> Conversation:
        """The conversation."""
        return self.world.db.read_now(
            lambda session: session.get_one(Conversation, self.conversation_id)
        )

    def messages(self) -> list[Message]:
        """All messages in order."""
        query = select(Message).where(Message.conversation_id == self.conversation_id)
        return self.world.db.read_now(
            lambda session: list(session.scalars(query.order_by(Message.seq)))
        )

    async def delete(self, turn: str) -> Any:
        """Ask for the deletion in that turn."""
        return await self.world.services.privacy.delete_chat(
            self.row().contact_id, None, turn, lambda session: None
        )

    async def work(self) -> int:
        """Have due jobs done."""
        handlers = self.world.services.privacy.handlers()
        return await JobLoop(self.world.db, self.world.clock, handlers).run_due()

    def requests(self) -> list[PrivacyRequest]:
        """All requests on record."""
        query = select(PrivacyRequest).order_by(PrivacyRequest.id)
        return self.world.db.read_now(lambda session: list(session.scalars(query)))

    async def complain(self) -> Ticket:
        """Open a complaint."""
        request = TicketRequest(
            kind=TicketKind.COMPLAINT,
            title="态度",
            description="……",
            actor="bot",
            contact_id=self.row().contact_id,
            conversation_id=self.conversation_id,
        )
        return await self.world.services.tickets.open(request)


def everything(world: World) -> str:
    """All texts of all tables."""

    def work(session: Session) -> str:
        names = session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'table'")
            if world.db.is_sqlite
            else text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        rows = [session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names]
        return repr(rows)

    return world.db.read_now(work)


async def test_what_was_said_is_gone_everywhere(either: World) -> None:
    chat = Chat(either)
    await chat.say(SECRET)
    turn = await chat.say("删除聊天记录")
    later = await chat.say("之后说的话")
    assert "幸福路18号" in everything(either)
    asked = await chat.delete(turn)
    assert asked.state is PrivacyState.ACCEPTED
    assert await chat.work() == 1
    assert "幸福路18号" not in everything(either)
    assert either.engine.forgotten == [chat.conversation_id]
    kept = chat.messages()
    upto = next(one.seq for one in kept if one.id == turn)
    for one in kept:
        assert (one.text == REMOVED) is (one.seq <= upto), one.seq
        if one.seq <= upto:
            assert (one.buttons, one.image, one.custom, one.understanding) == ([], None, None, None)
            assert one.sent_at
            assert one.external_id or one.role != Role.CUSTOMER  # a redelivery still finds it
    assert any(one.id == later and one.text == "之后说的话" for one in kept)
    assert chat.row().fresh
    [request] = chat.requests()
    assert request.state == PrivacyState.DONE
    assert "第四十七条" in request.article
    assert request.detail == {"upto": upto, "removed": sum(one.seq <= upto for one in kept)}
    assert request.done_at == either.clock()


async def test_a_repeated_turn_and_a_repeated_job_change_nothing(either: World) -> None:
    chat = Chat(either)
    turn = await chat.say("删除聊天记录")
    first = await chat.delete(turn)
    assert await chat.delete(turn) == first
    await chat.work()
    before = everything(either)
    assert await chat.delete(turn) == await chat.delete(turn)
    either.db.write_now(
        lambda session: session.execute(
            text("UPDATE jobs SET done_at = NULL WHERE kind = 'privacy.delete_chat'")
        )
    )
    either.clock.advance(minutes=5)
    assert await chat.work() == 1
    assert len(chat.requests()) == 1
    assert chat.requests()[0].detail["removed"] == 1
    assert REMOVED in before
    assert either.engine.forgotten == [chat.conversation_id]


async def test_other_peoples_chats_stay(either: World) -> None:
    chat, other = Chat(either), Chat(either, "bob")
    await other.say(SECRET)
    await chat.delete(await chat.say("删除聊天记录"))
    await chat.work()
    assert "幸福路18号" in everything(either)
    assert all(one.text != REMOVED for one in other.messages())


async def test_an_open_complaint_needs_what_was_said(either: World) -> None:
    chat = Chat(either)
    turn = await chat.say(SECRET)
    ticket = await chat.complain()
    asked = await chat.delete(turn)
    assert (asked.state, asked.reason) == (PrivacyState.REFUSED, ticket.number)
    assert await chat.work() == 0
    assert "幸福路18号" in everything(either)
    await either.services.tickets.move(ticket.number, TicketState.CANCELLED, "agent:a", "")
    second = await chat.say("删除聊天记录")
    assert (await chat.delete(second)).state is PrivacyState.ACCEPTED
    await chat.work()
    assert "幸福路18号" not in everything(either)


async def test_a_complaint_made_meanwhile_is_waited_for(either: World) -> None:
    chat = Chat(either)
    await chat.say(SECRET)
    await chat.delete(await chat.say("删除聊天记录"))
    ticket = await chat.complain()
    await chat.work()
    assert "幸福路18号" in everything(either)
    assert chat.requests()[0].state == PrivacyState.ACCEPTED
    await either.services.tickets.move(ticket.number, TicketState.CANCELLED, "agent:a", "")
    either.clock.advance(minutes=15)
    await chat.work()
    assert "幸福路18号" not in everything(either)


async def test_a_chat_with_a_person_is_waited_for(either: World) -> None:
    chat = Chat(either)
    await chat.say(SECRET)
    await chat.delete(await chat.say("删除聊天记录"))
    await either.conversations.accept(chat.conversation_id, AGENT, chat.row().epoch)
    await chat.work()
    assert "幸福路18号" in everything(either)
    assert chat.requests()[0].state == PrivacyState.ACCEPTED
    await either.conversations.close(chat.conversation_id, AGENT)
    either.clock.advance(minutes=15)
    await chat.work()
    assert "幸福路18号" not in everything(either)
    assert chat.requests()[0].state == PrivacyState.DONE


async def test_an_engine_that_is_down_is_asked_again(
    either: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = Chat(either)
    await chat.say(SECRET)
    await chat.delete(await chat.say("删除聊天记录"))

    async def down(conversation_id: str) -> None:
        raise EngineUnreachable()

    with monkeypatch.context() as patched:
        patched.setattr(either.engine, "forget", down)
        await chat.work()
    assert "幸福路18号" in everything(either)
    either.clock.advance(minutes=15)
    await chat.work()
    assert "幸福路18号" not in everything(either)


async def test_a_turn_whose_time_is_over_deletes_nothing(either: World) -> None:
    chat = Chat(either)
    turn = await chat.say(SECRET)

    def over(session: Session) -> None:
        raise StaleEpoch()

    with pytest.raises(StaleEpoch):
        await either.services.privacy.delete_chat(chat.row().contact_id, None, turn, over)
    assert chat.requests() == []
    assert either.db.read_now(lambda session: list(session.scalars(select(JobRow)))) == []


async def test_orders_and_their_turns_stay(either: World) -> None:
    chat = Chat(either)
    turn = await chat.say(SECRET)
    await chat.delete(turn)
    await chat.work()
    turns = either.db.read_now(lambda session: list(session.scalars(select(Turn))))
    assert [one.id for one in turns] == [turn]
    assert all(one.payload is None and one.sealed is None for one in turns)


async def test_many_messages_are_removed_in_batches(
    either: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("care.privacy.deletion.BATCH", 3)
    chat = Chat(either)
    for number in range(5):
        turn = await chat.say(f"{SECRET} {number}")
    await chat.delete(turn)
    await chat.work()
    assert sum(one.text == REMOVED for one in chat.messages()) == 9
    assert chat.requests()[0].detail["removed"] == 9
    either.clock.advance(minutes=1)
    assert timedelta(0) < either.clock() - chat.requests()[0].asked_at
