"""Voice messages that are made out after they were stored: order, owners, and every way in which nothing comes of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from care.conversations.inbound import InboundMessage, Receipt
from care.conversations.notices import Notice, say
from care.conversations.tables import Message, Owner, Role, TurnState
from care.conversations.unheard import HEAR_JOB, Hear
from care.db.jobs import JobRow
from care.engine import Button
from tests.conversations.core import Core, handing_over, offering

PATIENCE = timedelta(seconds=40)
UNREAD = say(Notice.VOICE_UNREAD)


async def speak(core: Core, *, key: str = "v1", waiting: int = 5) -> Receipt:
    """The customer sends a voice message that nobody has written down yet."""
    return await core.conversations.receive(
        InboundMessage(
            "web",
            "alice",
            f"alice:{key}",
            text="[语音]",
            numbered=True,
            custom={"spoken": True},
            unread=Notice.VOICE_UNREAD,
            hear=Hear("media-1", waiting, PATIENCE),
        )
    )


def said(core: Core, receipt: Receipt) -> list[tuple[str, str | None]]:
    """Role and text of all messages."""
    return [(one.role, one.text) for one in core.messages(receipt.conversation_id)]


def jobs(core: Core) -> list[JobRow]:
    """The recordings that are to be made out."""
    query = select(JobRow).where(JobRow.kind == HEAR_JOB)
    return core.db.read_now(lambda session: list(session.scalars(query)))


async def test_it_says_what_was_made_out_and_is_answered(core: Core) -> None:
    receipt = await speak(core)
    (message,) = core.messages(receipt.conversation_id)
    assert (message.text, message.custom) == ("[语音]", {"spoken": True, "hearing": True})
    (job,) = jobs(core)
    assert job.payload == {"message": message.id, "media": "media-1", "channel": "web"}
    assert core.engine.asked == []
    await core.conversations.heard(receipt.message_id, " 查话费\x08 ")
    answered = [one.text for one in await core.answer(receipt)]
    assert answered == ["您说的是：“查话费”", "echo 查话费"]
    message = core.messages(receipt.conversation_id)[0]
    assert (message.text, message.custom) == ("查话费", {"spoken": True})


async def test_what_is_written_meanwhile_is_answered_after_it(core: Core) -> None:
    receipt = await speak(core)
    second = await core.say("还有流量")
    await core.conversations.heard(receipt.message_id, "查话费")
    await core.answer(second)
    assert [request.text for request in core.engine.asked] == ["查话费", "还有流量"]


@pytest.mark.parametrize("words", [None, "", " \n", "长" * 5000])
async def test_nothing_was_made_out(core: Core, words: str | None) -> None:
    receipt = await speak(core)
    second = await core.say("查流量")
    await core.conversations.heard(receipt.message_id, words)
    (notice,) = await core.answer(receipt)
    assert (notice.role, notice.text) == (Role.SYSTEM, UNREAD)
    assert [button["title"] for button in notice.buttons] == ["转人工"]
    assert core.turn(receipt.message_id).state == TurnState.SKIPPED
    assert [one.text for one in await core.answer(second)] == ["echo 查流量"]


async def test_it_counts_once(core: Core) -> None:
    receipt = await speak(core)
    again = await speak(core)
    assert (again.duplicate, again.has_turn, len(jobs(core))) == (True, True, 1)
    await core.conversations.heard(receipt.message_id, "查话费")
    await core.answer(receipt)
    before = said(core, receipt)
    for words in ("查流量", None):
        await core.conversations.heard(receipt.message_id, words)
    await core.conversations.heard("0" * 26, "查流量")
    assert said(core, receipt) == before


async def test_so_many_may_wait(core: Core) -> None:
    first = await speak(core, waiting=1)
    second = await speak(core, key="v2", waiting=1)
    assert (first.has_turn, second.has_turn) == (True, False)
    assert said(core, second)[1:] == [(Role.CUSTOMER, "[语音]"), (Role.SYSTEM, UNREAD)]
    assert len(jobs(core)) == 1


async def test_one_customer_does_not_fill_the_queue(core: Core) -> None:
    receipts = [await speak(core, key=f"v{number}", waiting=9) for number in range(3)]
    assert [one.has_turn for one in receipts] == [True, True, False]
    assert said(core, receipts[0])[-1] == (Role.SYSTEM, UNREAD)


async def test_a_message_that_nobody_makes_out_does_not_hold_up_the_others(core: Core) -> None:
    receipt = await speak(core)
    second = await core.say("查流量")
    core.clock.forward(seconds=79)
    await core.conversations.runner.recover_once()
    assert core.turn(receipt.message_id).state == TurnState.HEARING
    core.clock.forward(seconds=2)
    await core.conversations.runner.recover_once()
    assert [one.text for one in await core.answer(second)] == ["echo 查流量"]
    assert (Role.SYSTEM, UNREAD) in said(core, receipt)
    await core.conversations.heard(receipt.message_id, "太晚了")
    assert "太晚了" not in dict(said(core, receipt)).values()


async def test_a_person_who_takes_over_reads_it_and_the_bot_is_silent(core: Core) -> None:
    receipt = await speak(core)
    epoch = core.conversation(receipt.conversation_id).epoch
    await core.conversations.accept(receipt.conversation_id, core.agent, epoch)
    assert core.turn(receipt.message_id).state == TurnState.SKIPPED
    await core.conversations.heard(receipt.message_id, "查话费")
    assert said(core, receipt)[0] == (Role.CUSTOMER, "查话费")
    assert [role for role, _ in said(core, receipt)] == [Role.CUSTOMER, Role.SYSTEM]
    other = await speak(core, key="v2")
    await core.conversations.heard(other.message_id, None)
    assert said(core, receipt)[-1] == (Role.CUSTOMER, "[语音]")
    assert core.engine.asked == []


async def test_what_was_removed_meanwhile_stays_so(core: Core) -> None:
    receipt = await speak(core)

    def remove(session: Session) -> None:
        message = session.get_one(Message, receipt.message_id)
        message.text, message.custom = "removed", None

    await core.db.write(remove)
    await core.conversations.heard(receipt.message_id, "查话费")
    assert said(core, receipt) == [(Role.CUSTOMER, "removed")]


async def test_a_number_means_what_was_offered_before_it(core: Core) -> None:
    core.engine.answer = offering(Button("查话费", "/query_bill"), Button("查流量", "/query_usage"))
    await core.ask("帮我")
    receipt = await speak(core)
    await core.conversations.heard(receipt.message_id, "第二个")
    answered = [one.text for one in await core.answer(receipt)]
    assert answered[0] == "您说的是：“查流量”"
    assert core.engine.asked[-1].payload == "/query_usage"


async def test_who_waits_for_a_person_can_say_that_they_need_none(core: Core) -> None:
    core.engine.answer = handing_over
    receipt = await core.say("人工")
    await core.answer(receipt)
    assert core.conversation(receipt.conversation_id).owner == Owner.QUEUE
    spoken = await speak(core)
    assert not spoken.has_turn
    await core.conversations.heard(spoken.message_id, "算了不用了")
    assert core.conversation(receipt.conversation_id).owner == Owner.BOT
    assert said(core, receipt)[-1] == (Role.SYSTEM, say(Notice.LEFT_QUEUE))


async def test_a_password_is_hidden_in_all_that_is_shown(core: Core) -> None:
    receipt = await speak(core)
    await core.conversations.heard(receipt.message_id, "我的密码是135790")
    await core.answer(receipt)
    assert not any("135790" in (text or "") for _, text in said(core, receipt))
