"""Reading the rule pack: what is refused, and that ours says what the law says."""

from pathlib import Path

import pytest

from care.datafiles import DataFileError
from care.duties import Duties, Unit, load_duties

RULES = Path(__file__).parents[2] / "data" / "duties"

GOOD = """
duties:
  - id: repair
    rule: 及时修复。
    figures:
      limit: {value: 48, unit: hours}
    source: 某条例
    confirmed: true
"""


def load(folder: Path, content: str = GOOD, overlay: str | None = None, **overlays: str) -> Duties:
    (folder / "a.yml").write_text(content)
    (folder / "overlays").mkdir(exist_ok=True)
    for name, text in overlays.items():
        (folder / "overlays" / f"{name}.yml").write_text(text)
    return load_duties(folder, overlay)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule: 及时修复。", "rule: ''", "entry 'repair': 'rule' must be a text"),
        ("source: 某条例", "sauce: 某条例", "unknown field 'sauce'"),
        ("confirmed: true", "confirmed: perhaps", "'confirmed' must be true or false"),
        ("value: 48", "value: many", "figure 'limit' must have a number"),
        ("value: 48", "value: true", "figure 'limit' must have a number"),
        ("value: 48", "value: -1", "above zero"),
        ("value: 48", "value: .nan", "above zero"),
        ("value: 48", "value: .inf", "above zero"),
        ("value: 48", "value: 1.5", "must be a whole number"),
        ("unit: hours", "unit: hrs", "unknown unit 'hrs'"),
        ("unit: hours", "unit: [hours]", "unknown unit"),
        ("{value: 48, unit: hours}", "48", "must have a value and a unit"),
        ("{value: 48, unit: hours}", "{value: 48}", "must have a value and a unit"),
    ],
)
def test_a_malformed_duty_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(DataFileError, match=message) as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert caught.value.path == tmp_path / "a.yml"


def test_an_id_may_be_used_once(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(GOOD)
    with pytest.raises(DataFileError, match=r"b\.yml, entry 'repair': this id is taken"):
        load(tmp_path)


def test_a_missing_folder_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="does not exist"):
        load_duties(tmp_path / "absent")


def test_an_overlay_replaces_figures(tmp_path: Path) -> None:
    faster = GOOD.replace("48", "24")
    assert load(tmp_path, overlay="somewhere", somewhere=faster).hours("repair") == 24
    assert load(tmp_path).hours("repair") == 48


def test_an_overlay_may_not_invent_duties(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="may only replace"):
        load(tmp_path, overlay="somewhere", somewhere=GOOD.replace("id: repair", "id: other"))


def test_an_unknown_overlay_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="there are: here, there"):
        load(tmp_path, overlay="nowhere", here=GOOD, there=GOOD)


def test_the_rule_pack_says_what_the_law_says() -> None:
    pack = load_duties(RULES)
    assert pack.hours("fault_repair_urban") == 48
    assert pack.hours("fault_repair_rural") == 72
    assert pack.hours("mobile_fault", "mean") == 24
    assert pack.hours("mobile_fault") == 48
    assert pack.hours("reconnect_after_payment") == 48
    assert pack.hours("service_change", "mean") == 1
    assert pack.hours("service_change") == 24
    assert pack.days("complaint_answer") == 15
    assert pack.number("appeal_acceptance", Unit.WORKING_DAYS) == 5
    assert pack.days("appeal_answer") == 30
    assert pack.number("fee_alarm", Unit.TIMES, "times") == 5
    assert pack.number("fee_alarm", Unit.MONTHS, "average_over") == 3
    assert pack.seconds("human_answer") == 15
    assert pack.number("senior_one_step", Unit.YEARS) == 65
    assert pack.days("senior_renewal_reminder") == 5
    assert str(pack.number("senior_page", Unit.RATIO, "contrast")) == "4.5"
    assert pack.number("network_logs", Unit.MONTHS) == 6


def test_what_could_not_be_confirmed_is_marked() -> None:
    unconfirmed = {duty.id for duty in load_duties(RULES) if not duty.confirmed}
    assert unconfirmed == {
        "fixed_fault_mean_urban",
        "fixed_fault_mean_rural",
        "installation",
        "human_answer_rate",
        "small_refund",
        "yes_suffices",
    }


@pytest.mark.parametrize(("province", "days"), [("henan", 5), ("chongqing", 15)])
def test_provinces_with_terms_of_their_own(province: str, days: int) -> None:
    pack = load_duties(RULES, province)
    assert pack.number("complaint_answer", Unit.WORKING_DAYS) == days
    assert pack.hours("fault_repair_urban") == 48
