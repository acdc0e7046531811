"""The demo operator's files as people wrote them."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from care.bss.embedded.demo import DEMO_FOLDER, read_demo
from care.bss.embedded.demo.specs import DemoFiles
from care.bss.protocol import AddonKind, AreaKind, CustomerKind, LineStatus
from care.settings import ROOT
from tests.bss.operator_fixtures import TODAY


def test_there_is_enough_to_show(demo_files: DemoFiles) -> None:
    assert len(demo_files.plans) >= 8
    assert len(demo_files.addons) >= 12
    assert len(demo_files.customers) >= 30
    assert len(demo_files.stores) == 10
    assert len([outage for outage in demo_files.outages if outage.ended is None]) == 2
    assert {addon.kind for addon in demo_files.addons.values()} == set(AddonKind)
    assert {area.kind for area in demo_files.areas} == set(AreaKind)


def test_the_customers_are_varied(demo_files: DemoFiles) -> None:
    customers = demo_files.customers
    lines = [line for customer in customers for line in customer.lines]
    seniors = [c for c in customers if c.born is not None and TODAY.year - c.born.year > 65]
    assert len(seniors) >= 5
    assert any(customer.kind is CustomerKind.ENTERPRISE for customer in customers)
    assert any(not customer.broadband for customer in customers)
    assert any(line.primary for line in lines)
    assert any(line.contract for line in lines)
    assert any(line.former_plan for line in lines)
    assert {line.status for line in lines} >= set(LineStatus) - {LineStatus.CLOSED}
    assert len({line.plan for line in lines if line.plan}) >= 10


def test_customers_with_broadband_live_where_the_live_outages_are(demo_files: DemoFiles) -> None:
    homes = {customer.area for customer in demo_files.customers if customer.broadband}
    for outage in demo_files.outages:
        if outage.ended is None:
            assert homes & set(outage.areas), outage.id


def test_phones_have_the_form_of_mobile_numbers(demo_files: DemoFiles) -> None:
    for customer in demo_files.customers:
        for line in customer.lines:
            assert len(line.phone) == 11
            assert line.phone.isdigit()
            assert line.phone.startswith("1")


def test_the_rules_of_a_plan_name_its_figures(demo_files: DemoFiles) -> None:
    for plan in demo_files.plans.values():
        text = "".join(plan.rules)
        for figure in (
            f"月费{plan.monthly_fee}元",
            f"国内流量{plan.data_mb // 1024}GB",
            f"国内通话{plan.voice_minutes}分钟",
            f"每GB {plan.tariff.data_per_gb}元",
            f"通话每分钟{plan.tariff.voice_per_minute:.2f}元",
        ):
            assert figure in text, (plan.id, figure)
        assert (f"短信{plan.sms}条" in text) == (plan.sms > 0), plan.id
        assert (plan.broadband_mbps is not None) == ("家庭宽带一条" in text), plan.id
        assert plan.rollover == ("可以结转" in text), plan.id
        if plan.extra_cards:
            assert f"免费加{plan.extra_cards}张副卡" in text, plan.id
        if plan.tariff.data_cap is not None:
            assert f"每月最多收{plan.tariff.data_cap}元" in text, plan.id


def test_the_rules_of_an_addon_name_its_price_and_how_it_ends(demo_files: DemoFiles) -> None:
    for addon in demo_files.addons.values():
        text = "".join(addon.rules)
        period = "每月" if addon.recurring else "一次"
        price = "免费" if addon.price == 0 else f"{period}{addon.price}元"
        assert text.startswith(price), addon.id
        assert ("退订" if addon.recurring else "到期") in text, addon.id
        if addon.data_mb:
            assert f"流量{addon.data_mb // 1024}GB" in text, addon.id


def test_free_perks_and_included_addons_agree(demo_files: DemoFiles) -> None:
    for addon_id, perk in (
        ("crbt", "免费彩铃"),
        ("caller_id", "免费来电显示"),
        ("family_care", "亲情守护"),
    ):
        with_perk = {plan.id for plan in demo_files.plans.values() if perk in plan.perks}
        assert set(demo_files.addons[addon_id].included_with) == with_perk


def test_rasa_takes_no_file_for_its_own() -> None:
    # Rasa looks for lines that begin with these keys, however deep they are indented.
    rasas = ("rules:", "stories:", "nlu:", "responses:", "intents:", "actions:", "slots:", "forms:")
    files = list((ROOT / "data" / "demo").rglob("*.yml"))
    assert len(files) >= 10
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            assert not line.lstrip(" -").startswith(rasas), (file, line)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("customers.yml", "plan: p29\n", "plan: p30\n", "unknown plan: p30"),
        ("customers.yml", "area: xingfuli", "area: nowhere", "unknown area: nowhere"),
        ("customers.yml", '"13900131002"', '"13800138001"', "phone 13800138001 occurs twice"),
        ("customers.yml", "line: L1001,", "line: L9999,", "unknown line: L9999"),
        ("customers.yml", "how: topup", "how: never", "how"),
        ("customers.yml", "opening:", "oppening:", "oppening"),
        ("customers.yml", "[{id: spam_guard}]", "[{id: caller_id}]", "cannot be held"),
        ("addons.yml", "charge_item_id: crbt_fee", "charge_item_id: x", "unknown charge item: x"),
        ("stores.yml", 'opens: "08:30"', 'opens: "8 Uhr"', "opens"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    tmp_path: Path, name: str, old: str, new: str, says: str
) -> None:
    folder = shutil.copytree(DEMO_FOLDER, tmp_path / "demo")
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read_demo(folder)


def test_birth_dates_are_days(demo_files: DemoFiles) -> None:
    for customer in demo_files.customers:
        assert (customer.born is None) == (customer.kind is CustomerKind.ENTERPRISE)
        if customer.born is not None:
            assert date(1940, 1, 1) < customer.born < customer.since
