"""One-time codes in customers' words: found and hidden however they are written, and nothing else is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from care.customers.masking import code_in, hide_secrets

ARABIC, FULL, CHINESE, DICTATED = (
    "0123456789",
    "０１２３４５６７８９",
    "零一二三四五六七八九",
    "〇幺两三四五六七八九",
)
GROUPINGS = [(6,), (3, 3), (2, 2, 2), (1,) * 6]


@pytest.mark.parametrize(
    "said",
    [
        "482913",
        "482 913",
        "482-913",
        "482—913",
        "4 8 2 9 1 3",
        "4、8、2、9、1、3",
        "四，八，二，九，幺，三",
        "48 29 13",
        "4829 13",
        "４８２９１３",
        "４８２　９１３",
        "四八二九一三",
        "四八二九幺三",
        "四八两九一三",
        "四八二 九一三",
        "四八2九1三",
        "四 八 二 9 1 3",
        "肆捌贰玖壹叁",
        "收到了，{}，麻烦快一点",
        "验证码是{}谢谢",
        "验证码：482，913",
        "短信说验证码482913，5分钟内有效",
        "482913一直不对",
        "四八二九一三一直不对",
        "482 913 一直不对",
        "482 913 五分钟内有效吗",
        "第一 482 913",
        "我的号是13812345678，482913",
        "138 1234 5678 482 913",
        "四八二 九一三，138 1234 5678",
        "482 913，482 913",
        "【小讯】验证码482913，5分钟内有效。套餐59元，切勿告诉任何人",
        "482913 月租多少",
        "482,913",
        "482.913",
        "48-29-13",
    ],
)
def test_a_code_is_found_and_hidden(said: str) -> None:
    said = said.replace("{}", "482 913")
    assert code_in(said) == "482913"
    hidden = hide_secrets(said, code_expected=True)
    assert "******" in hidden
    assert code_in(hidden) is None
    assert not any(half in hidden for half in ("482", "913", "４８２", "四八二", "九一三"))
    assert hide_secrets(said, code_expected=False) == said


@pytest.mark.parametrize(
    "said",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "１３８ １２３４ ５６７８",
        "1 3 8 1 2 3 4 5 6 7 8",
        "幺三八幺二三四五六七八",
        "+86 138 1234 5678",
        "010-88886666",
        "4829137",
        "48291",
        "四八二九一三零",
        "110101199001011234",
        "一百二十元",
        "一万二千三百四十五块六毛",
        "100000元",
        "100,000元",
        "100 000 块钱",
        "¥482913",
        "199，299哪个好",
        "100-200元的套餐",
        "查一下2026-11-22的账单",
        "2026-1-2",
        "2026 11",
        "2026年11月22日",
        "二零二六年十一月二十二日",
        "26-11-22",
        "2026.11.22",
        "我家在3-5-1203",
        "10.0.0.12",
        "三四五六七八月的账单",
        "三个月一共两次",
        "",
    ],
)
def test_what_is_no_code_stays(said: str) -> None:
    assert code_in(said) is None
    assert hide_secrets(said, code_expected=True) == said


def test_hiding_takes_the_place_of_the_code_alone() -> None:
    said = "我的号是138 1234 5678，码是四八二 九一三，快点"
    assert hide_secrets(said, code_expected=True) == "我的号是138 1234 5678，码是******，快点"


def test_passwords_are_hidden_always() -> None:
    for expected in (True, False):
        assert hide_secrets("密码改成abc12345", code_expected=expected) == "密码改成******"


@st.composite
def written(draw: st.DrawFn, digits: str) -> str:
    """``digits`` in groups, each digit in one of the scripts."""
    blank = draw(st.sampled_from([" ", "　", "-", " - ", "—"]))
    sizes = draw(st.sampled_from(GROUPINGS))
    chars = [draw(st.sampled_from([ARABIC, FULL, CHINESE, DICTATED]))[int(one)] for one in digits]
    groups, place = [], 0
    for size in sizes:
        groups.append("".join(chars[place : place + size]))
        place += size
    return blank.join(groups)


codes = st.text(ARABIC, min_size=6, max_size=6)


@given(
    st.data(),
    codes,
    st.sampled_from(["", "收到了，", "你好 ", "验证码", "码是：", "我的号13812345678，"]),
    st.sampled_from(["", "，麻烦快一点", "。", " 谢谢", "对吗", "，手机138 1234 5678"]),
)
def test_however_it_is_written(data: st.DataObject, digits: str, before: str, after: str) -> None:
    form = data.draw(written(digits))
    if _is_short_date(form, digits) and "码" not in before:
        return
    assert code_in(before + form + after) == digits
    assert hide_secrets(before + form + after, code_expected=True) == f"{before}******{after}"


def _is_short_date(form: str, digits: str) -> bool:
    """26-11-22: the one form that is also that of a date."""
    pairs = len([char for char in form if char in "-—"]) == 2
    return pairs and 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:]) <= 31


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-"]), st.data())
def test_a_mobile_number_never_is(phone: str, blank: str, data: st.DataObject) -> None:
    script = data.draw(st.sampled_from([ARABIC, FULL, CHINESE, DICTATED]))
    number = "".join(script[int(digit)] for digit in phone)
    said = f"我的手机号是{number[:3]}{blank}{number[3:7]}{blank}{number[7:]}，查话费"
    assert code_in(said) is None
    assert hide_secrets(said, code_expected=True) == said


@given(st.text(ARABIC, min_size=7, max_size=30), st.sampled_from([ARABIC, FULL, CHINESE, DICTATED]))
def test_a_longer_number_never_is(digits: str, script: str) -> None:
    assert code_in("".join(script[int(digit)] for digit in digits)) is None


@given(st.integers(1, 9_999_999), st.sampled_from(["元", "块", "块钱"]))
def test_an_amount_never_is(amount: int, unit: str) -> None:
    for said in (
        f"{amount}{unit}",
        f"{amount:,}{unit}",
        f"{amount}.50 {unit}",
        f"{_numeral(amount)}{unit}",
    ):
        assert code_in(f"充{said}") is None, said


def _numeral(number: int) -> str:
    """How a whole number is said: 一万二千三百零五."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return _numeral(high) + "万" + gap + (_numeral(low) if low else "")
    said, zero = "", False
    for value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            said += ("零" if zero and said else "") + CHINESE[digit] + unit
        zero = not digit
    return said


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_never_is(day: date) -> None:
    short = f"{day.year}-{day.month}-{day.day}"
    forms = (
        "%Y-%m-%d",
        "%Y.%m.%d",
        "%Y年%m月%d日",
        "%Y/%m/%d",
        "%Y %m %d",
        "%y-%m-%d",
        "%Y-%m",
        "%Y %m",
    )
    for said in (short, *(day.strftime(form) for form in forms)):
        assert code_in(said) is None
        assert code_in(f"{said}的账单") is None


@given(
    st.text(
        ARABIC + FULL + CHINESE + DICTATED + " -，、.。*一直两个元月码密验证年abc\n", max_size=60
    )
)
def test_what_is_hidden_holds_no_code_and_stays(said: str) -> None:
    hidden = hide_secrets(said, code_expected=True)
    assert code_in(hidden) is None
    assert hide_secrets(hidden, code_expected=True) == hidden
    code = code_in(said)
    assert code is None or (len(code) == 6 and code.isascii() and code.isdigit())
