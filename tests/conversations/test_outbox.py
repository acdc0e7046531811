"""The outbox, on both databases: what is said to a customer who must be called is delivered once, and in order."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from care.conversations import outbox
from care.conversations.inbound import InboundMessage
from care.conversations.outbox import Parcel
from care.conversations.outbox_tables import Delivery, OutboxRow
from care.conversations.reach import acted, allowances, locked_reach, spend, wrote
from tests.conversations.core import Core

LEASE = timedelta(seconds=60)


async def asked(core: Core, *texts: str, channel: str = "wechat") -> str:
    """A customer of a pushed channel writes, and the bot has answered; gives the conversation's id."""
    for text in texts:
        core.sent += 1
        receipt = await core.conversations.receive(
            InboundMessage(channel, "oU", f"oU:{core.sent}", text=text)
        )
        await core.answer(receipt)
    return receipt.conversation_id


def claimed(core: Core) -> Parcel | None:
    return core.db.write_now(lambda s: outbox.claim(s, "wechat", core.clock(), LEASE))


def texts(parcel: Parcel | None) -> list[str]:
    return [item.text for item in parcel.items] if parcel is not None else []


def states(core: Core) -> list[str]:
    return core.db.read_now(
        lambda s: list(s.scalars(select(OutboxRow.state).order_by(OutboxRow.message_id)))
    )


async def test_what_is_said_on_the_web_is_not_in_it(core: Core) -> None:
    await asked(core, "您好", channel="web")
    assert states(core) == []


async def test_a_parcel_is_one_customers_messages_in_order_and_taken_by_one(core: Core) -> None:
    await asked(core, "一", "二")
    parcel = claimed(core)
    assert texts(parcel) == ["echo 一", "echo 二"]
    assert claimed(core) is None
    await asked(core, "三")
    assert claimed(core) is None, "not before the first parcel is over: the order would be lost"
    assert parcel is not None
    core.db.write_now(lambda s: outbox.advance(s, {item.message_id: None for item in parcel.items}))
    assert texts(claimed(core)) == ["echo 三"]


async def test_what_a_dead_process_held_is_taken_up_where_it_stopped(core: Core) -> None:
    await asked(core, "一", "二")
    parcel = claimed(core)
    assert parcel is not None
    first = parcel.items[0].message_id
    core.db.write_now(lambda s: outbox.advance(s, {first: 3}))
    core.clock.forward(seconds=61)
    again = claimed(core)
    assert again is not None
    assert [(item.text, item.progress) for item in again.items] == [("echo 一", 3), ("echo 二", 0)]


async def test_while_a_response_is_open_nothing_is_sent(core: Core) -> None:
    def opened(session: object) -> None:
        reach = locked_reach(session, "wechat", "oU")  # type: ignore[arg-type]
        reach.answering_until = core.clock() + timedelta(seconds=5)

    core.db.write_now(opened)
    await asked(core, "一")
    assert claimed(core) is None
    taken = core.db.write_now(lambda s: outbox.take_for_reply(s, "wechat", "oU", core.clock()))
    core.db.write_now(
        lambda s: outbox.carry(s, "call-1", {taken[0].message_id: None}, core.clock())
    )
    core.clock.forward(seconds=6)
    assert claimed(core) is None
    assert states(core) == [Delivery.CARRIED]
    assert core.db.write_now(lambda s: outbox.take_back(s, "call-1", core.clock()))
    assert texts(claimed(core)) == ["echo 一"]
    assert not core.db.write_now(lambda s: outbox.take_back(s, "call-1", core.clock()))


async def test_nothing_goes_with_a_response_while_something_is_being_sent(core: Core) -> None:
    await asked(core, "一")
    assert claimed(core) is not None
    await asked(core, "二")
    assert core.db.read_now(lambda s: outbox.take_for_reply(s, "wechat", "oU", core.clock())) == []


async def test_what_is_held_waits_for_the_customer(core: Core) -> None:
    await asked(core, "一")
    core.db.write_now(lambda s: outbox.hold(s, "wechat", "oU", "quota"))
    core.clock.forward(hours=1)
    assert claimed(core) is None
    found = core.db.read_now(lambda s: outbox.take_for_reply(s, "wechat", "oU", core.clock()))
    assert [item.text for item in found] == ["echo 一"]
    core.db.write_now(lambda s: outbox.release(s, "wechat", "oU", core.clock()))
    assert texts(claimed(core)) == ["echo 一"]


async def test_a_notice_waits_a_moment_for_what_is_said_after_it(core: Core) -> None:
    conversation_id = await asked(core, "一")
    assert claimed(core) is not None
    core.db.write_now(lambda s: outbox.give_up(s, "wechat", "oU", "test"))
    epoch = core.conversation(conversation_id).epoch
    await core.conversations.accept(conversation_id, core.agent, epoch)
    assert claimed(core) is None
    await core.conversations.reply(conversation_id, core.agent, "reply-1", "您好")
    assert texts(claimed(core))[-1] == "您好"
    assert len(states(core)) == 3


@pytest.mark.parametrize("minutes", [0, 2])
async def test_an_event_allows_three_for_a_minute_and_a_message_five_for_two_days(
    core: Core, minutes: int
) -> None:
    def count(session: object) -> int:
        reach = locked_reach(session, "wechat", "oU")  # type: ignore[arg-type]
        wrote(reach, core.clock())
        acted(reach, core.clock())
        core.clock.forward(minutes=minutes)
        used = 0
        while spend(reach, core.clock()):
            used += 1
        return used

    assert core.db.write_now(count) == (5 if minutes else 8)
    left = core.db.read_now(lambda s: allowances(s, [("wechat", "oU"), ("web", "x")], core.clock()))
    assert {key: one.left for key, one in left.items()} == {("wechat", "oU"): 0}


async def test_what_has_arrived_is_forgotten_after_a_while_and_nothing_else(core: Core) -> None:
    await asked(core, "一")
    parcel = claimed(core)
    assert parcel is not None
    core.db.write_now(lambda s: outbox.advance(s, {parcel.items[0].message_id: None}))
    await asked(core, "二")
    core.db.write_now(lambda s: outbox.hold(s, "wechat", "oU", "quota"))
    assert core.db.write_now(lambda s: outbox.remove_delivered(s, core.clock(), 10)) == 0
    core.clock.forward(days=8)
    assert core.db.write_now(lambda s: outbox.remove_delivered(s, core.clock(), 10)) == 1
    assert states(core) == [Delivery.HELD]
