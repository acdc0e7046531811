"""What a line has ordered, with us and elsewhere."""

from datetime import timedelta

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssUnavailable
from care.orders.history import Stage, orders_of
from tests.bss.operator_fixtures import TODAY
from tests.orders.test_orders import LINE, Down, World, consent, world

__all__ = ["world"]


async def test_orders_from_elsewhere_have_no_number_of_ours(world: World) -> None:
    [old, *_] = await orders_of(world.db, world.bss, "L1003", TODAY)
    assert (old.title, old.stage, old.number) == ("开通云盘会员", Stage.IN_FORCE, None)
    assert not old.undoable


async def test_an_order_of_ours_is_told_once_and_can_be_taken_back(world: World) -> None:
    orders = world.orders("change_plan", "undo_order")
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    order = await orders.confirm(offer.id, world.verified, consent(None))
    [told] = await orders_of(world.db, world.bss, LINE, TODAY)
    assert (told.title, told.stage, told.number) == ("换成畅享159", Stage.WAITING, order.number)
    assert told.undoable
    assert told.operator_order_id is not None
    undo = await orders.offer(world.verified, "undo_order", {"order": told.operator_order_id})
    await orders.confirm(undo.id, world.verified, consent(None))
    await orders.confirm(undo.id, world.verified, consent(None))
    [undone] = await orders_of(world.db, world.bss, LINE, TODAY)
    assert (undone.stage, undone.undoable) == (Stage.UNDONE, False)


async def test_an_order_that_the_operator_has_not_answered_is_in_hand(world: World) -> None:
    orders = world.orders("change_plan", bss=Down(world.bss, BssUnavailable()))
    offer = await orders.offer(world.verified, "change_plan", {"plan": "p159"})
    await orders.confirm(offer.id, world.verified, consent(None))
    [told] = await orders_of(world.db, world.bss, LINE, TODAY)
    assert (told.stage, told.undoable) == (Stage.IN_HAND, False)


async def test_the_newest_stands_in_front(bss: EmbeddedBss, world: World) -> None:
    await world.bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="k1")
    world.clock.forward(timedelta(minutes=5))
    await world.bss.subscribe_addon("L1003", "music_member", idempotency_key="k2")
    titles = [order.title for order in await orders_of(world.db, world.bss, "L1003", TODAY)]
    assert titles == ["开通音乐会员", "开通5GB流量加油包", "开通云盘会员"]
