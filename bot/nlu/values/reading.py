"""The text as the patterns of months, days, hours, sums and data read it, and where each character came from.

Customers write the same value in many scripts: 廿五号, er shi kuai, Dec 3, 3pm, 名天. The tables here bring what is
not plain Chinese to the form that the patterns know, so that each pattern is written once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.nlu.spans import Span
from bot.nlu.values.numbers import parse_integer

Piece = tuple[int, int, str]
"""What stands at these offsets of the text before, and what is read instead."""
Replacement = str | Callable[[re.Match[str]], "str | list[Piece]"]
Rule = tuple[re.Pattern[str], Replacement]


@dataclass(frozen=True)
class Reading:
    """``text`` is what is read; its character ``i`` came from ``begins[i]`` to ``ends[i]`` of the folded text."""

    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]

    def placed(self, span: Span) -> Span:
        """A span of the reading as one of the folded text."""
        start, end = self.origin(span.start, span.end)
        return replace(span, start=start, end=end)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the folded text of what stands at ``start`` to ``end`` (exclusive) of the reading."""
        return self.begins[start], self.ends[end - 1]


def read(folded: str) -> Reading:
    """The reading of folded text."""
    reading = Reading(folded, tuple(range(len(folded))), tuple(range(1, len(folded) + 1)))
    for pattern, replacement in _RULES:
        pieces = [
            piece
            for match in pattern.finditer(reading.text)
            for piece in _pieces(match, replacement)
        ]
        if pieces:
            reading = _replaced(reading, pieces)
    return reading


def _pieces(match: re.Match[str], replacement: Replacement) -> list[Piece]:
    written = replacement if isinstance(replacement, str) else replacement(match)
    if isinstance(written, list):
        return written
    start, end = match.span()
    if len(written) == end - start and not match[0].isascii():
        # A misspelling: each character stands for its own.
        return [(start + place, start + place + 1, char) for place, char in enumerate(written)]
    return [(start, end, written)]


def _replaced(reading: Reading, pieces: list[Piece]) -> Reading:
    text, begins, ends, place = "", [], [], 0
    for start, end, written in [*pieces, (len(reading.text), len(reading.text), "")]:
        text += reading.text[place:start] + written
        begins += reading.begins[place:start]
        ends += reading.ends[place:start]
        if written:
            begin, finish = reading.origin(start, end)
            begins += [begin] * len(written)
            ends += [finish] * len(written)
        place = end
    return Reading(text, tuple(begins), tuple(ends))


# --- Chinese ---------------------------------------------------------------------------------------------------

_NUMERAL = "零〇一二两三四五六七八九十百千万"
_FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千", strict=True))
_MISSPELT = {
    "明天": "名天 明添 明田 鸣天 明夭", "后天": "后添 厚天 候天 后夭", "昨天": "坐天 昨添", "今天": "金天 今添",
    "上个月": "上各月 尚个月 上个越 上格月 上个阅 商个月", "这个月": "这各月 这个越 者个月 这格月 着个月",
    "下个月": "下各月 下个越 夏个月 下格月 吓个月", "星期": "星其 星起 星棋 星七", "礼拜": "礼败 里拜 理拜 礼百",
    "下午": "夏午 下舞 吓午", "上午": "尚午 上舞", "晚上": "晚尚 碗上", "中午": "中舞 钟午",
}  # fmt: skip
_RIGHT = {
    wrong: right
    for right, wrongs in _MISSPELT.items()
    for wrong in wrongs.split()
    if len(wrong) == len(right)
}


def _one_word(match: re.Match[str]) -> str:
    return _SYLLABLES[match[0]]


def _minutes_to(match: re.Match[str]) -> str:
    """差一刻三点 as 2点45."""
    hour, count = parse_integer(match["h"]), parse_integer(match["m"])
    minutes = 60 - (count or 0) * (15 if match["u"].startswith("刻") else 1)
    return f"{(hour - 1) or 12}点{minutes:02d}" if hour and 0 < minutes < 60 else match[0]


def _clocks(match: re.Match[str]) -> str:
    """1400-1600 with its colons."""
    return match["to"].join(f"{match[end][:2]}:{match[end][2:]}" for end in "ab")


def _half_day(match: re.Match[str]) -> str:
    return {"shang": "上", "xia": "下", "wu": "午"}[match[0]]


_CHINESE: list[Rule] = [
    (re.compile("|".join(_RIGHT)), lambda match: _RIGHT[match[0]]),
    (re.compile(f"[{''.join(_FORMAL)}]"), lambda match: _FORMAL[match[0]]),
    # 8 月 and 下周 三: speech recognition and typing by hand leave gaps before units.
    (
        re.compile(
            rf"(?<=[\d{_NUMERAL}])\s+(?=[年月日号点元块毛角蚊兆个]|[gm]b?(?![a-z]))"
            rf"|(?<=[年月周期拜])\s+(?=[\d{_NUMERAL}])"
        ),
        "",
    ),
    (re.compile(r"(?<=(?<!\d)2\d)\.(?=(?:1[0-2]|0?[1-9])月)"), "年"),
    (re.compile("[廿卄]"), "二十"),
    (re.compile("卅"), "三十"),
    (re.compile("卌"), "四十"),
    (re.compile(r"(?<=[上下这本前])\s+(?=个\s?月)|(?<=[上下这本]个)\s+(?=月)"), ""),
    # Half pinyin, half characters: shang个月, 上ge月, 八yue份.
    (re.compile(r"(?<![a-z])shang(?=个?[月周])"), "上"),
    (re.compile(r"(?<![a-z])xia(?=个?[月周])"), "下"),
    (re.compile(r"(?<=[上下这本])\s?ge\s?(?=[月周])"), "个"),
    (re.compile(rf"(?<=[\d{_NUMERAL}个])\s?yue(?![a-z])"), "月"),
    (re.compile(r"(?<![a-z])(?:jin|ming|hou|zuo)(?=天)|(?<=[今明后昨])tian(?![a-z])"), _one_word),
    (
        re.compile(
            r"(?<![a-z])zhou(?=[一二三四五六日末])|(?<=周)(?:yi|er|san|si|wu|liu|ri)(?![a-z])"
        ),
        _one_word,
    ),
    (re.compile(r"(?<![a-z])(?:shang|xia)(?=午)|(?<=[上下])wu(?![a-z])"), _half_day),
    (re.compile(r"(?<=[今明后昨])\s+(?=天)"), ""),
    (re.compile(rf"(?<=[上下中]午|晚上|早上)\s+(?=[\d{_NUMERAL}])"), ""),
    (re.compile(r"(?<=[上下这]个)号头"), "月"),
    (re.compile("上个?月的上(?:一个|个)?月"), "上上个月"),
    (re.compile("俩(?=月)"), "两个"),
    (re.compile("俩"), "两"),
    (re.compile("仨(?=月|星期|礼拜|钟头|小时|g)"), "三个"),
    (re.compile("仨"), "三"),
    (re.compile(rf"(?<![\d{_NUMERAL}几])元月(?!租|费)"), "一月"),
    (re.compile(rf"(?<=十一)(?=二月(?![\d{_NUMERAL}]))"), "、十"),
    (re.compile(rf"(?<![\d{_NUMERAL}几])百八十(?=[块元蚊])"), "一百"),
    (re.compile(rf"(?<=[\d{_NUMERAL}])快(?=钱|$|[的吧了,，。!！]|话费)"), "块"),
    (re.compile("毫子?(?=$|[^米升安])"), "毛"),
    (re.compile(r"(?<=十)(?=十[一二]月)|(?<=十一)(?=十二月)"), "、"),
    (re.compile("最后一个?季度|末季度"), "四季度"),
    (re.compile("双休日"), "周末"),
    (re.compile("大洋"), "块"),
    (
        re.compile(
            r"(?<=[\d十百])个?[吉基](?=$|[^利普本尼他])|(?<=[一两三四五六七八九])个?吉(?=流量|$|的|够)"
        ),
        lambda match: match[0].replace(match[0][-1], "g"),
    ),
    (
        re.compile(
            r"差(?P<m>\d{1,2}|[一二两三四五]?十?[一二三四五]?)(?P<u>分钟?|刻钟?)(?:就?到?)(?P<h>\d{1,2}|十?[一二两三四五六七八九十])点(?:整|钟)?"
        ),
        _minutes_to,
    ),
    (
        re.compile(
            r"(?<![\d-])(?P<a>(?:[01]\d|2[0-3])[0-5][05])(?P<to>-|到|至|~)(?P<b>(?:[01]\d|2[0-3])[0-5][05])(?![\d-]|[块元年兆gm])"
        ),
        _clocks,
    ),
    (re.compile(r"(?<=\d)k(?![a-z\d])"), "千"),
    (re.compile(r"(?<![a-z])(?:rmb|cny)\s*(?=\d)|人民币(?=[\d一二两三四五六七八九十])"), "¥"),
    (re.compile(r"(?<=\d)\s*[¥￥](?!\d)"), "块"),
]

# --- Pinyin ----------------------------------------------------------------------------------------------------

_SYLLABLES = {
    "yi": "一", "er": "二", "liang": "两", "san": "三", "si": "四", "wu": "五", "liu": "六", "qi": "七", "ba": "八",
    "jiu": "九", "shi": "十", "bai": "百", "qian": "千", "wan": "万", "ban": "半", "ling": "零",
    "shang": "上", "xia": "下", "zhe": "这", "ben": "本", "dang": "当", "ge": "个", "yue": "月", "fen": "份",
    "zhou": "周", "xing": "星", "li": "礼", "ri": "日", "tian": "天", "mo": "末", "jin": "今", "ming": "明", "hou": "后",
    "zuo": "昨", "da": "大", "dian": "点", "zhong": "钟", "kuai": "块", "yuan": "元", "mao": "毛", "zhao": "兆", "g": "g",
    "hao": "号", "shang wu": "上午", "xia wu": "下午", "zhong wu": "中午", "wan shang": "晚上", "zao shang": "早上",
    "xing qi": "星期", "li bai": "礼拜", "qian tian": "前天", "kuai qian": "块钱",
}  # fmt: skip
_S = r"\s?"


def _spelt(words: str) -> str:
    """A pattern of pinyin syllables, with or without gaps."""
    return _S.join(words.split())


_NUM = rf"(?:(?<!\d)\d{{1,4}}{_S}|(?:(?:yi|er|liang|san|si|wu|liu|qi|ba|jiu|shi|bai|qian|ling){_S}){{1,7}})"
_PART = (
    f"(?:{_spelt('shang wu')}|{_spelt('xia wu')}|{_spelt('zhong wu')}|{_spelt('wan shang')}|"
    f"{_spelt('zao shang')})"
)
_PINYIN = re.compile(
    r"(?<![a-z])(?:"
    + "|".join(
        (
            rf"(?:{_spelt('da')}{_S})?(?:jin|ming|hou|zuo|qian){_S}tian(?:{_S}{_PART})?",
            rf"(?:shang|xia|zhe|ben|dang){_S}(?:ge{_S})?yue(?:{_S}fen)?",
            rf"{_NUM}{_S}yue(?:{_S}fen)?(?:{_S}{_NUM}{_S}(?:hao|ri))?",
            rf"(?:(?:shang|xia|zhe|ben){_S}(?:ge{_S})?)?(?:zhou|xing{_S}qi|li{_S}bai){_S}"
            rf"(?:yi|er|san|si|wu|liu|ri|tian|mo)(?:{_S}{_PART})?",
            rf"{_PART}(?:{_S}{_NUM}{_S}dian(?:{_S}(?:ban|zhong))?)?",
            rf"{_NUM}{_S}dian{_S}(?:ban|zhong)",
            rf"{_NUM}{_S}(?:kuai(?:{_S}qian)?|yuan|mao)",
            rf"{_NUM}{_S}(?:ge{_S}g|g|zhao)",
        )
    )
    + r")(?=$|[^a-z]|zhang|hua|liu|de|chong)"
)
_WORDS = {name.replace(" ", ""): word for name, word in _SYLLABLES.items()}
_LETTERS = re.compile("|".join(_spelt(name) for name in sorted(_SYLLABLES, key=len, reverse=True)))


def _characters(match: re.Match[str]) -> list[Piece]:
    """Each syllable as its character, and nothing for the gaps between them."""
    pieces, place = [], match.start()
    while place < match.end():
        letters = _LETTERS.match(match.string, place, match.end())
        end = letters.end() if letters else place + 1
        char = match.string[place:end]
        written = _WORDS.get(re.sub(r"\s", "", char), "" if char.isspace() else char)
        pieces.append((place, end, written))
        place = end
    return pieces


# --- English ---------------------------------------------------------------------------------------------------

_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_WEEKDAYS = ("mon", "tues?", "wed(?:nes)?", "thur?s?", "fri", "satur", "sun")
_COUNTS = {"one": "1", "two": "2", "three": "3", "four": "4", "six": "6"}
_LAST = r"(?:last|past|previous)"


def _month_number(name: str) -> int:
    return next(place for place, one in enumerate(_MONTHS, 1) if re.fullmatch(one, name))


def _weekday_name(name: str) -> str:
    return "一二三四五六日"[
        next(place for place, one in enumerate(_WEEKDAYS) if re.match(one, name))
    ]


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
_ENGLISH: list[Rule] = [
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
        _word(rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<m>{_NAME})"),
        lambda match: f"{_month_number(match['m'])}月{match['d']}号",
    ),
    (_word(f"(?P<m>{_SURE})"), lambda match: f"{_month_number(match['m'])}月"),
    (
        re.compile(r"(?<![a-z])(?P<m>may|march|mar)(?= ?的?(?:账单|话费|bill|月|usage|invoice)|$)"),
        lambda match: f"{_month_number(match['m'])}月",
    ),
    (
        re.compile(
            r"(?<![a-z\d.])(?:(?P<rel>after|before|by) )?(?:(?P<from>\d{1,2}) ?(?:-|~|to) ?)?"
            r"(?P<h>1[0-2]|[1-9])(?P<m>:[0-5]\d)? ?(?P<ap>[ap])\.?m\.?(?![a-z])"
        ),
        _clock,
    ),
    (re.compile(r"(?<=[月点]) ?(?:to|through|till|until) ?(?=\d+月|[上下]午\d|晚上\d)"), "到"),
    (_word("(?<!good )morning|in the morning"), "上午"),
    (_word("(?<!good )afternoon|in the afternoon"), "下午"),
    (_word("(?<!good )evening"), "晚上"),
    (_word("noon"), "中午"),
    (re.compile(r"(?<=\d) ?(?:gigs?|gigabytes?)(?![a-z])"), "g"),
    (re.compile(r"(?<=[\d一二两三四五六七八九十百千]) ?(?:kuai|yuan|rmb|cny)(?![a-z])"), "块"),
    (re.compile(r"(?<![a-z])(?:recharge|top ?up|pay)(?: me)?(?= ?\d)"), "充"),
]

_RULES: list[Rule] = [
    (_PINYIN, _characters),
    *_ENGLISH,
    *_CHINESE,
]
