"""Rules that the entries themselves must keep to."""

import re
from datetime import date
from pathlib import Path

import pytest

from care.datafiles import read_yaml
from care.duties import load_duties
from care.knowledge import Library
from care.knowledge.analysis import Analyzer

DATA = Path(__file__).parents[2] / "data"

RASA_KEYS = {
    "rules",
    "nlu",
    "stories",
    "responses",
    "intents",
    "forms",
    "slots",
    "actions",
    "version",
}

WITHOUT_FLOW = ["relocate_broadband"]
"""Intents that are answered from the knowledge base where their flow cannot go on."""


def test_there_are_enough_entries(library: Library) -> None:
    assert len(library.entries) >= 250


def test_every_entry_is_whole(library: Library) -> None:
    for entry in library.entries:
        assert 4 <= len(entry.wordings) <= 50, entry.id
        assert entry.source, entry.id
        assert date(2026, 1, 1) <= entry.reviewed, entry.id
        assert 20 <= len(entry.answer) <= 220, (entry.id, len(entry.answer))
        assert entry.answer[-1] in "。！？", entry.id


def test_wordings_are_short_and_clean(library: Library) -> None:
    for entry in library.entries:
        for wording in entry.wordings:
            assert 2 <= len(wording) <= 50, (entry.id, wording)
            assert not re.search(r"[。？?！\n]", wording), (entry.id, wording)


def test_no_two_entries_are_asked_for_by_the_same_terms(library: Library) -> None:
    """Wordings that differ in letters may still read the same to the search."""
    analyzer = Analyzer(library.vocabulary)
    owners: dict[frozenset[tuple[str, float]], str] = {}
    for entry in library.entries:
        for wording in entry.wordings:
            terms = frozenset(analyzer.terms(wording).weights.items())
            assert owners.setdefault(terms, entry.id) == entry.id, wording


@pytest.mark.parametrize("intent", WITHOUT_FLOW)
def test_every_intent_without_a_flow_has_a_general_entry(library: Library, intent: str) -> None:
    assert [entry.id for entry in library.entries if intent in entry.general_for]


def test_rasa_takes_none_of_these_files_for_its_own() -> None:
    for path in [*(DATA / "faq").glob("*.yml"), *(DATA / "duties").rglob("*.yml")]:
        assert not RASA_KEYS & set(read_yaml(path)), path
        assert "${" not in path.read_text(encoding="utf-8"), "Rasa would put a variable there"


ADDON_ENTRIES = [
    ("ringback-tone", "crbt"),
    ("missed-call-alert", "missed_call"),
    ("caller-id", "caller_id"),
    ("family-care", "family_care"),
    ("cloud-storage", "cloud_drive"),
    ("roaming-hk-macau-taiwan", "roam_hmt"),
    ("roaming-price", "roam_hmt"),
    ("roaming-price", "roam_asia"),
    ("roaming-price", "roam_europe"),
    ("roaming-price", "roam_world"),
    ("addon-subscribe", "data_boost_5g"),
    ("addon-subscribe", "data_day_1g"),
    ("addon-subscribe", "data_10g"),
    ("addon-subscribe", "data_30g"),
    ("overage-data-price", "data_boost_5g"),
    ("overage-data-price", "data_day_1g"),
    ("overage-call-price", "voice_100"),
]


@pytest.mark.parametrize(("entry_id", "addon"), ADDON_ENTRIES)
def test_prices_agree_with_the_catalogue(library: Library, entry_id: str, addon: str) -> None:
    addons = {one["id"]: one for one in read_yaml(DATA / "demo" / "addons.yml")["addons"]}
    (entry,) = (one for one in library.entries if one.id == entry_id)
    assert re.search(rf"(?<!\d){addons[addon]['price']} 元", entry.answer)


def test_tariffs_agree_with_the_catalogue(library: Library) -> None:
    plans = [plan for plan in read_yaml(DATA / "demo" / "plans.yml")["plans"] if plan["on_sale"]]
    answers = {entry.id: entry.answer for entry in library.entries}
    assert {plan["tariff"]["data_per_gb"] for plan in plans} == {3, 5}
    assert "3 元或 5 元" in answers["overage-data-price"]
    per_minute = [plan["tariff"]["voice_per_minute"] for plan in plans]
    assert f"{min(per_minute):.2f} 到 {max(per_minute):.2f} 元" in answers["overage-call-price"]
    for plan in read_yaml(DATA / "demo" / "plans.yml")["plans"]:
        assert plan["rollover"] != (plan["name"] in answers["data-rollover"]), plan["name"]


def test_fees_and_terms_of_lines_agree_with_the_operators(library: Library) -> None:
    answers = {entry.id: entry.answer for entry in library.entries}
    terms = read_yaml(DATA / "demo" / "line_terms.yml")["line_terms"]
    fees = terms["card_fees"]
    assert [reason for reason, fee in fees.items() if fee] == ["lost", "plastic"]
    assert f"卡丢失补卡、eSIM 换回实体卡收工本费 {fees['lost']} 元" in answers["sim-replace-fee"]
    assert fees["lost"] == fees["plastic"]
    fee = read_yaml(DATA / "demo" / "operator.yml")["operator"]["suspend_fee"]
    assert f"每月只收 {fee} 元保号费" in answers["suspend-keep"]
    least, most = terms["keep_least_months"], terms["keep_most_months"]
    assert f"一次可停 {least} 到 {most} 个月" in answers["suspend-keep"]


def test_cards_agree_with_the_catalogue(library: Library) -> None:
    (entry,) = (one for one in library.entries if one.id == "sub-card")
    cards = {p["id"]: p["extra_cards"] for p in read_yaml(DATA / "demo" / "plans.yml")["plans"]}
    assert "畅享89、129 可免费加 1 张" in entry.answer
    assert (cards["p89"], cards["p129"]) == (1, 1)
    assert "159、199 可加 2 张" in entry.answer
    assert (cards["p159"], cards["p199"]) == (2, 2)
    assert "全家享169 可加 3 张，尊享299 可加 4 张" in entry.answer
    assert (cards["f169"], cards["p299"]) == (3, 4)


def test_terms_of_the_law_agree_with_the_rule_pack(library: Library) -> None:
    duties = load_duties(DATA / "duties")
    answers = {entry.id: entry.answer for entry in library.entries}
    urban, rural = duties.hours("fault_repair_urban"), duties.hours("fault_repair_rural")
    for entry_id in ("broadband-repair-time", "ticket-urge", "landline"):
        assert f"城镇 {urban} 小时" in answers[entry_id]
        assert f"农村 {rural} 小时" in answers[entry_id]
    assert f"{duties.hours('mobile_fault')} 小时内修复" in answers["mobile-no-signal"]
    assert f"{duties.hours('reconnect_after_payment')} 小时" in answers["resume-line"]
    assert f"{duties.days('complaint_answer')} 天" in answers["complain"]
    assert f"{duties.days('complaint_answer')} 天" in answers["appeal"]
    assert "5 个工作日" in answers["appeal"]
    assert f"{duties.days('appeal_answer')} 天" in answers["appeal"]
    assert f"续订前 {duties.days('senior_renewal_reminder')} 天" in answers["contract-expire"]
