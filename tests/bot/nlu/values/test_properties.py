"""What holds for any text and any day."""

import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu import values
from bot.nlu.fold import fold
from bot.nlu.spans import PRECEDENCE
from bot.nlu.values.numbers import parse_digits, parse_number
from bot.nlu.values.reading import read

DIGITS = "零一二三四五六七八九"
WEEKDAYS = "一二三四五六日"
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))
PIECES = (
    "上个月 8月 三季度 6月到8月 去年 今年 明天 下周三 11月28号 25号 1号 上午 下午三点 两点到四点 7点以后 二十块 充100 五毛 "
    "129那个 10G 五百兆 5G 13800138000 482913 ****** GD202611220017 尾号0017 幸福路18号 8栋2单元301 王家村三组 "
    "的 和 到 ， 是 了 我 话费 账单 流量 号 月 块 点 个 - / . 2026 12 一 半 廿 俩 仨 不是 不对 名天 拾 "
    "tonight 3pm mingtian xiawu san dian er shi kuai shang ge yue 国庆 月底 六七八月 年初到现在 两三点 元月 rmb 50k "
    "改到 不行 不要 除了 最晚 差一刻三点 1400-1600 的今天 25、26号 听晚 农历 去年这时候 上午9-11 今年后半年 双休日 前 后"
)
pieces = st.sampled_from(PIECES.split())
texts = st.one_of(
    st.text(max_size=60),
    st.lists(pieces, max_size=12).map("".join),
    st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=10).map("".join),
)


def chinese(number: int) -> str:
    """The number below ten million in Chinese numerals, written in full."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return chinese(high) + "万" + gap + (chinese(low) if low else "")
    written, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            written += ("零" if zero and written else "") + DIGITS[digit] + name
            zero = False
        else:
            zero = True
    return written


@given(st.integers(1, 9_999_999))
def test_numerals_are_read_as_they_are_written(number: int) -> None:
    assert parse_number(chinese(number)) == number


FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
ways_to_write = st.sampled_from(
    [
        str,
        chinese,
        lambda number: chinese(number).translate(FORMAL),
        lambda number: chinese(number).replace("零", "〇"),
        lambda number: chinese(number).replace("二百", "两百").replace("二千", "两千"),
        lambda number: chinese(number).removesuffix("零"),
        lambda number: str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ]
)


@given(st.integers(1, 99_999), ways_to_write, st.sampled_from(["块", "元", "块钱", "蚊", " 块"]))
def test_a_sum_is_the_same_however_its_number_is_written(
    number: int, write: Callable[[int], str], unit: str
) -> None:
    (span,) = values.extract(fold(f"充{write(number)}{unit}"), date(2026, 11, 22))
    assert (span.entity, span.value) == ("amount", str(number))


@given(st.integers(6, 999), ways_to_write, st.sampled_from(["g", "G", "个G", "GB", " G"]))
def test_a_volume_is_the_same_however_its_number_is_written(
    number: int, write: Callable[[int], str], unit: str
) -> None:
    (span,) = values.extract(fold(f"加{write(number)}{unit}流量"), date(2026, 11, 22))
    assert (span.entity, span.value) == ("data_amount", number * 1024)


ENGLISH = [date(2026, month, 1).strftime("%B") for month in range(1, 13)]


@given(days, days)
def test_a_day_is_the_same_in_every_script(today: date, day: date) -> None:
    month, number = day.month, day.day
    written = {
        f"{month}月{number}号",
        f"{month}月{number}日上门",
        f"{chinese(month).removeprefix('一') if month > 9 else chinese(month)}月"
        f"{chinese(number).removeprefix('一') if 9 < number < 20 else chinese(number)}号",
        f"{month}/{number}",
        f"{month}.{number}",
        f"{ENGLISH[month - 1]} {number}",
        f"{ENGLISH[month - 1][:3].lower()} {number}",
    }
    found = {str(values.extract(fold(text), today)[0].value) for text in written}
    assert len(found) == 1
    assert found.pop().endswith(f"-{month:02d}-{number:02d}")


@given(days, st.integers(1, 12), st.integers(1, 12))
def test_a_range_of_months_is_all_of_them(today: date, first: int, last: int) -> None:
    (span,) = values.extract(f"{first}月到{last}月的账单", today)
    months = [span.value] if isinstance(span.value, str) else span.value
    assert isinstance(months, list)
    assert [int(month[-2:]) for month in months] == [
        (first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1)
    ]
    assert months == sorted(months)


@given(texts)
def test_every_character_of_the_reading_comes_from_the_text(text: str) -> None:
    folded = fold(text)
    reading = read(folded)
    assert len(reading.text) == len(reading.begins) == len(reading.ends)
    assert list(reading.begins) == sorted(reading.begins)
    assert list(reading.ends) == sorted(reading.ends)
    assert all(
        0 <= begin < end <= len(folded)
        for begin, end in zip(reading.begins, reading.ends, strict=True)
    )


@given(pieces, days)
def test_what_is_said_twice_counts_once(piece: str, today: date) -> None:
    once = values.extract(fold(piece), today)
    twice = values.extract(fold(f"{piece}，嗯{piece}"), today)
    assert len(twice) <= max(len(once), 1)


@given(st.decimals(0, 99_999, places=2))
def test_decimals_are_read(number: Decimal) -> None:
    assert parse_number(format(number, "f")) == number
    assert parse_number(format(number, ",f")) == number


@given(st.text(DIGITS + "幺〇两", min_size=1, max_size=12))
def test_spoken_digits_are_one_digit_each(spoken: str) -> None:
    digits = parse_digits(spoken)
    assert digits is not None
    assert len(digits) == len(spoken)


@given(st.text(max_size=20))
def test_no_text_breaks_the_number_parser(text: str) -> None:
    parse_number(text)
    parse_digits(text)


@pytest.mark.parametrize("text", ["一" * 5000, "1" * 5000, "9" * 5000 + "万"])
def test_what_is_too_long_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@given(texts)
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(texts, days)
def test_no_text_breaks_the_patterns_and_no_two_values_overlap(text: str, today: date) -> None:
    spans = values.extract(fold(text), today)
    place = 0
    for span in spans:
        assert place <= span.start < span.end <= len(text)
        assert span.entity in values.ENTITIES
        place = span.end


@given(texts, days)
def test_values_have_their_form(text: str, today: date) -> None:
    for span in values.candidates(fold(text), today):
        value = span.value
        if span.entity == "date":
            assert date.fromisoformat(str(value)).isoformat() == value
        elif span.entity == "month":
            months = value if isinstance(value, list) else [str(value)]
            assert months
            for month in months:
                assert date.fromisoformat(f"{month}-01")
        elif span.entity == "time_slot":
            begin, end = str(value).split("-")
            assert begin < end <= "24:59"
        elif span.entity == "amount":
            assert Decimal(str(value)) > 0
        elif span.entity == "data_amount":
            assert isinstance(value, int)
            assert value > 0


@given(days, st.integers(1, 12))
def test_a_month_without_a_year_has_come(today: date, month: int) -> None:
    (span,) = values.extract(f"{month}月账单", today)
    named = date.fromisoformat(f"{span.value}-01")
    assert named.month == month
    assert named <= today
    assert (today.year - named.year) * 12 + today.month - named.month < 12


@given(days, st.integers(0, 6))
def test_next_week_begins_on_monday(today: date, weekday: int) -> None:
    (span,) = values.extract(f"下周{WEEKDAYS[weekday]}", today)
    day = date.fromisoformat(str(span.value))
    monday = today - timedelta(days=today.weekday())
    assert day.weekday() == weekday
    assert day - monday == timedelta(days=7 + weekday)


@given(days, st.integers(0, 6))
def test_a_weekday_alone_is_the_coming_one(today: date, weekday: int) -> None:
    (span,) = values.extract(f"星期{WEEKDAYS[weekday]}来", today)
    day = date.fromisoformat(str(span.value))
    assert day.weekday() == weekday
    assert timedelta(0) < day - today <= timedelta(days=7)


@given(days, days)
def test_a_day_without_a_year_is_the_nearest(today: date, day: date) -> None:
    (span,) = values.extract(f"{day.month}月{day.day}号", today)
    found = date.fromisoformat(str(span.value))
    assert (found.month, found.day) == (day.month, day.day)
    if (day.month, day.day) != (2, 29):
        assert abs(found - today) <= timedelta(days=183)


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", " ", "-", "."]))
def test_mobile_numbers_however_they_are_grouped(number: str, gap: str) -> None:
    written = gap.join((number[:3], number[3:7], number[7:]))
    spans = values.extract(f"我的号码是{written}，谢谢", date(2026, 11, 22))
    assert [(span.entity, span.value) for span in spans] == [("phone_number", number)]


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1",
            "一",
            "12 ",
            "59和",
            "1号1栋",
            "上",
            "、1",
            "6月、",
            "充了我",
            "1-",
            "ba ",
            "shi",
            "shang ge ",
            "1 ge",
        ),
        *(
            "jan ",
            "1st ",
            "1pm",
            "明天",
            "不是8月",
            "不对",
            "九十",
            "上个月到",
            "年初",
            "的",
            "周一",
            "下班",
        ),
    ],
)
def test_long_repetitions_are_no_trap(piece: str) -> None:
    text = piece * (2000 // len(piece))
    begin = time.process_time()
    values.extract(fold(text), date(2026, 11, 22))
    assert time.process_time() - begin < 2  # a pattern that backtracks takes minutes


def test_precedence_names_every_value() -> None:
    assert set(values.ENTITIES) <= set(PRECEDENCE)
