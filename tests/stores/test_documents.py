"""Errands: found by words, done somewhere, and each says what to bring."""

from pathlib import Path

import pytest

from care.bss.embedded import EmbeddedBss
from care.datafiles import DataFileError
from care.knowledge.entries import intents_of_domain
from care.settings import ROOT
from care.stores.documents import OTHER, load_errands

FILE = ROOT / "data" / "demo" / "documents.yml"
ERRANDS = load_errands(FILE)


async def test_each_errand_is_done_somewhere_and_says_what_to_bring(operator: EmbeddedBss) -> None:
    shops = await operator.stores()
    for errand in ERRANDS:
        assert any(errand in ERRANDS.done_at(shop) for shop in shops), errand.id
        assert errand.bring, errand.id


def test_an_errand_is_a_wish_of_the_domain_or_the_general_one() -> None:
    intents = intents_of_domain(ROOT / "domain.yml")
    assert {errand.id for errand in ERRANDS} - {OTHER} <= intents


@pytest.mark.parametrize(
    ("text", "errand"),
    [
        ("想去补卡", "replace_sim"),
        ("换eSIM", "replace_sim"),
        ("给我爸过户", "transfer_ownership"),
        ("换套餐", "change_plan"),
        ("办点事", None),
    ],
)
def test_an_errand_is_found_by_its_words(text: str, errand: str | None) -> None:
    meant = ERRANDS.meant(text)
    assert (None if meant is None else meant.id) == errand


def test_what_has_no_entry_is_the_general_errand() -> None:
    assert ERRANDS.of("nothing").id == OTHER


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- id: other", "- id: others", "'other'"),
        ("service:", "servise:", "unknown field"),
        ("- id: replace_sim", "- id: cancel_account", "twice"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "documents.yml"
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_errands(file)
