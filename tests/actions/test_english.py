"""English is answered in English: what the twenty commonest wishes may say has an English wording, buttons and all."""

import re
from typing import Any, cast

import pytest

from actions.order_sentences import SENTENCES
from actions.server import all_actions
from care.datafiles import read_yaml
from tests.actions.calls import said_in
from tools.layout import ROOT

INTENTS = (
    "query_balance",
    "query_bill",
    "query_usage",
    "explain_charge",
    "dispute_charge",
    "top_up",
    "query_payments",
    "query_points",
    "query_plan",
    "recommend_plan",
    "change_plan",
    "subscribe_addon",
    "cancel_addon",
    "open_roaming",
    "report_broadband_fault",
    "report_mobile_fault",
    "query_outage",
    "query_ticket",
    "replace_sim",
    "book_store",
)
"""The commonest wishes of an operator's customers. Of the rest, most are answered in English, too."""

BESIDE = {
    "identity",
    "identity_form",
    "no_code",
    "anger",
    "talk",
    "listed",
    "inquiry",
    "comparison",
    "orders",
    "wishes",
    "earlier_wish",
    "handover",
    "complaints",
    "complaint_record",
    "addon_offers",
    "roaming_form",
    "journeys",
    "fault_form",
    "fault_after",
    "ticket_changes",
    "store_form",
    "appointments",
    "appointment_changes",
    "appointment_change_form",
    "lines",
    "my_orders",
}
"""Modules that take part in these flows: forms, what stands between, what is offered in them."""

ORDERS = {
    "change_plan",
    "subscribe_addon",
    "cancel_addon",
    "undo_order",
    "open_roaming",
    "refund_charge",
    "redeem_points",
}

DOMAIN: dict[str, Any] = read_yaml(ROOT / "domain.yml")
_QUOTED = re.compile(r"“[^”]*”")
"""The operator's own names, which are Chinese."""
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def _modules() -> set[str]:
    """The modules whose sentences these flows may say."""
    of_action = {
        action.name(): type(action).__module__.removeprefix("actions.")
        for action in all_actions(cast(Any, None))
    }
    led = set()
    for path in sorted((ROOT / "data" / "rules").glob("*.yml")):
        for rule in read_yaml(path)["rules"]:
            first, *rest = rule["steps"]
            if first.get("intent") in INTENTS and rest:
                led.add(of_action[rest[0]["action"]])
    return led | BESIDE


def _responses() -> list[str]:
    modules = _modules()
    said = {
        response
        for call in said_in(ROOT / "actions")
        if call.place.partition(".")[0] in modules
        for response in call.responses
    }
    of_others = {one for kind in SENTENCES for one in _of_order(kind)}
    return sorted((said - of_others) | {one for kind in ORDERS for one in _of_order(kind)})


def _of_order(kind: str) -> tuple[str, ...]:
    words = SENTENCES[kind]
    return (words.offer, words.done, *words.notes.values())


def test_all_twenty_lead_somewhere() -> None:
    assert len(INTENTS) == 20
    assert len(_modules()) > len(BESIDE) + 10


@pytest.mark.parametrize("response", _responses())
def test_it_is_said_in_english(response: str) -> None:
    english = [
        wording
        for wording in DOMAIN["responses"][response]
        if {"type": "slot", "name": "language", "value": "en"} in wording.get("condition", ())
    ]
    assert english
    for wording in english:
        assert not _CHINESE.search(_QUOTED.sub("", wording["text"]))
        for button in wording.get("buttons", ()):
            assert not _CHINESE.search(button["title"])
