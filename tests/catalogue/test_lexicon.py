"""The lexicon that bot/ reads."""

from collections import Counter
from pathlib import Path

import pytest

from care.bss.embedded.demo import DEMO_FOLDER
from care.catalogue.lexicon import FILE_NAME, Lexicon, build_lexicon, main, render
from care.faults.diagnosis import load_fault_guide


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return build_lexicon()


def test_the_committed_file_is_current(lexicon: Lexicon) -> None:
    committed = (DEMO_FOLDER / FILE_NAME).read_text(encoding="utf-8")
    assert committed == render(lexicon), "run: python -m care.catalogue.lexicon"


def test_it_has_all_entity_types_of_the_catalogue(lexicon: Lexicon) -> None:
    assert list(lexicon) == [
        "plan",
        "addon",
        "charge_item",
        "area",
        "store",
        "country",
        "device_symptom",
    ]
    assert len(lexicon["country"]) >= 60
    assert all(len(entry["id"]) == 2 and entry["id"].isupper() for entry in lexicon["country"])
    ids = {entry["id"] for entry in lexicon["device_symptom"]}
    assert ids >= {"ont_los_red", "ont_power_off", "wifi_weak", "slow_speed", "iptv_black"}
    assert ids >= {"stb_no_boot", "no_signal", "no_internet", "ont_offline"}


@pytest.mark.parametrize(
    ("kind", "said", "identifier"),
    [
        ("plan", "129那个", "p129"),
        ("plan", "畅享59", "p59"),
        ("addon", "彩铃", "crbt"),
        ("charge_item", "彩铃月使用费", "crbt_fee"),
        ("area", "翠湖", "cuihu"),
        ("store", "望江营业厅", "s_wangjiang"),
        ("country", "日本", "JP"),
        ("device_symptom", "光猫亮红灯", "ont_los_red"),
    ],
)
def test_things_are_found_by_what_customers_say(
    lexicon: Lexicon, kind: str, said: str, identifier: str
) -> None:
    found = [e["id"] for e in lexicon[kind] if said == e["name"] or said in e["synonyms"]]
    assert found == [identifier]


def test_no_word_means_two_things_of_one_type(lexicon: Lexicon) -> None:
    for kind, entries in lexicon.items():
        words = Counter(
            word.casefold() for entry in entries for word in {entry["name"], *entry["synonyms"]}
        )
        assert [word for word, count in words.items() if count > 1] == [], kind
        assert len({entry["id"] for entry in entries}) == len(entries)
        assert all(word.strip() == word and word for word in words)


def test_no_word_is_both_a_service_and_a_charge(lexicon: Lexicon) -> None:
    words = [
        {word for entry in lexicon[kind] for word in (entry["name"], *entry["synonyms"])}
        for kind in ("plan", "addon", "charge_item")
    ]
    assert words[0].isdisjoint(words[1])
    assert words[0].isdisjoint(words[2])
    assert words[1].isdisjoint(words[2])


def test_every_diagnosis_is_for_a_symptom_of_the_lexicon(lexicon: Lexicon) -> None:
    known = {entry["id"] for entry in lexicon["device_symptom"]}
    for diagnoses in load_fault_guide(DEMO_FOLDER).topics.values():
        assert set(diagnoses.by_symptom) <= known


def test_roaming_packs_are_for_countries_of_the_lexicon(lexicon: Lexicon, demo_files) -> None:  # type: ignore[no-untyped-def]
    known = {entry["id"] for entry in lexicon["country"]}
    for addon in demo_files.addons.values():
        assert set(addon.countries) <= known, addon.id


def test_the_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    for file in DEMO_FOLDER.glob("*.yml"):
        (folder / file.name).write_bytes(file.read_bytes())
    assert main(["--check", "--folder", str(folder)]) == 1
    assert "not current" in capsys.readouterr().out
    assert main(["--folder", str(folder)]) == 0
    assert (folder / FILE_NAME).read_bytes() == (DEMO_FOLDER / FILE_NAME).read_bytes()
    assert main(["--check"]) == 0
