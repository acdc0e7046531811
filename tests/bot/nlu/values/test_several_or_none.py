"""Messages with several values, and those that only look as if they had one. Today is Sunday, 22 November 2026."""

import pytest

from tests.bot.nlu.values.understood import understood

SEVERAL = {
    "明天上午": [("date", "2026-11-23"), ("time_slot", "09:00-12:00")],
    "明晚八点": [("date", "2026-11-23"), ("time_slot", "20:00-21:00")],
    "聽日下晝": [("date", "2026-11-23"), ("time_slot", "14:00-18:00")],
    "改到11月25号上午": [("date", "2026-11-25"), ("time_slot", "09:00-12:00")],
    "从9月1号停到明年3月1号": [("date", "2026-09-01"), ("date", "2027-03-01")],
    "上个月多扣了20": [("month", "2026-10"), ("amount", "20")],
    "给13611112222充二十块": [("phone_number", "13611112222"), ("amount", "20")],
    "昨天充的100到账没": [("date", "2026-11-21"), ("amount", "100")],
    "1号扣的38是什么": [("date", "2026-11-01"), ("amount", "38")],
    "充10000": [("amount", "10000")],
    "充十万": [("amount", "100000")],
    "改成五十": [("amount", "50")],
    "五十，不，一百": [("amount", "100")],
    "8月和9月的": [("month", "2026-08"), ("month", "2026-09")],
    "九月十月两个月的": [("month", "2026-09"), ("month", "2026-10")],
    "2月30号": [("month", "2026-02")],
    "去年8月和9月": [("month", "2025-08"), ("month", "2025-09")],
    "去年3月、5月，还有今年6月": [("month", "2025-03"), ("month", "2025-05"), ("month", "2026-06")],
    "25、26号": [("date", "2026-11-25"), ("date", "2026-11-26")],
    "12月25到27号": [("date", "2026-12-25"), ("date", "2026-12-27")],
    "周四晚": [("date", "2026-11-26"), ("time_slot", "18:00-21:00")],
    "九月不对十月也不对": [("month", "2026-09"), ("month", "2026-10")],
    "明后天": [("date", "2026-11-23"), ("date", "2026-11-24")],
    "周一上午": [("date", "2026-11-23"), ("time_slot", "09:00-12:00")],
    "昨晚十一点": [("date", "2026-11-21"), ("time_slot", "23:00-24:00")],
    "周六周日都行": [("date", "2026-11-28"), ("date", "2026-11-29")],
    "十块二十块": [("amount", "10"), ("amount", "20")],
    "tonight 7pm": [("date", "2026-11-22"), ("time_slot", "19:00-20:00")],
    "mingtian xiawu": [("date", "2026-11-23"), ("time_slot", "14:00-18:00")],
    "13800138000 验证码482913": [
        ("phone_number", "13800138000"),
        ("verification_code", "482913"),
    ],
    "下周二下午三点到幸福路18号": [
        ("date", "2026-11-24"),
        ("time_slot", "15:00-16:00"),
        ("address", "幸福路18号"),
    ],
}

NOTHING = [
    "打10000",
    "改成59",
    "一个月多少钱",
    "停三个月",
    "这个月租多少",
    "宽带一月多少钱",
    "一周没网了",
    "快一点",
    "流量多一点的",
    "有点慢",
    "早上好",
    "下午好",
    "捞了一下午",
    "手机一块修",
    "两块屏都碎了",
    "一毛钱都不欠",
    "扣了几十块",
    "88",
    "666",
    "能打110吗",
    "没有5G信号",
    "5G套餐有哪些",
    "4G转圈圈",
    "装1000M的宽带",
    "跑不到500兆",
    "12345678",
    "密码能不能设成123456",
    "*****",
    "手机尾号8000的",
    "三号桌买单",
    "1号线地铁",
    "12315我打过了",
    "一号双终端是啥",
    "第一个",
    "选2",
    "明儿见",
    "24小时内",
    "3个月后能改吗",
    "五月天的彩铃",
    "每月1号",
    "10号床",
    "下周再说",
    "过两天",
    "周末愉快",
    "今日头条免流包",
    "我叫林九月",
    "12+512G",
    "三角形",
    "提早上门",
    "good morning",
    "春节晚会",
    "屏碎了两块",
    "周一到周五",
    "三月内",
    "七八块钱",
    "两三个G",
    "两块手表",
    "一早上",
    "下午茶",
    "8G运行内存",
    "上行50兆",
    "元旦活动",
    "三点建议",
    "8点积分",
    "第三点",
    "每天晚上",
    "晚上十二点",
    "10086",
    "十几块",
    "一二九",
    "3元旦",
    "256G的苹果",
    "2.4G",
    "提速到1000M",
    "",
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL.items())
def test_several_values(text: str, expected: list[tuple[str, object]]) -> None:
    assert understood(text) == expected


@pytest.mark.parametrize("text", NOTHING)
def test_no_value(text: str) -> None:
    assert understood(text) == []


def test_a_month_that_is_ruled_out_takes_none_with_it_that_is_wanted() -> None:
    assert understood("只想买这一个月，下月不要") == [("month", "2026-11")]


@pytest.mark.parametrize("text", ["chong liuliang", "以前填的住址"])
def test_words_that_only_sound_like_values_are_none(text: str) -> None:
    assert understood(text) == []
