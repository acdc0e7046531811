"""Values said in English: last month, Dec 3, 3pm, five gigs."""

from __future__ import annotations

import re

from bot.nlu.values.rewriting import Rule

_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_WEEKDAYS = ("mon", "tues?", "wed(?:nes)?", "thur?s?", "fri", "satur", "sun")
_COUNTS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
_SUMS = {
    **_COUNTS, "ten": "10", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "eighty": "80",
    "a hundred": "100", "one hundred": "100", "two hundred": "200", "five hundred": "500",
}  # fmt: skip
_SUM = "|".join(sorted(_SUMS, key=len, reverse=True))
_LAST = r"(?:last|past|previous)"


def _month_number(name: str) -> int:
    return next(place for place, one in enumerate(_MONTHS, 1) if re.fullmatch(one, name))


def _weekday_name(name: str) -> str:
    return "一二三四五六日"[
        next(place for place, one in enumerate(_WEEKDAYS) if re.match(one, name))
    ]


_DAYS = r"(?P<n>\d{1,2}|two|three|four|five|six) days"


def _count(match: re.Match[str]) -> str:
    return _COUNTS.get(match["n"], match["n"])


def _clock(match: re.Match[str]) -> str:
    hour, late = int(match["h"]), match["ap"] == "p"
    part = "上午" if not late else "中午" if hour == 12 else "下午" if hour < 6 else "晚上"
    first = f"{match['from']}-" if match["from"] else ""
    time = f"{hour}{match['m']}" if match["m"] else f"{first}{hour}点"
    return f"{part}{time}" + {"after": "后", "before": "前", "by": "前", None: ""}[match["rel"]]


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])")


_WEEKDAY = "|".join(f"{name}day" for name in _WEEKDAYS)
_NAME = "|".join(_MONTHS)
# May and March are words, too: a month only beside a day, a bill or nothing else.
_SURE = "|".join(name for name in _MONTHS if name not in ("may", "mar(?:ch)?"))
RULES: list[Rule] = [
    (_word("the day after tomorrow|day after tomorrow"), "后天"),
    (_word("the day before yesterday|day before yesterday"), "前天"),
    (_word("tomorrow|tmr|tmrw"), "明天"),
    (_word("today"), "今天"),
    (_word("yesterday"), "昨天"),
    (_word(r"tonight(?= ?(?:at )?\d)"), "今天"),
    (
        _word("tonight"),
        lambda match: [
            (match.start(), match.start() + 2, "今天"),
            (match.start() + 2, match.end(), "晚上"),
        ],
    ),
    (_word("the month before last"), "上上个月"),
    (_word(f"{_LAST} month"), "上个月"),
    (_word("this month|current month"), "这个月"),
    (_word("next month"), "下个月"),
    (_word(f"{_LAST} quarter"), "上季度"),
    (_word("this quarter"), "本季度"),
    (
        _word(rf"(?:the )?{_LAST} (?P<n>\d+|{'|'.join(_COUNTS)}) months"),
        lambda match: f"前{_COUNTS.get(match['n'], match['n'])}个月",
    ),
    (_word(f"next (?P<d>{_WEEKDAY})"), lambda match: f"下周{_weekday_name(match['d'])}"),
    (_word(f"last (?P<d>{_WEEKDAY})"), lambda match: f"上周{_weekday_name(match['d'])}"),
    (_word(f"(?:this |on )?(?P<d>{_WEEKDAY})"), lambda match: f"周{_weekday_name(match['d'])}"),
    (
        _word(rf"(?P<m>{_NAME}) (?P<y>20\d\d)"),
        lambda match: f"{match['y']}年{_month_number(match['m'])}月",
    ),
    (
        _word(rf"(?P<y>20\d\d) (?P<m>{_NAME})"),
        lambda match: f"{match['y']}年{_month_number(match['m'])}月",
    ),
    (
        _word(rf"(?P<m>{_NAME})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"),
        lambda match: f"{_month_number(match['m'])}月{match['d']}号",
    ),
    (
        _word(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m>{_NAME})"),
        lambda match: f"{_month_number(match['m'])}月{match['d']}号",
    ),
    (
        re.compile(r"(?<![a-z])(?P<w>in|of|for|since) (?P<m>may|march)(?![a-z])"),
        lambda match: [(match.start("m"), match.end("m"), f"{_month_number(match['m'])}月")],
    ),
    (_word(f"(?P<m>{_SURE})"), lambda match: f"{_month_number(match['m'])}月"),
    (
        re.compile(r"(?<![a-z])(?P<m>may|march|mar)(?= ?的?(?:账单|话费|bill|月|usage|invoice)|$)"),
        lambda match: f"{_month_number(match['m'])}月",
    ),
    (
        re.compile(
            r"(?<![a-z\d.])(?:(?P<rel>after|before|by) )?(?:(?:between )?(?P<from>\d{1,2}) ?(?:-|~|to|and) ?)?"
            r"(?P<h>1[0-2]|[1-9])(?P<m>:[0-5]\d)? ?(?P<ap>[ap])\.?m\.?(?![a-z])"
        ),
        _clock,
    ),
    (re.compile(r"(?<=[月点]) ?(?:to|through|till|until) ?(?=\d+月|[上下]午\d|晚上\d)"), "到"),
    (_word("before noon"), "上午"),
    (_word("any ?time"), "随时"),
    (_word(f"in {_DAYS}"), lambda match: f"{_count(match)}天后"),
    (_word(f"{_DAYS} (?:later|from now)"), lambda match: f"{_count(match)}天后"),
    (_word(rf"{_DAYS} ago"), lambda match: f"{_count(match)}天前"),
    (
        re.compile(r"^(?:on |the )*(?P<d>[12]\d|3[01]|[1-9])(?:st|nd|rd|th)(?=$|[,. ])"),
        lambda match: f"{match['d']}号",
    ),
    (_word("(?<!good )morning|in the morning"), "上午"),
    (_word("(?<!good )afternoon|in the afternoon"), "下午"),
    (_word("(?<!good )evening"), "晚上"),
    (_word("noon"), "中午"),
    (
        re.compile(r"(?<![\d:.])(?P<h>1[0-2]|[1-9]) ?o['’]?clock(?![a-z])"),
        lambda match: f"{match['h']}点",
    ),
    (
        re.compile(
            rf"(?<![a-z])(?P<n>{_SUM})(?= ?(?:yuan|rmb|cny|kuai|bucks?|gigs?|gigabytes?|gb?|块|元)(?![a-z]))"
            rf"|(?:(?<=recharge )|(?<=top up )|(?<=pay ))(?P<t>{_SUM})(?![a-z ]*(?:month|plan))"
        ),
        lambda match: _SUMS[match["n"] or match["t"]],
    ),
    (re.compile(r"(?<=\d) ?(?:gigs|gigabytes?)(?![a-z])"), "gb"),
    (re.compile(r"(?<=\d) ?gig(?![a-z])"), "g"),
    (
        re.compile(r"(?<=[\d一二两三四五六七八九十百千]) ?(?:kuai|yuan|rmb|cny|bucks?)(?![a-z])"),
        "块",
    ),
    (re.compile(r"(?<![a-z])(?:recharge|top ?up|pay|chong(?: ?zhi)?)(?: me)?(?= ?\d)"), "充"),
]
