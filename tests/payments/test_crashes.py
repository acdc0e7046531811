"""The process dies between any two steps, and things happen in any order: nothing is credited twice, nothing is lost."""

import asyncio
import itertools
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from care.errors import CareError
from care.payments.gateway import GatewayState
from care.payments.sandbox import Choice
from care.payments.service import Payment
from care.payments.tables import PaymentState
from tests.payments.conftest import a_till
from tests.payments.till import Dies, Steps, Till

ENDS = {
    GatewayState.PAID: {PaymentState.CREDITED},
    GatewayState.REFUNDED: {PaymentState.REFUNDED},
    GatewayState.FAILED: {PaymentState.FAILED},
    GatewayState.CLOSED: {PaymentState.CANCELLED, PaymentState.EXPIRED},
    None: {PaymentState.EXPIRED, PaymentState.CANCELLED},
}


async def dying(step: int, till: Till, deed: Callable[[], Awaitable[object]]) -> bool:
    """Do something in a process that dies at its ``step``; gives whether it died. Another process takes over."""
    steps = Steps()
    steps.last = step
    till.payments = till.started(steps)
    try:
        await deed()
        return False
    except Dies:
        return True
    finally:
        till.payments = till.started()


def check(till: Till) -> None:
    """The account holds what the gateway took, to the fen, and every payment has come to its end."""
    taken = 0
    for row in till.rows():
        at_gateway = till.at_gateway(row.id)
        assert row.state in ENDS[at_gateway], (row.state, at_gateway)
        paid = at_gateway == GatewayState.PAID
        assert till.credits(row.id) == int(paid)
        taken += int(row.amount) if paid else 0
    assert till.account == taken
    credited = [row for row in till.rows() if row.state == PaymentState.CREDITED]
    assert len(till.texts.sent) == len(credited)
    assert sum("已经到账" in text for text in till.told) <= len(credited)


@pytest.mark.parametrize("choice", [*Choice, None])
async def test_whoever_dies_at_any_step_leaves_nothing_undone(
    small_till: Till, choice: Choice | None
) -> None:
    till = small_till
    deaths = 0
    for step in itertools.count(1):
        before = {row.id for row in till.rows()}

        async def whole() -> None:
            payment = await till.begin("50")
            if choice is not None:
                await till.gateway.choose(payment.id, choice)
            await till.payments.settle(payment.id)

        died = await dying(step, till, whole)
        # Who died before the link was shown cannot have paid; who died after may pay yet.
        for row in till.rows():
            if row.id not in before and choice is not None and row.gateway_number is not None:
                await till.gateway.choose(row.id, choice)
        await till.work_off()
        check(till)
        deaths += died
        if not died:
            break
    assert deaths > 10
    assert sum(row.state == PaymentState.CREDITED for row in till.rows()) == (
        sum(row.gateway_number is not None for row in till.rows()) if choice is Choice.PAY else 0
    )


@pytest.mark.parametrize("closed", [False, True])
async def test_a_job_that_dies_at_any_step_is_taken_up(small_till: Till, closed: bool) -> None:
    """What was paid while nobody was there; with the line closed it goes back."""
    till = small_till
    for step in itertools.count(1):
        payment = await till.begin("50")
        await till.gateway.choose(payment.id, Choice.PAY)
        if closed:
            till.close_line()
        died = await dying(step, till, lambda paid=payment: till.payments.settle(paid.id))
        await till.work_off()
        if closed:
            assert till.row(payment.id).state == PaymentState.REFUNDED
            assert till.credits(payment.id) == 0
        check(till)
        if not died:
            break
    assert step > 10


DEEDS = st.sampled_from(
    ["pay", "fail", "give_up", "notice", "settle", "cancel", "jobs", "again", "other amount"]
)
GROUPS = st.lists(
    st.tuples(st.lists(DEEDS, min_size=1, max_size=4), st.none() | st.integers(1, 24)),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(groups=GROUPS, waits=st.lists(st.integers(0, 8), min_size=6, max_size=6))
def test_in_any_order_at_once_and_dying_in_between(
    groups: list[tuple[list[str], int | None]], waits: list[int]
) -> None:
    """Each group is done at the same time; a number is the step at which the process dies in it."""
    with tempfile.TemporaryDirectory() as folder:
        for till in a_till(f"sqlite:///{Path(folder) / 'care.db'}"):
            asyncio.run(_live_through(till, groups, waits))


async def _live_through(
    till: Till, groups: list[tuple[list[str], int | None]], waits: list[int]
) -> None:
    conversation = "c" * 26
    payments = [await till.begin("50", conversation)]
    for (deeds, step), minutes in zip(groups, waits, strict=False):
        if step is not None:
            steps = Steps()
            steps.last = step
            till.payments = till.started(steps)
        done = await asyncio.gather(
            *(_do(till, deed, conversation, payments) for deed in deeds), return_exceptions=True
        )
        for one in done:
            if isinstance(one, BaseException) and not isinstance(one, Dies | CareError):
                raise one
        till.payments = till.started()
        await till.work_off(minutes / 60)
    await till.work_off()
    check(till)


async def _do(till: Till, deed: str, conversation: str, payments: list[Payment]) -> None:
    payment = payments[-1]
    if deed in ("pay", "fail", "give_up"):
        await till.gateway.choose(payment.id, Choice(deed))
    elif deed == "notice":
        await till.payments.notice(*till.gateway.notice(payment.id))
    elif deed == "settle":
        await till.payments.settle(payment.id)
    elif deed == "cancel":
        await till.payments.cancel(payment.id)
    elif deed == "jobs":
        await till.work_off(0)
    else:
        amount = str(payment.amount if deed == "again" else payment.amount + 1)
        payments.append(await till.begin(amount, conversation))
