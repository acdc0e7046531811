"""How a new card may come, and whose."""

import pytest

from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssRejected, CardDelivery, CardReason, CustomerKind, RejectReason
from care.customers.verification import Verified
from care.lines.replacement import deliveries, mask_address, replacement
from tests.bss.operator_fixtures import NOW

COURIER, DOWNLOAD = CardDelivery.COURIER, CardDelivery.DOWNLOAD


def verified(customer: str, line: str) -> Verified:
    return Verified("contact", customer, line, "13800000000", NOW)


async def test_who_found_a_lost_telephone_cannot_download_its_card(bss: EmbeddedBss) -> None:
    lost = await bss.line_by_id("L1167A")
    assert lost is not None
    itself, another = verified("C1167", "L1167A"), verified("C1167", "L1167B")
    person = CustomerKind.PERSON
    assert deliveries(CardReason.LOST, lost, itself, person) == (COURIER,)
    assert deliveries(CardReason.LOST, lost, another, person) == (COURIER, DOWNLOAD)
    assert deliveries(CardReason.LOST, lost, another, CustomerKind.ENTERPRISE) == ()
    await bss.block_lost("L1167A", idempotency_key="k")
    with pytest.raises(BssRejected) as refused:
        await replacement(bss, itself, "L1167A", CardReason.LOST, DOWNLOAD)
    assert refused.value.reason is RejectReason.NOT_ELIGIBLE
    assert await replacement(bss, another, "L1167A", CardReason.LOST, DOWNLOAD)


async def test_nobody_orders_a_card_for_another_ones_number(bss: EmbeddedBss) -> None:
    with pytest.raises(BssRejected) as refused:
        await replacement(bss, verified("C1167", "L1167A"), "L1169", CardReason.DAMAGED, COURIER)
    assert refused.value.reason is RejectReason.UNKNOWN_LINE


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("澜州市望江区幸福路18号幸福里3栋2单元501室", "澜州市望江区幸福路****"),
        ("澜州市某某村三组", "澜州市某某村****"),
        ("三组", "****"),
        ("", "****"),
    ],
)
def test_an_address_is_masked_from_the_house_number_on(address: str, masked: str) -> None:
    assert mask_address(address) == masked
