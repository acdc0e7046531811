"""The orders about lines and cards: their terms fill the dialogue's sentences, and each is carried out once."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from actions.order_sentences import SENTENCES
from care.bss.embedded import EmbeddedBss
from care.bss.protocol import BssRejected, LineStatus, RejectReason
from care.customers.verification import Verified
from care.datafiles import read_yaml
from care.duties import load_duties
from care.orders.kinds import OrderToPlace, Terms, all_kinds
from care.orders.service import YES_SUFFICES
from tests.bss.operator_fixtures import NOW, TODAY
from tests.orders.examples import DUTIES
from tools.layout import ROOT

RESPONSES: dict[str, Any] = read_yaml(ROOT / "domain.yml")["responses"]
_PLACE = re.compile(r"\{(\w+)\}")

KEPT = {"line": "L1174A", "phone": "13900131174", "start": TODAY.isoformat(), "months": "3"}
COURIER, DOWNLOAD = "courier", "download"

ORDERS: list[tuple[str, str, dict[str, str], str]] = [
    ("suspend_service", "C1174", KEPT, "每月收保号费5元"),
    ("resume_service", "C1176", {"line": "L1176"}, "每月59元"),
    ("lift_lost", "C1178", {"line": "L1178"}, "免费"),
    ("spam_shield", "C1179", {"line": "L1179", "level": "strict"}, "免费"),
    (
        "replace_card",
        "C1169",
        {"line": "L1169", "reason": "esim", "delivery": DOWNLOAD},
        "免费",
    ),
    (
        "replace_card",
        "C1170",
        {"line": "L1170", "reason": "damaged", "delivery": COURIER},
        "望江路****",
    ),
    (
        "replace_lost_card",
        "C1178",
        {"line": "L1178", "reason": "lost", "delivery": COURIER},
        "工本费10元（签收时收取）",
    ),
]
IDS = [f"{kind}-{params.get('reason', '')}" for kind, _, params, _ in ORDERS]


async def verified(bss: EmbeddedBss, customer: str) -> Verified:
    line = (await bss.lines(customer))[0]
    return Verified("contact", customer, line.id, line.phone, NOW)


def places(response: str) -> set[str]:
    return {name for one in RESPONSES[response] for name in _PLACE.findall(one["text"])}


@pytest.mark.parametrize(("kind", "customer", "params", "said"), ORDERS, ids=IDS)
async def test_terms_fill_the_sentences_and_name_what_the_law_wants(
    bss: EmbeddedBss, kind: str, customer: str, params: Mapping[str, str], said: str
) -> None:
    terms: Terms = await all_kinds(bss, DUTIES)[kind].terms(
        await verified(bss, customer), params, TODAY
    )
    sentences = SENTENCES[kind]
    given = {"name", "order", *terms.words}
    assert places(sentences.offer) <= given - {"order"}
    assert places(sentences.done) <= given
    for note in terms.notes:
        assert places(sentences.notes[note.name]) == set(note.values)
    assert said in terms.text
    assert re.search(r"长期|个月", terms.text), "no term"
    assert re.search(r"取消|撤销|关闭|重新挂失|再办停机保号", terms.text), "no way out"
    assert f"{TODAY.month}月{TODAY.day}日" in terms.text
    assert len(terms.name) <= 80
    assert len(terms.offering_id) <= 40


@pytest.mark.parametrize(("kind", "customer", "params", "said"), ORDERS, ids=IDS)
async def test_an_order_is_carried_out_once(
    bss: EmbeddedBss, kind: str, customer: str, params: Mapping[str, str], said: str
) -> None:
    who = await verified(bss, customer)
    made = all_kinds(bss, DUTIES)[kind]
    terms = await made.terms(who, params, TODAY)
    order = OrderToPlace(
        id="01order",
        kind=kind,
        customer_id=customer,
        line_id=who.line_id,
        phone=who.phone,
        offering_id=terms.offering_id,
        effective=terms.effective,
        params=params,
    )
    number = await made.place(order)
    assert 0 < len(number) <= 40
    assert await made.place(order) == number


@pytest.mark.parametrize(("kind", "customer", "params", "said"), ORDERS, ids=IDS)
async def test_nobody_orders_for_another_ones_line(
    bss: EmbeddedBss, kind: str, customer: str, params: Mapping[str, str], said: str
) -> None:
    with pytest.raises(BssRejected) as refused:
        await all_kinds(bss, DUTIES)[kind].terms(await verified(bss, "C1005"), params, TODAY)
    assert refused.value.reason is RejectReason.UNKNOWN_LINE


async def test_a_suspension_ordered_with_nonsense_is_refused(bss: EmbeddedBss) -> None:
    who = await verified(bss, "C1174")
    for change in ({"start": "tomorrow"}, {"months": "three"}):
        with pytest.raises(BssRejected) as refused:
            await all_kinds(bss, DUTIES)["suspend_service"].terms(who, {**KEPT, **change}, TODAY)
        assert refused.value.reason is RejectReason.BAD_DATE


async def test_a_return_is_priced_with_the_plan(bss: EmbeddedBss) -> None:
    who = await verified(bss, "C1176")
    terms = await all_kinds(bss, DUTIES)["resume_service"].terms(who, {"line": "L1176"}, TODAY)
    assert terms.price == Decimal(59)
    assert terms.effective == date(2026, 11, 23)


async def test_a_loss_that_was_lifted_is_in_use(bss: EmbeddedBss) -> None:
    await bss.lift_lost("L1178", idempotency_key="k")
    line = await bss.line_by_id("L1178")
    assert line is not None
    assert line.status is LineStatus.ACTIVE
    with pytest.raises(BssRejected):
        await all_kinds(bss, DUTIES)["lift_lost"].terms(
            await verified(bss, "C1178"), {"line": "L1178"}, TODAY
        )


def test_a_yes_suffices_only_where_nothing_falls_due_at_once() -> None:
    free = load_duties(ROOT / "data" / "duties").names(YES_SUFFICES)
    assert {"lift_lost", "spam_shield", "replace_lost_card"} <= free
    assert not {"suspend_service", "resume_service", "replace_card"} & free
