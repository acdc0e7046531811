"""Chinese that is written otherwise than the patterns of values know it: 廿五号, 名天, 差一刻三点, 俩月."""

from __future__ import annotations

import re

from bot.nlu.values.heard import meant, misheard
from bot.nlu.values.numbers import parse_integer
from bot.nlu.values.pinyin_spellings import NUMERAL, SYLLABLES
from bot.nlu.values.rewriting import Rule

_FORMAL = dict(zip("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千", strict=True))
_MISSPELT = {
    "明天": "名天 明添 明田 鸣天 明夭", "后天": "后添 后填 厚天 候天 后夭", "昨天": "坐天 昨添 昨填", "今天": "金天 今添",
    "上个月": "上各月 尚个月 上个越 上格月 上个阅 商个月", "这个月": "这各月 这个越 者个月 这格月 着个月",
    "下个月": "下各月 下个越 夏个月 下格月 吓个月", "星期": "星其 星起 星棋 星七", "礼拜": "礼败 里拜 理拜 礼百 礼摆",
    "下午": "夏午 下舞 吓午", "上午": "尚午 上舞", "晚上": "晚尚 碗上", "中午": "中舞 钟午 中武",
}  # fmt: skip
_RIGHT = {
    wrong: right
    for right, wrongs in _MISSPELT.items()
    for wrong in wrongs.split()
    if len(wrong) == len(right)
}


def _one_word(match: re.Match[str]) -> str:
    return SYLLABLES[match[0]]


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


_WEEKDAY_HEARD = dict(zip("舞午武伞散耳思死刘流", "五五五三三二四四六六", strict=True))

RULES: list[Rule] = [
    (re.compile("|".join(_RIGHT)), lambda match: _RIGHT[match[0]]),
    (misheard(), meant),
    (re.compile(f"[{''.join(_FORMAL)}]"), lambda match: _FORMAL[match[0]]),
    # 8 月 and 下周 三: speech recognition and typing by hand leave gaps before units.
    (
        re.compile(
            rf"(?<=[\d{NUMERAL}])\s+(?=[年月日号点元块毛角蚊兆个]|[gm]b?(?![a-z]))"
            rf"|(?<=[年月周期拜])\s+(?=[\d{NUMERAL}])"
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
    (re.compile(r"(?<=[上下这本])\s?ge\s?yue(?![a-z])"), "个月"),
    (re.compile(r"(?<=[上下这本])\s?ge\s?(?=[月周])"), "个"),
    (re.compile(rf"(?<=[\d{NUMERAL}个])\s?yue(?![a-z])"), "月"),
    (re.compile(r"(?<![a-z])(?:jin|ming|hou|zuo)(?=天)|(?<=[今明后昨])tian(?![a-z])"), _one_word),
    (
        re.compile(
            r"(?<![a-z])zhou(?=[一二三四五六日末])|(?<=周)(?:yi|er|san|si|wu|liu|ri)(?![a-z])"
        ),
        _one_word,
    ),
    (re.compile(r"(?<![a-z])(?:shang|xia)(?=午)|(?<=[上下])wu(?![a-z])"), _half_day),
    (re.compile(r"(?<=[今明后昨])\s+(?=天)"), ""),
    (re.compile(rf"(?<=[上下中]午|晚上|早上)\s+(?=[\d{NUMERAL}])"), ""),
    (re.compile(r"(?<=[上下这]个)号头"), "月"),
    (re.compile("上个?月的上(?:一个|个)?月"), "上上个月"),
    (re.compile("前[头面边]那(?=一?个月)|(?<![年前开])头(?=个月)"), "上"),
    (re.compile(rf"(?<=[\d{NUMERAL}])[越约阅悦](?=份)"), "月"),
    # 二五号, 三零号: a day read out digit by digit; 二三号 may be two days.
    (re.compile(rf"(?<![\d{NUMERAL}第])二(?=[一二四五六七八九]号(?!楼|院|线|门|店))"), "二十"),
    (re.compile(rf"(?<=[上下])[五舞吴](?=[\d{NUMERAL}]{{1,3}}点)"), "午"),
    (re.compile("(?<=[一二三四五六七八九])时(?=[一二三四五六七八九]?[块元])"), "十"),
    (re.compile("(?<=[一二两三四五六七八九])白(?=[一二三四五六七八九十]*[块元])"), "百"),
    (re.compile("(?<=[十百\\d])[照赵罩](?=的?流量|$)"), "兆"),
    (re.compile("(?<=[\\d一二两三四五六七八九十百]个)[鸡级](?=的?流量)"), "g"),
    (re.compile("俩(?=月)"), "两个"),
    (re.compile("俩"), "两"),
    (re.compile("仨(?=月|星期|礼拜|钟头|小时|g)"), "三个"),
    (re.compile("仨"), "三"),
    (re.compile(rf"(?<![\d{NUMERAL}几])元月(?!租|费)"), "一月"),
    (re.compile(rf"(?<=十一)(?=二月(?![\d{NUMERAL}]))"), "、十"),
    (re.compile(rf"(?<![\d{NUMERAL}几])百(?:八十|十来|来|十多|十|把)(?=[块元蚊])"), "一百"),
    (re.compile("(?<=[十百千])(?:出头|挂零)"), "块"),
    (re.compile(rf"(?<=[\d{NUMERAL}])快(?=钱|$|[的吧了,，。!！]|话费)"), "块"),
    (re.compile("毫子?(?=$|[^米升安])"), "毛"),
    (re.compile(r"(?<=十)(?=十[一二]月)|(?<=十一)(?=十二月)"), "、"),
    (re.compile("最后一个?季度|末季度"), "四季度"),
    (re.compile("双休日"), "周末"),
    (re.compile("个?大洋"), "块"),
    (re.compile(rf"(?<![\d{NUMERAL}几数上好])百(?=[块元])"), "一百"),
    (re.compile(r"(?<=[十百])[园员](?=$|的?话费|[的了吧,，])"), "元"),
    (re.compile("(?<=星期|礼拜)[舞午武伞散耳思死刘流]"), lambda match: _WEEKDAY_HEARD[match[0]]),
    (re.compile(rf"(?<![\d{NUMERAL}几])(?:一?块把)(?=钱|的)"), "一块"),
    (re.compile(rf"(?<![\d{NUMERAL}])半(?=块钱)"), "0.5"),
    (re.compile(rf"(?<![大从很太])小(?=[一两二三四五六七八九][百千](?![\d{NUMERAL}]))"), "近"),
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
