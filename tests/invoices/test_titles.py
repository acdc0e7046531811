"""What customers write of a title, and how it is said back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.invoices.titles import (
    Title,
    TitleKind,
    company_said,
    good_tax_number,
    kind_said,
    tax_number_said,
)

COMPANY = "澜州青禾软件有限公司"
NUMBER = "91350100M000100Y43"


@pytest.mark.parametrize(
    ("text", "kind", "company", "number"),
    [
        (COMPANY, TitleKind.COMPANY, COMPANY, None),
        (f"抬头是{COMPANY}", TitleKind.COMPANY, COMPANY, None),
        (f"抬头开{COMPANY}，税号{NUMBER}", TitleKind.COMPANY, COMPANY, NUMBER),
        (f"{COMPANY} {NUMBER}", TitleKind.COMPANY, COMPANY, NUMBER),
        (f"公司名称：{COMPANY}\n纳税人识别号：{NUMBER}", TitleKind.COMPANY, COMPANY, NUMBER),
        ("公司名称：澜州 青禾软件有限公司", TitleKind.COMPANY, COMPANY, None),
        ("北京华光（上海）有限公司", TitleKind.COMPANY, "北京华光（上海）有限公司", None),
        ("北京华光(上海)有限公司", TitleKind.COMPANY, "北京华光（上海）有限公司", None),
        ("ABC Technology有限公司", TitleKind.COMPANY, "ABC Technology有限公司", None),
        (f"{COMPANY}望江分公司", TitleKind.COMPANY, f"{COMPANY}望江分公司", None),
        ("公司抬头：华光电子厂", TitleKind.COMPANY, "华光电子厂", None),
        ("澜州市第一中学", TitleKind.COMPANY, "澜州市第一中学", None),
        ("税号是 9135 0100 M000100Y43", None, None, NUMBER),
        (NUMBER.lower(), None, None, NUMBER),
        ("上季度的发票抬头开公司", TitleKind.COMPANY, None, None),
        ("公司", TitleKind.COMPANY, None, None),
        ("我们公司要报账用", TitleKind.COMPANY, None, None),
        ("开单位的", TitleKind.COMPANY, None, None),
        ("个人", TitleKind.PERSON, None, None),
        ("抬头开个人就行", TitleKind.PERSON, None, None),
        ("帮我开上个月的发票", None, None, None),
        ("转人工", None, None, None),
        ("麻烦转个人工", None, None, None),
        ("查一下流量", None, None, None),
        ("13800138001", None, None, None),
    ],
)
def test_it_is_read(
    text: str, kind: TitleKind | None, company: str | None, number: str | None
) -> None:
    assert (kind_said(text), company_said(text), tax_number_said(text)) == (kind, company, number)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    kind_said(text)
    number = tax_number_said(text)
    assert number is None or not good_tax_number(number) or len(number) in (15, 18)
    company = company_said(text)
    assert company is None or 4 <= len(company) <= 80


def test_long_texts_are_read_in_time() -> None:
    for text in ("公司" * 1000, "澜" * 2000, "（公司" * 700, "A1" * 1000, "抬头是" * 700):
        company_said(text)
        tax_number_said(text)


@pytest.mark.parametrize(
    ("title", "said"),
    [
        (Title(TitleKind.PERSON, "王小明"), "个人（王**）"),
        (Title(TitleKind.COMPANY, COMPANY, NUMBER), "澜州****公司，税号 9135****0Y43"),
        (Title(TitleKind.COMPANY, "华光厂", NUMBER), "华****，税号 9135****0Y43"),
    ],
)
def test_it_is_said_masked(title: Title, said: str) -> None:
    assert title.masked == said
    assert title.name not in said
