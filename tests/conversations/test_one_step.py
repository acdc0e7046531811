"""A person stands first in each answer to older customers, and in no other's."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from care.conversations.one_step import person_first
from care.conversations.tables import Owner
from care.customers.contacts import Contact
from care.engine import Button, Reply, TurnResult
from tests.conversations.core import Core, handing_over, offering

PERSON = Button("转人工", "/request_human")
BUTTONS = st.builds(Button, st.just("…"), st.sampled_from(["/help", "/affirm", "/request_human"]))
REPLIES = st.lists(
    st.builds(
        Reply,
        text=st.none() | st.text(min_size=1),
        buttons=st.lists(BUTTONS, max_size=3).map(tuple),
        custom=st.none() | st.just({"senior": True}),
    ),
    max_size=4,
)


@given(REPLIES)
def test_a_person_is_the_first_choice_of_the_last_text_and_nowhere_else(
    replies: list[Reply],
) -> None:
    made = person_first(replies)
    assert [(one.text, one.custom) for one in made] == [(one.text, one.custom) for one in replies]
    texts = [one for one in made if one.text is not None]
    if not texts:
        assert list(made) == replies
        return
    assert texts[-1].buttons[0] == PERSON
    payloads = [button.payload for one in made for button in one.buttons]
    assert payloads.count(PERSON.payload) == 1
    others = [b.payload for one in replies for b in one.buttons if b.payload != PERSON.payload]
    assert [payload for payload in payloads if payload != PERSON.payload] == others


def mark(core: Core, **values: bool) -> None:
    """Set what is known of all contacts."""
    core.db.write_now(lambda session: session.execute(update(Contact).values(**values)))


async def titles(core: Core, text: str) -> list[str]:
    """The buttons below what is said in answer."""
    said = await core.answer(await core.say(text))
    return [button["title"] for one in said for button in one.buttons]


async def test_it_is_so_in_senior_mode_and_from_a_certain_age_on(core: Core) -> None:
    core.engine.answer = offering(Button("能做什么", "/help"))
    assert await titles(core, "一") == ["能做什么"]
    mark(core, senior=True)
    assert await titles(core, "二") == ["转人工", "能做什么"]
    mark(core, senior=False, elderly=True)
    assert await titles(core, "三") == ["转人工", "能做什么"]
    mark(core, elderly=False)
    assert await titles(core, "四") == ["能做什么"]


async def test_who_is_being_handed_over_needs_no_button(core: Core) -> None:
    await core.ask("一")
    mark(core, senior=True)
    core.engine.answer = handing_over
    receipt = await core.say("人工")
    assert [one.buttons for one in await core.answer(receipt)] == [[]]
    assert core.conversation(receipt.conversation_id).owner == Owner.QUEUE


async def test_pressing_it_is_what_the_domain_says(core: Core) -> None:
    await core.ask("一")
    mark(core, senior=True)
    [said] = await core.answer(await core.say("二"))
    assert said.buttons[0] == {"title": "转人工", "payload": "/request_human"}
    core.engine.answer = lambda request: TurnResult((Reply(str(request.payload)),), {})
    assert await core.ask("转人工") == ["/request_human"]
