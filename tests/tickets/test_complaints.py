from pathlib import Path
from typing import Any

import pytest

from care.bss.embedded import EmbeddedBss
from care.datafiles import DataFileError, read_yaml
from care.settings import ROOT
from care.tickets.complaints import attachments, load_complaint_guide
from tests.tickets.world import ZONE, World

FILE = ROOT / "data" / "demo" / "complaints.yml"
GUIDE = load_complaint_guide(FILE)
DOMAIN: dict[str, Any] = read_yaml(ROOT / "domain.yml")


@pytest.mark.parametrize(
    ("text", "says", "fraud", "category"),
    [
        ("我要投诉", False, False, "other"),
        ("投诉！！", False, False, "other"),
        ("怎么投诉你们", False, False, "other"),
        ("投诉装维师傅，迟到两小时还发脾气", True, False, "attitude"),
        ("我要投诉你们乱收费", True, False, "charge"),
        ("泄露了我的号码，我要投诉", True, False, "privacy"),
        ("投诉那个师傅", False, False, "staff"),
        ("骗子冒充你们客服，我被骗了", True, True, "staff"),
        ("点了链接卡里的钱没了", True, True, "other"),
        ("业务员忽悠我爸签合约", True, False, "sales"),
    ],
)
def test_words_tell_what_a_complaint_is_about(
    text: str, says: bool, fraud: bool, category: str
) -> None:
    assert GUIDE.says_what(text) is says or category == "staff"
    assert GUIDE.is_fraud(text) is fraud
    assert GUIDE.category(text).id == category


def test_a_button_names_its_category() -> None:
    buttons = DOMAIN["responses"]["utter_ask_complaint_form_complaint_about"][0]["buttons"]
    chosen = [one["payload"].split('"')[3] for one in buttons if "topic" in one["payload"]]
    assert len(chosen) >= 4
    for name in chosen:
        assert GUIDE.category(name).id == name


def test_remedies_are_intents() -> None:
    for category in GUIDE.categories:
        assert set(category.remedies) <= set(DOMAIN["intents"])


def test_the_advice_names_the_numbers_that_help() -> None:
    for number in ("110", "96110"):
        assert number in GUIDE.fraud_advice


async def test_what_belongs_to_it_goes_along(world: World, operator: EmbeddedBss) -> None:
    ticket = await world.open()

    async def found(name: str) -> list[str]:
        category = GUIDE.category(name)
        return await attachments(operator, category, "L1001", [ticket], world.clock(), ZONE)

    assert await found("repair") == [f"相关工单：{ticket.number} 宽带上不了网"]
    [bill] = await found("charge")
    assert bill.startswith("相关账单：2026年10月 共 ")
    assert await found("privacy") == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("attach: [bill, order]", "attach: [umbrella]", "umbrella"),
        ("id: charge", "id: attitude", "same id"),
        ("id: charge", "id: fraud", "fraud"),
        ("      words: []", "      words: [其他]", "no words"),
        ("    advice:", "    advise:", "advise"),
        ("  bare: [", "  plain: [", "plain"),
    ],
)
def test_a_file_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "complaints.yml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_complaint_guide(broken)
