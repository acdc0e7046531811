"""What holds for every kind of order: its text, the places of its sentences, and that it is carried out once."""

import re
from datetime import timedelta
from typing import Any, cast

import pytest

from actions.order_sentences import SENTENCES
from care.bss.embedded import EmbeddedBss
from care.bss.protocol import Bss, BssRejected, RejectReason
from care.customers.verification import Verified
from care.datafiles import read_yaml
from care.db import Database
from care.orders.kinds import OrderKind, OrderToPlace, Terms, all_kinds
from care.wording import day, yuan
from tests.bss.operator_fixtures import NOW, TODAY
from tests.bss.test_load import dump
from tests.orders.examples import DUTIES, EXAMPLES, TESTED_ELSEWHERE, Example
from tools.layout import ROOT

KINDS = sorted(all_kinds(cast(Bss, None), DUTIES))
CASES = [
    pytest.param(kind, example, id=f"{kind}-{number}")
    for kind in KINDS
    for number, example in enumerate(EXAMPLES.get(kind, ()), 1)
]
RESPONSES: dict[str, Any] = read_yaml(ROOT / "domain.yml")["responses"]
_PLACE = re.compile(r"\{(\w+)\}")
_WAY_OUT = re.compile(r"撤销|退订|取消|改办|重新开通")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_sentences_and_an_example(kind: str) -> None:
    assert kind in SENTENCES, "add its sentences in actions/orders.py"
    assert EXAMPLES.get(kind) or kind in TESTED_ELSEWHERE, "add one in tests/orders/examples.py"


def verified(bss: EmbeddedBss, line_id: str) -> Verified:
    """Who holds the line."""
    return Verified("contact", "C" + line_id[1:5], line_id, "13800138001", NOW + timedelta(hours=1))


async def terms_of(bss: EmbeddedBss, kind: OrderKind, example: Example) -> tuple[Any, Terms]:
    params = await example.params(bss)
    return params, await kind.terms(verified(bss, example.line_id), params, TODAY)


def places(response: str) -> set[str]:
    return {name for one in RESPONSES[response] for name in _PLACE.findall(one["text"])}


@pytest.mark.parametrize(("kind", "example"), CASES)
async def test_the_words_of_its_terms_fill_its_sentences(
    bss: EmbeddedBss, kind: str, example: Example
) -> None:
    _, terms = await terms_of(bss, all_kinds(bss, DUTIES)[kind], example)
    sentences = SENTENCES[kind]
    assert places(sentences.offer) <= {"name", *terms.words}
    assert places(sentences.done) <= {"name", "order", *terms.words}
    said = places(sentences.offer) | places(sentences.done)
    assert set(terms.words) <= said, "a word that no sentence has a place for"
    assert all(terms.words.values()), "an empty word"
    for note in terms.notes:
        assert places(sentences.notes[note.name]) == set(note.values)


@pytest.mark.parametrize(("kind", "example"), CASES)
async def test_its_text_names_price_start_and_the_way_out(
    bss: EmbeddedBss, kind: str, example: Example
) -> None:
    _, terms = await terms_of(bss, all_kinds(bss, DUTIES)[kind], example)
    price = f"{yuan(terms.price)}元" if terms.price else ""
    assert price in terms.text if price else re.search(r"免费|不收费", terms.text)
    assert day(terms.effective) in terms.text
    assert _WAY_OUT.search(terms.text)
    assert "尾号8001" in terms.text
    assert len(terms.name) <= 80


@pytest.mark.parametrize(("kind", "example"), CASES)
async def test_it_is_carried_out_once(
    bss: EmbeddedBss, db: Database, kind: str, example: Example
) -> None:
    of_kind = all_kinds(bss, DUTIES)[kind]
    params, terms = await terms_of(bss, of_kind, example)
    order = OrderToPlace(
        id="01order",
        kind=kind,
        customer_id="C" + example.line_id[1:5],
        line_id=example.line_id,
        phone="13800138001",
        offering_id=terms.offering_id,
        effective=terms.effective,
        params=params,
    )
    before = dump(db)
    number = await of_kind.place(order)
    once = dump(db)
    assert once != before, "nothing was done"
    assert await of_kind.place(order) == number
    assert dump(db) == once


async def test_an_order_of_another_line_is_not_taken_back(bss: EmbeddedBss) -> None:
    receipt = await bss.subscribe_addon("L1003", "data_boost_5g", idempotency_key="k")
    undo = all_kinds(bss, DUTIES)["undo_order"]
    with pytest.raises(BssRejected) as refused:
        await undo.terms(verified(bss, "L1006"), {"order": receipt.order_id}, TODAY)
    assert refused.value.reason is RejectReason.UNKNOWN_ORDER


async def test_a_pack_is_not_sold_for_a_country_it_is_not_good_in(bss: EmbeddedBss) -> None:
    params = {
        "addon": "roam_europe",
        "countries": "JP",
        "start": TODAY.isoformat(),
        "end": TODAY.isoformat(),
    }
    with pytest.raises(BssRejected):
        await all_kinds(bss, DUTIES)["open_roaming"].terms(verified(bss, "L1003"), params, TODAY)


async def test_who_waited_with_the_yes_leaves_today(bss: EmbeddedBss) -> None:
    params = {"addon": "roam_asia", "countries": "JP"}
    params |= {"start": TODAY.isoformat(), "end": TODAY.isoformat()}
    later = TODAY + timedelta(days=1)
    terms = await all_kinds(EmbeddedBss(bss._db, lambda: NOW + timedelta(days=1)), DUTIES)[
        "open_roaming"
    ].terms(verified(bss, "L1003"), params, later)
    assert terms.effective == later
