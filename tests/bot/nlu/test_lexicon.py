"""Reading the lexicon."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.nlu.lexicon import Lexicon, LexiconError

ENTRY = {"id": "p59", "name": "畅享59", "synonyms": ["59套餐"]}


def test_what_is_dumped_is_read_back(lexicon: Lexicon) -> None:
    assert Lexicon.parse(lexicon.dump()) == lexicon


def test_the_digest_follows_the_content(lexicon: Lexicon) -> None:
    assert Lexicon.parse(lexicon.dump()).digest() == lexicon.digest()
    assert lexicon.of(["plan"]).digest() != lexicon.digest()


def test_surfaces_do_not_repeat() -> None:
    content = {"plan": [{**ENTRY, "synonyms": ["畅享59", "59套餐", "59套餐"]}]}
    (entry,) = Lexicon.parse(content).entries
    assert entry.surfaces == ("畅享59", "59套餐")


@pytest.mark.parametrize(
    "content",
    [
        [],
        {"plan": {}},
        {"plan": ["畅享59"]},
        {"plan": [{"id": "p59"}]},
        {"plan": [{**ENTRY, "synonyms": [" "]}]},
        {"plan": [{**ENTRY, "name": ""}]},
    ],
)
def test_what_is_no_lexicon_is_said_to_be_none(content: Any) -> None:
    with pytest.raises(LexiconError):
        Lexicon.parse(content)


def test_a_file_that_is_missing_or_no_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.json"
    with pytest.raises(LexiconError, match=r"lexicon\.json"):
        Lexicon.load(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(LexiconError, match="not JSON"):
        Lexicon.load(path)


def test_the_demo_operators_lexicon_is_one() -> None:
    root = Path(__file__).resolve().parents[3]
    lexicon = Lexicon.load(root / "data/demo/lexicon.json")
    kinds = {entry.entity for entry in lexicon.entries}
    assert kinds >= {"plan", "addon", "charge_item", "area", "store", "country", "device_symptom"}
    assert json.dumps(lexicon.dump())
