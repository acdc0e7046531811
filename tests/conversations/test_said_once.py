"""The same sentence stands once in an answer; whatever differs stays, in its order."""

from hypothesis import given
from hypothesis import strategies as st

from care.conversations.said_once import said_once
from care.engine import Button, Reply, TurnResult
from tests.conversations.core import Core

REPLIES = st.lists(
    st.builds(
        Reply,
        text=st.none() | st.sampled_from(["已经停售", "您想换成哪个套餐？"]),
        buttons=st.sampled_from([(), (Button("畅享59", "/inform"),)]),
        custom=st.none() | st.just({"senior": True}),
    ),
    max_size=6,
)


@given(REPLIES)
def test_only_a_sentence_that_was_said_before_is_left_out(replies: list[Reply]) -> None:
    made = said_once(replies)
    kept = [one for at, one in enumerate(replies) if one.text is None or one not in replies[:at]]
    assert list(made) == kept


async def test_what_flow_and_form_both_say_is_heard_once(core: Core) -> None:
    twice = (Reply("已经停售"), Reply("已经停售"), Reply("您想换成哪个套餐？"))
    core.engine.answer = lambda request: TurnResult(twice, {"intent": "change_plan"})
    said = await core.answer(await core.say("换成随心48"))
    assert [one.text for one in said] == ["已经停售", "您想换成哪个套餐？"]
