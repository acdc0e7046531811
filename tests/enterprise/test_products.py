"""What the operator has for companies, read from its file and found in sentences."""

from pathlib import Path

import pytest

from care.datafiles import DataFileError
from care.enterprise.products import load_products
from care.settings import ROOT

FILE = ROOT / "data" / "demo" / "enterprise.yml"


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("我们公司要拉专线", "leased_line"),
        ("办公室开网，要固定ip的", "leased_line"),
        ("企业宽带多少钱", "business_broadband"),
        ("物联网卡批量采购", "iot"),
        ("员工的手机费能公司统付吗", "group_plan"),
        ("想开个 4 0 0 号码", "hotline_400"),
        ("企业业务找谁", None),
        ("", None),
    ],
)
def test_the_longest_name_in_a_sentence_counts(text: str, product: str | None) -> None:
    found = load_products(FILE).named_in(text)
    assert (None if found is None else found.id) == product


def test_products_are_found_by_their_identifier() -> None:
    products = load_products(FILE)
    assert len(products.all()) >= 6
    for product in products.all():
        assert products.find(product.id) is product
        assert products.named_in(product.name) is product
    assert products.find("nothing") is None


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("id: iot", "id: cloud", "taken"),
        ("counts: 部数", "count: 部数", "count"),
        ('words: ["400"]', "words: []", "word"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "enterprise.yml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=says):
        load_products(file)
