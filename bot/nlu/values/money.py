"""Amounts of money: 二十块 · 100元 · 五毛 · 18块5 · 充100, in yuan as a decimal string without trailing zeros."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.nlu.spans import Span
from bot.nlu.values.numbers import NUMBER, is_vague, parse_number

ENTITY = "amount"

_ABOUT = r"(?:多|来|把|大几)?"
_UNIT = (
    r"(?:块钱|元钱|块(?!手?表|屏|板|电池|硬盘|表|玻璃|地)|元(?![旦宵宝月化复素件])|圆|蚊鸡?|人民币)"
)
_JIAO = r"(?:毛钱|毛|角钱|角)"
_CENTS = r"(?:(?P<f>[\d一二两三四五六七八九])(?:分钱?|(?![个条天月分点次块\d张份])))?"
_YUAN = re.compile(
    rf"[¥￥]?(?P<n>{NUMBER}){_ABOUT}\s*{_UNIT}"
    rf"(?:零(?P<c>[\d一二三四五六七八九])分钱?"
    rf"|(?P<zero>零)?(?P<j>[\d一二两三四五六七八九])(?:(?:毛|角)钱?(?<!钱){_CENTS}|{_JIAO}|(?![\d.个条天月年gm兆张分点笔次号位块元十百千])))?"
    rf"(?P<half>半)?"
)
_SIGN = re.compile(rf"[¥￥]\s*(?P<n>{NUMBER})")
_SMALL = re.compile(
    rf"(?<![\d.零〇一二两三四五六七八九十百几块元])(?P<j>[\d一二两三四五六七八九])(?!角[形度色落])(?:(?:毛|角)(?!钱){_CENTS}|{_JIAO})"
    rf"|(?<![\d.零〇一二两三四五六七八九十百几])(?P<only>[\d一二两三四五六七八九])分钱"
)
# 一毛钱都不欠 speaks of nothing at all.
_NOTHING = re.compile(r"(?:都|也)?(?:不|没|冇)")
# 一块 means "together" unless money is the topic.
# 屏碎了两块
_IN_PIECES = re.compile(r"[碎裂摔坏]了?$")
_TOGETHER = re.compile(r"一块(?!钱|多|\d|[一二两三四五六七八九][毛角]?|一?g)")
_VERB = (
    r"(?:充值?|冲值?|叉|存|储值|缴费?|交费?|付|扣|收|退|欠|花了|花费?多了|多出|多了|才|骗走|转走|一共|总共|合计|[那这]笔"
    r"|差|只剩|还有|还剩|剩|先来|再来|来|变成|每个?月|一个月|儿值|值|余额|话费|消费|转|近|违约金|押金|少|贵|涨|补|充满|[充凑]够|超过|低于|预存款?|退款|返还|赔偿?|补偿|罚款|透支|将近|(?<![跑达])不到|[账卡]里?上?有"
    r"|(?:上个?月|以前|平时|之前)多?|[这上本]个?月|这次|每月减|扣款|金额|预算|(?<![月租免资])费|充值卡|顶多|顶天|起码|说是|返还?|[一两二三四五几]次|[一两二三四五几]笔|花|掏|添|喂|(?:再|话费[^,，。]{0,2})加|[一每半全两三]年|账单)"
)
_FILL = (
    r"(?:账上|账户里?|卡[里上]|号[里上]|[得了我你他她您走掉出回过个给的到近约共值费上去来张是不有要:]|大概|大约|你们|我们|我家|话费|总共|一共|突然|超过"
    r"|差不多)*\s*"
)
# What may follow a bare amount; a measure word (个, 次, 条, G) would make it something else.
_AFTER = (
    r"(?![到至][\d一二三四五六七八九十]+月)"
    r"(?=$|[\s,，。!！?？;；、了吗呢吧的啊呀哦钱话花左以到怎送退没进能开不谢就行够再补还哈嘛是一干给算差预])"
)
_BARE = re.compile(rf"{_VERB}{_FILL}(?P<n>{NUMBER})(?P<about>多(?!少))?{_AFTER}")
# After a verb of paying any number is money that counts nothing else.
_PAID = re.compile(
    rf"(?:充值?|冲|缴|交|付|收|扣|退|骗|多花|多掏|存)(?:[了我你他她的掉走那]|你们|我们|我[爸妈])*(?P<n>{NUMBER})(?P<about>多(?!少))?"
    r"(?![\da-z.%:个次条天月年号日分秒张份兆点位岁小倍台部只套人笔级折家块元毛角档那期楼栋单门遍回]|的?套餐|的那|多?[块元个次条天月])"
)
_BEFORE_FEE = re.compile(
    rf"(?<![-/年.])(?P<n>{NUMBER})(?=不到(?:$|\W)|的?话费|的?花费|的?合约机|的?充值卡|面值|面额|左右|以内|以下|上下)"
)
# 不是充300啊是30
_INSTEAD = re.compile(
    rf"不是{_VERB}?{NUMBER}{_UNIT}?[啊呀哦吧,，\s]*(?:而?是|要|应该是){_VERB}?(?P<n>{NUMBER}){_AFTER}"
)
# 充一百，不对，两百
_CORRECTED = re.compile(
    rf"{NUMBER}{_UNIT}?[的吧啊呀哦噢呃嗯哎欸诶唉,，。\s]*(?:不对|不不|不(?=[,，。\s])|说错了?|错了|算了|口误)[啊呀哦噢呃嗯,，。\s]*(?:是|还是|就|{_VERB})*(?P<n>{NUMBER}){_AFTER}"
)
_WHOLE = re.compile(
    rf"^(?:要不|嗯|呃|额|哦|那个|那|就是|就|先|来|充|要|还是|给我|帮我|我要|我想|大概|差不多|大约|整|个|\s|[,，])*"
    rf"(?P<n>{NUMBER})(?P<round>的)?(?:吧|左右的?|就行|就好|好了|行吗|可以吗?|左右|上下|整|多|啊|呀|的?谢谢|\s|[,，。!！])*$"
)
# 改成五十: another amount, where the number is no plan's.
_CHANGED = re.compile(
    rf"^(?:那|就|还是|帮我|给我|不对|[,，\s])*(?:改|换|变)(?:成|为|到)?(?P<n>{NUMBER})(?:吧|了)?[。!！\s]*$"
)
# 10086 and its like are telephone numbers; 一二九 is spelt out.
_SERVICE_NUMBER = re.compile(r"1(?:0\d{3}|2\d{3}|1[0-9])|9[56]\d{3,4}")
_SPELT_OUT = re.compile(r"[零〇一二三四五六七八九]{3,}")
# Numbers that are words: goodbye, well done, I love you, emergency calls.
_SLANG = frozenset(
    (
        "88",
        "886",
        "666",
        "6666",
        "233",
        "2333",
        "520",
        "521",
        "555",
        "995",
        "618",
        "1314",
        "110",
        "119",
        "120",
    )
)


def find(text: str) -> Iterator[Span]:
    """Every amount in folded text; spans may overlap."""
    for match in _YUAN.finditer(text):
        if _IN_PIECES.search(text, 0, match.start()):
            continue
        if (
            match["n"] == "一"
            and match[0] != text.strip()
            and _TOGETHER.match(text, match.start())
            and not _has_verb(text, match.start())
        ):
            continue
        yield from _span(match, match.start(), _yuan(match), 0)
    for match in _SIGN.finditer(text):
        yield from _span(match, match.start(), parse_number(match["n"]), 0)
    for match in _SMALL.finditer(text):
        if _NOTHING.match(text, _after_unit(text, match.end())):
            continue  # 一毛钱都没欠
        if match["only"]:
            value = _tenth(match["only"], 2)
        else:
            value = _tenth(match["j"], 1) + (_tenth(match["f"], 2) if match["f"] else 0)
        end = match.end() + (1 if text[match.end() : match.end() + 1] == "钱" else 0)
        yield Span(match.start(), end, ENTITY, _plain(value))
    yield from _bare(text)


def _bare(text: str) -> Iterator[Span]:
    for pattern in (_BARE, _PAID, _BEFORE_FEE, _INSTEAD, _CORRECTED):
        for match in pattern.finditer(text):
            alone = match[0] == text.strip()
            if pattern is _CORRECTED and not alone and not _VERB_OF_PAYING.search(text):
                continue
            value = parse_number(match["n"])
            paid = pattern is _PAID
            if value is not None and _plausible(match["n"], value, paid=paid):
                end = match.end("about" if match.groupdict().get("about") else "n")
                yield Span(match.start("n"), end, ENTITY, _plain(value), strength=1)
    if (match := _CHANGED.match(text)) and (value := parse_number(match["n"])) is not None:
        if value % 10 == 0 and _plausible(match["n"], value):
            yield Span(match.start("n"), match.end("n"), ENTITY, _plain(value))
    if (match := _WHOLE.match(text)) and (value := parse_number(match["n"])) is not None:
        if match["n"] in _SLANG or (match["round"] and value % 10):
            return  # 59的 is a plan
        if _plausible(match["n"], value):
            yield Span(match.start("n"), match.end("n"), ENTITY, _plain(value))


def _span(match: re.Match[str], start: int, value: Decimal | None, strength: int) -> Iterator[Span]:
    if value is not None and Decimal(0) < value < Decimal(10_000_000):
        # A verb of paying in front makes 59块的 an amount and not the plan of that price.
        paid = bool(re.search(rf"{_PAYING}$", match.string[:start]))
        yield Span(start, match.end(), ENTITY, _plain(value), strength=1 if paid else strength)


_PAYING = r"(?:充值?|冲|存|缴|交|付|扣|退|收)[了我走掉过个给你们的]{0,3}"


_VERB_OF_PAYING = re.compile(_PAYING)


def _has_verb(text: str, start: int) -> bool:
    return bool(re.search(rf"{_PAYING}$", text[:start]))


def _after_unit(text: str, end: int) -> int:
    return end + 1 if text[end : end + 1] == "钱" else end


def _yuan(match: re.Match[str]) -> Decimal | None:
    if is_vague(match["n"]):
        return None
    value = parse_number(match["n"])
    if value is None:
        return None
    if match["j"]:
        cents = match["zero"] and match.end("j") == match.end()  # 三块零五, but 十块零五毛
        value += _tenth(match["j"], 2 if cents else 1)
    if match["f"]:
        value += _tenth(match["f"], 2)
    if match["c"]:
        value += _tenth(match["c"], 2)
    if match["half"]:
        value += Decimal("0.5")
    return value


def _tenth(digit: str, place: int) -> Decimal:
    number = parse_number(digit)
    return (number or Decimal(0)).scaleb(-place)


def _plausible(text: str, value: Decimal, *, paid: bool = False) -> bool:
    """A bare number is money from one yuan to five digits; 一 and 两 alone count other things.

    Right behind a verb of paying (``paid``) a round number is money, too, that is a telephone number elsewhere (充10000),
    or that nobody can have meant (充100000): it is refused with the reason.
    """
    round_sum = paid and value % 100 == 0
    if not round_sum and _SERVICE_NUMBER.fullmatch(text):
        return False
    if _SPELT_OUT.fullmatch(text) or is_vague(text):
        return False
    return Decimal("0.01") <= value < (10_000_000 if round_sum else 100_000) and not (
        len(text) == 1 and not text.isascii() and value < 5
    )


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
