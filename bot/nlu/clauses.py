"""The clauses of a message: where it may be parted, and how each part is tied to the one before.

Plain text rules, no model: most messages are found to be one clause in microseconds. A cut is only a place where a second
wish *may* begin; whether one does is decided in :mod:`bot.nlu.wishes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from bot.nlu.fold import fold


class Link(Enum):
    """How a clause is tied to the one before."""

    FIRST = "first"
    PUNCTUATION = "punctuation"  # a comma, a full stop, a new line
    LIST = "list"  # 和, 、: names in a row
    CONNECTOR = "connector"  # 另外, 顺便, 还有: somebody turns to another thing


@dataclass(frozen=True)
class Clause:
    """Characters ``start`` to ``end`` (exclusive) of a message, without punctuation and connector at its edges."""

    start: int
    end: int
    link: Link


# Who begins a clause with these turns to another thing, or only goes on with the same: 还有什么, 另外那个, 同时开两个.
_DO = r"(?=[帮给查看把开加办充交问取退改订换想要需得我]|麻烦|取消|推荐|预约|投诉|申请|撤销)"
_TURNS = (
    r"另外(?:的话)?(?![一两那这几个的])|另(?=帮|给|查|请|把|需)|此外|除此之外|再有|再者|再就是|其次|顺便|顺带|顺道|顺手|对了"
    r"|以及|并且|同时(?!开|办|用|在线|上网|使|打)"
    r"|还有(?:[一个件]*件事情?|(?!什么|多少|几|没|哪|啥|吗|效|个|一|两|半|剩(?!下的)|优惠|钱|余额|其他|别的))"
    rf"|还(?=帮|给我|想(?!问)|(?:要|得|需要){_DO})|然后(?:再|还)?{_DO}|接着(?:再)?{_DO}|完了(?:之后)?再?{_DO}"
    r"|再(?=帮|给我|查|看看|看下|看一|开|加个|办|充|把|问|取消|退|订|推荐|预约)|也(?=帮我|给我)"
)
# In the middle of a clause only the plainest of them count: 打完电话然后没信号 is one story.
_TURNS_INSIDE = (
    r"另外(?:的话)?(?![一两那这几个的])|此外|顺便|顺带|顺道|对了(?!吗|没)|并且|以及"
    r"|同时(?=帮|查|给|把)|还有(?=帮|查|我|给|把|看|要|想|麻烦)|然后(?:再|还)?(?=帮|给我|查|把|开|看看)"
    r"|(?<!先)再(?=帮我|给我|查一?下|查查|看一?下|看看|把)"
)
_NUMBERED = (
    r"第[一二三四](?:[个件]?事情?|点|个)?是?(?=[，,、：:\s帮查我把给要想开取办]|$)"
    r"|[一二三]是|[一二三]来(?=[帮查想要把给])"
)
_DIGIT = r"(?<![\d.])[1-4](?:[、)）]|[.．](?!\d))"
_BREAK = re.compile(
    rf"(?P<mark>(?:[，,。！!？?；;：:\s…~～]|(?<!\d)\.|\.(?!\d)|——)+(?={_DIGIT})?)|(?P<list>(?<![1-4一二三四])、)"
)
_LEADING = re.compile(
    rf"(?:{_TURNS}|{_NUMBERED}|{_DIGIT})(?:[，,、。：:\s]*(?:{_TURNS}))*[，,、：:\s]*|[\W_]+"
)
_INSIDE = re.compile(rf"(?P<turn>{_TURNS_INSIDE}|(?<=.)(?:{_DIGIT}))|(?P<list>和|跟|及(?!时)|与)")
_SHORTEST = 2
_TRAILING = re.compile(r"[\W_]+$")

# Words by which somebody asks for a thing, in contrast to telling what is the case.
_ASKS = re.compile(
    r"帮|给我|麻烦|请|[我还就]?想|我?要(?!是|不是)|需要|能不能|能否|可不可以|可以.*[吗么]|怎么(?!又|还|回事|这么|老)|为什么|为啥|如何|多少|几[个点号月时]"
    r"|什么时候|哪[个些里儿]|在哪|[吗么呢嘛]$|没有?$|发(?:我|给|一)|是不是|有没有|查|看看|看一?下|看下|了解|咨询|问|办|开[通个张具一下]|开.{0,6}发票|取消|退[了订掉款]|退$"
    r"|[换改](?:成|个|一|套|下|到|大|小)|充|缴|交[钱费]|补[卡张办]|补$|报修|修一?下|来修|催|投诉|注销|销户|挂失|解[锁除绑]|申请|预约|撤销|推荐|转[网到]"
    r"|过户|停机保号|复机|加[个点一\d]|来个|订|续|升级|降"
)

_DENIES = re.compile(r"(?:我|先)*(?:不是|不[用要查办改想需]|别)")


def clauses(text: str) -> list[Clause]:
    """The clauses of a message in their order; one without content is left out."""
    folded = fold(text)
    found: list[Clause] = []
    for start, end, link in _cuts(folded):
        begin, stop, turned = _trim(folded, start, end)
        if turned:
            link = Link.CONNECTOR
        if stop - begin < _SHORTEST:
            # A connector that stands alone (对了，…) ties the next clause; 的 and 啊 are nothing.
            continue
        found.append(Clause(begin, stop, link if found else Link.FIRST))
    return _tied(folded, found)


def asks(text: str) -> bool:
    """Whether a clause asks for something; one that does not tells why, or what is the case."""
    return _ASKS.search(fold(text)) is not None


def denies(text: str) -> bool:
    """Whether a clause says what is not wanted: 不是查话费，是查流量."""
    return _DENIES.match(fold(text)) is not None


def _cuts(text: str) -> Iterator[tuple[int, int, Link]]:
    """Pieces between punctuation, and these parted again at the connectors inside them."""
    start, link = 0, Link.FIRST
    for match in _BREAK.finditer(text):
        yield from _inside(text, start, match.start(), link)
        start = match.end()
        link = Link.LIST if match["list"] else Link.PUNCTUATION
    yield from _inside(text, start, len(text), link)


def _inside(text: str, start: int, end: int, link: Link) -> Iterator[tuple[int, int, Link]]:
    begin = start
    for match in _INSIDE.finditer(text, start, end):
        if match.start() - begin < _SHORTEST or end - match.end() < _SHORTEST:
            continue
        yield begin, match.start(), link
        link = Link.CONNECTOR if match["turn"] else Link.LIST
        begin = match.end()
    yield begin, end, link


def _trim(text: str, start: int, end: int) -> tuple[int, int, bool]:
    """The piece without punctuation and connectors at its edges, and whether a connector stood at its beginning."""
    turned = False
    while start < end and (match := _LEADING.match(text, start, end)) is not None:
        turned = turned or bool(match[0].strip(" \t\r\n，,。、：:；;"))
        start = match.end()
    trailing = _TRAILING.search(text, start, end)
    return start, trailing.start() if trailing else end, turned


def _tied(text: str, found: list[Clause]) -> list[Clause]:
    """A connector that stood alone between two clauses ties them: 对了，再查流量."""
    tied: list[Clause] = []
    for place, clause in enumerate(found):
        link = clause.link
        if place and link is not Link.CONNECTOR:
            between = text[found[place - 1].end : clause.start]
            if re.search(rf"{_TURNS}|{_NUMBERED}", between):
                link = Link.CONNECTOR
        tied.append(Clause(clause.start, clause.end, link))
    return tied
