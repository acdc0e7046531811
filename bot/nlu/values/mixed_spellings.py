"""Further ways of writing values: 202607-202609, 3·15那天, 前三个账期, 上半日, 下午3店, half past two, thirty-eight yuan."""

from __future__ import annotations

import re

from bot.nlu.values.pinyin_spellings import NUMERAL, SYLLABLES
from bot.nlu.values.rewriting import Piece, Rule

_TO = "(?P<to>到|至|-|~)"
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {
    **{name: value for value, name in enumerate(_ONES)},
    **{name: 10 * value for value, name in enumerate(_TENS, 2)},
    "a": 1,
}
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_ENGLISH_NUMBER = rf"(?:(?:{_NUMBER}|hundred|thousand|and)[ -]+)*(?:{_NUMBER}|hundred|thousand)"
_WHAT_IS_COUNTED = (
    r"(?=[ -]?(?:yuan|rmb|cny|kuai|bucks?|块|元|gigs?|gigabytes?|gb|megs?|megabytes?)(?![a-z]))"
)
_HOUR = "|".join((*_ONES[1:13], "1[0-2]", "[1-9]"))
_QUARTERS = {"first": "一", "second": "二", "third": "三", "fourth": "四", "last": "上"}
_SHORT_DAYS = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六"}


def _months(match: re.Match[str]) -> list[Piece]:
    return [
        (match.start(end), match.end(end), f"{match[end][:4]}年{match[end][4:]}月")
        for end in ("first", "last")
    ]


def _english_number(match: re.Match[str]) -> str:
    total = part = 0
    for word in re.findall(r"[a-z]+", match[0]):
        if word == "hundred":
            part = max(part, 1) * 100
        elif word == "thousand":
            total, part = total + max(part, 1) * 1000, 0
        else:
            part += _NUMBERS.get(word, 0)
    return str(total + part)


def _hour(word: str) -> str:
    return word if word.isdigit() else str(_NUMBERS[word])


def _hour_of_part(match: re.Match[str]) -> str:
    return f"{ {'morning': '上午', 'afternoon': '下午', 'evening': '晚上'}[match['p']] }{_hour(match['h'])}点"


def _past_the_hour(match: re.Match[str]) -> str:
    return f"{_hour(match['h'])}点{'半' if match['m'] == 'half' else '一刻'}"


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])")


#: Before the rules for English: these hold words that those would read alone.
FIRST: list[Rule] = [
    (_word(r"in (?:a|one) week|(?:a|one) week (?:from (?:today|now)|later)"), "7天后"),
    (_word(rf"(?P<m>half|quarter) past (?P<h>{_HOUR})"), _past_the_hour),
    (_word(rf"(?P<h>{_HOUR}) in the (?P<p>morning|afternoon|evening)"), _hour_of_part),
    (_word("after work"), "下班后"),
    (_word("after (?:lunch|noon)"), "午饭后"),
    (_word("after (?:dinner|supper)"), "晚饭后"),
    (
        _word("(?:the )?(?P<q>first|second|third|fourth) quarter"),
        lambda match: f"{_QUARTERS[match['q']]}季度",
    ),
    (
        _word("(?P<n>two|three|four|five|six|[2-9]) months ago"),
        lambda match: f"{_hour(match['n'])}个月前",
    ),
    (
        re.compile(
            r"(?<![a-z])(?P<w>next|last) (?P<d>mon|tue|wed|thu|fri|sat)(?![a-z])"
            r"|(?<![a-z])(?:on |this )?(?P<e>mon|tue|wed|thu|fri|sat)"
            r"(?= ?(?:上午|下午|晚上|早上|中午|来|am|pm|morning|afternoon|evening))"
        ),
        lambda match: (
            f"{ {'next': '下', 'last': '上', None: ''}[match['w']] }周{_SHORT_DAYS[match['d'] or match['e']]}"
        ),
    ),
    (_word("half (?:of )?a gig(?:abyte)?"), "0.5g"),
    (re.compile(rf"(?<![a-z])(?:{_ENGLISH_NUMBER}){_WHAT_IS_COUNTED}"), _english_number),
    (re.compile(r"(?<=\d)[ -]?gig(?![a-z])"), "g"),
    (re.compile(r"(?<=\d)[ -]?(?:megs?|megabytes?)(?![a-z])"), "mb"),
    (re.compile(r"(?<=\d)\s?(?P<u>[gm])ib(?![a-z])"), lambda match: f"{match['u']}b"),
    (
        _word("(?:zui ?)?jin (?P<n>liang|san|si|wu|liu) ?ge ?yue"),
        lambda match: f"近{SYLLABLES[match['n']]}个月",
    ),
    (_word("shang ?shang ?(?:ge ?)?yue"), "上上个月"),
    (_word("shang ?ban ?nian"), "上半年"),
    (_word("xia ?ban ?nian"), "下半年"),
    (
        _word("di ?(?P<q>yi|er|san|si) ?ji ?du"),
        lambda match: f"第{SYLLABLES[match['q']]}季度",
    ),
    (_word("shang ?(?:ge ?)?ji ?du"), "上季度"),
    (_word("ben ?ji ?du"), "本季度"),
    (_word("bang ?wan"), "傍晚"),
    (_word("ban ?ge ?g"), "半个g"),
    (
        re.compile(
            r"(?<=kuai) ?(?P<j>yi|er|san|si|wu|liu|qi|ba|jiu)(?= ?(?:mao)?(?:$|[^a-z ]))( ?mao)?"
        ),
        lambda match: f"{SYLLABLES[match['j']]}毛",
    ),
]

#: After the other rules for Chinese.
LAST: list[Rule] = [
    (
        re.compile(
            rf"(?<!\d)(?P<first>20[1-4]\d(?:0[1-9]|1[0-2])){_TO}(?P<last>20[1-4]\d(?:0[1-9]|1[0-2]))(?!\d)"
        ),
        _months,
    ),
    (
        re.compile(
            r"(?<!\d)(?P<m>1[0-2]|[1-9])[·•](?P<d>3[01]|[12]\d|[1-9])(?:号|日)?(?=那天|当天|$)"
        ),
        lambda match: f"{match['m']}月{match['d']}号",
    ),
    (re.compile(r"(?<=[上下这本个\d])(?:自然|计费|出账|账单)(?=月)"), ""),
    (
        re.compile(
            r"(?P<n>(?:前|近|过去|上)[两二三四五六2-6])(?:个账期|期(?=的?(?:账|话费|费用|单)))"
        ),
        lambda match: f"{match['n']}个月",
    ),
    (re.compile(r"个?季度(?=(?:到|至|-|~)第?[一二三四1-4]季度)"), ""),
    (re.compile(r"(?<![a-z])since\s?(?=\d+月)"), "自从"),
    (re.compile(r"头半年"), "上半年"),
    (re.compile(r"明天的明天"), "后天"),
    (re.compile(r"(?<=[下上这本]周)双休|双休(?=日)"), "末"),
    (re.compile(r"(?<=[上下这本])[洲粥州舟轴](?=[一二三四五六日末天])"), "周"),
    (re.compile(r"(?<=\d)[浩耗](?=上午|下午|晚上|早上|中午|来|$)"), "号"),
    (re.compile(r"(?<![上下中正晌过])午前"), "上午"),
    (re.compile(r"上半日"), "上午"),
    (re.compile(r"下半[日晌]"), "下午"),
    (re.compile(r"挨晚"), "傍晚"),
    (re.compile(r"午休时间?"), "中午"),
    (re.compile(r"(?<![一-龥])入夜"), "晚上"),
    (re.compile(r"(?<=点)1(?=刻)"), "一"),
    (re.compile(r"(?<=点)3(?=刻)"), "三"),
    (re.compile(r"(?<=[点半钟刻])(?:开始|起)(?=一?直?[到至])"), ""),
    (re.compile(r"(?:白天)?任何时候"), "任何时间"),
    (
        re.compile(rf"(?P<h>(?:[上下中]午|早上|晚上)[\d{NUMERAL}]{{1,3}})[店典](?!里|铺|员|家|长)"),
        lambda match: f"{match['h']}点",
    ),
    (re.compile(rf"(?<=[\d{NUMERAL}]点)班(?![车次长上])"), "半"),
    (re.compile(r"(?<=[充交缴冲存付个])半百"), "五十"),
    (re.compile(rf"(?<![\d{NUMERAL}几数上好])千(?:把|来|多)?(?=块)"), "一千"),
    (
        re.compile(r"(?<=[充冲交缴存])(?P<n>[1-9][o0]{1,3})(?![\da-z])"),
        lambda match: match["n"].replace("o", "0"),
    ),
    (re.compile(r"(?<=\d)软妹币?"), "块"),
    (re.compile(rf"(?<=[\d{NUMERAL}])筷(?=钱|$)"), "块"),
    (re.compile(rf"(?<![\d{NUMERAL}几数上好])百(?:十?来|把)个?(?=g)"), "一百个"),
    (re.compile(r"(?<=[十百\d])招(?=的?流量)"), "兆"),
]
