"""Free numbers are kept by one at a time, whatever is asked at once; second cards."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from care.bss.embedded import EmbeddedBss
from care.bss.embedded.contract_tables import NumberHoldRow
from care.bss.embedded.numbers import MOST_CARDS
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import Delivery, NumberSearch
from care.db import Database
from tests.bss.operator_fixtures import NOW, Clock
from tests.bss.test_load import dump
from tests.bss.test_ordering import refusal

ANY = NumberSearch()


async def some(bss: EmbeddedBss, holder: str = "a", search: NumberSearch = ANY) -> list[str]:
    """The first free numbers."""
    return [one.phone for one in await bss.free_numbers(search, holder, 5)]


async def test_a_number_is_held_for_half_an_hour(bss: EmbeddedBss, clock: Clock) -> None:
    [phone, *_] = await some(bss)
    hold = await bss.hold_number(phone, "a")
    assert hold.until == NOW + timedelta(minutes=30)
    assert phone in await some(bss, "a")
    assert phone not in await some(bss, "b")
    assert await refusal(bss.hold_number(phone, "b")) is RejectReason.NUMBER_TAKEN
    clock.forward(timedelta(minutes=10))
    assert await bss.hold_number(phone, "a") == hold, "asking again made it longer"
    clock.forward(timedelta(minutes=20))
    assert (await bss.hold_number(phone, "b")).holder == "b"
    assert await refusal(bss.hold_number(phone, "a")) is RejectReason.NUMBER_TAKEN


async def test_whoever_chooses_another_gives_the_first_back(bss: EmbeddedBss) -> None:
    first, second, *_ = await some(bss)
    await bss.hold_number(first, "a")
    await bss.hold_number(second, "a")
    assert (await bss.hold_number(first, "b")).holder == "b"
    await bss.release_number(second, "b")
    assert await refusal(bss.hold_number(second, "c")) is RejectReason.NUMBER_TAKEN
    await bss.release_number(second, "a")
    await bss.hold_number(second, "c")


async def test_of_many_at_one_moment_one_gets_the_number(bss: EmbeddedBss, db: Database) -> None:
    [phone, *_] = await some(bss)
    results = await asyncio.gather(
        *(bss.hold_number(phone, f"contact {number}") for number in range(12)),
        return_exceptions=True,
    )
    held = [one for one in results if not isinstance(one, BaseException)]
    refused = [one for one in results if isinstance(one, BssRejected)]
    assert len(held) == 1
    assert len(refused) == 11
    assert {one.reason for one in refused} == {RejectReason.NUMBER_TAKEN}
    assert [row[1] for row in dump(db)["bss_number_hold"]] == [held[0].holder]


async def test_the_database_itself_refuses_a_second_holder(bss: EmbeddedBss, db: Database) -> None:
    [phone, *_] = await some(bss)
    await bss.hold_number(phone, "a")
    row = {"phone": phone, "holder": "b", "until": datetime.now(UTC), "reserved": False}
    with pytest.raises(IntegrityError):
        db.write_now(lambda session: session.execute(insert(NumberHoldRow), [row]))


async def test_a_reservation_outlives_the_choosing(bss: EmbeddedBss, clock: Clock) -> None:
    first, second, *_ = await some(bss)
    await bss.hold_number(first, "a")
    reserved = await bss.reserve_number(first, "a", 7)
    assert reserved.until == NOW + timedelta(days=7)
    assert await bss.reserve_number(first, "a", 7) == reserved
    await bss.hold_number(second, "a")  # chooses another one for somebody else
    clock.forward(timedelta(days=6))
    assert await bss.reserve_number(first, "a", 7) == reserved
    assert await refusal(bss.hold_number(first, "b")) is RejectReason.NUMBER_TAKEN
    clock.forward(timedelta(days=1))
    await bss.hold_number(first, "b")


@pytest.mark.parametrize(
    ("search", "fits"),
    [
        (NumberSearch(ending="8218"), lambda phone: phone.endswith("8218")),
        (NumberSearch(containing="1314"), lambda phone: "1314" in phone),
        (NumberSearch(without=frozenset("47")), lambda phone: not set("47") & set(phone[3:])),
        (NumberSearch(prestige=True), lambda phone: True),
    ],
    ids=["ending", "containing", "without", "prestige"],
)
async def test_a_search_gives_what_fits(
    operator: EmbeddedBss, search: NumberSearch, fits: object
) -> None:
    found = await operator.free_numbers(search, "a", 50)
    assert found
    assert all(fits(one.phone) for one in found)  # type: ignore[operator]
    assert all(one.prestige for one in found) or not search.prestige


async def test_percent_signs_are_digits_of_no_number(operator: EmbeddedBss) -> None:
    for text in ("%", "_", "1%8"):
        assert await operator.free_numbers(NumberSearch(containing=text), "a", 5) == ()


async def test_further_numbers_are_other_numbers(operator: EmbeddedBss) -> None:
    first = await operator.free_numbers(ANY, "a", 5)
    second = await operator.free_numbers(ANY, "a", 5, skip=5)
    assert len({one.phone for one in (*first, *second)}) == 10
    assert not any(one.prestige for one in first)


async def test_a_second_card_is_ordered_once_and_keeps_its_number(
    bss: EmbeddedBss, db: Database, clock: Clock
) -> None:
    [phone, *_] = await some(bss)
    assert (await bss.second_card_fee("L1185")).monthly_fee == 0
    await bss.hold_number(phone, "a")
    receipt = await bss.add_second_card("L1185", phone, "a", Delivery.MAIL, idempotency_key="k")
    assert (receipt.line_id, receipt.offering_id) == ("L1185", phone)
    again = await bss.add_second_card("L1185", phone, "a", Delivery.MAIL, idempotency_key="k")
    assert again == receipt
    assert len(dump(db)["bss_second_card"]) == 1
    clock.forward(timedelta(days=400))
    assert await refusal(bss.hold_number(phone, "b")) is RejectReason.NUMBER_TAKEN
    terms = await bss.second_card_fee("L1185")
    assert (terms.present, terms.monthly_fee) == (1, 10)


async def test_who_may_have_no_second_card(bss: EmbeddedBss) -> None:
    [phone, *_] = await some(bss)
    for line, reason in (
        ("L1189B", RejectReason.SECOND_CARD),
        ("L1198", RejectReason.TOO_MANY_CARDS),
        ("L9999", RejectReason.UNKNOWN_LINE),
    ):
        order = bss.add_second_card(line, phone, "a", Delivery.STORE, idempotency_key=line)
        assert await refusal(order) is reason
    await bss.hold_number(phone, "b")
    order = bss.add_second_card("L1185", phone, "a", Delivery.STORE, idempotency_key="k")
    assert await refusal(order) is RejectReason.NUMBER_TAKEN
    order = bss.add_second_card("L1185", "13000000000", "a", Delivery.STORE, idempotency_key="k")
    assert await refusal(order) is RejectReason.UNKNOWN_NUMBER
    assert len(await bss.lines("C1198")) == 1 + MOST_CARDS


async def test_one_number_on_two_lines_at_one_moment_is_ordered_once(bss: EmbeddedBss) -> None:
    [phone, *_] = await some(bss)
    results = await asyncio.gather(
        *(
            bss.add_second_card(line, phone, line, Delivery.MAIL, idempotency_key=line)
            for line in ("L1185", "L1186", "L1190", "L1197")
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in results) == 1
    assert all(
        one.reason is RejectReason.NUMBER_TAKEN for one in results if isinstance(one, BssRejected)
    )
