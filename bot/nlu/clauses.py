"""The clauses of a message: where it may be parted, and how each part is tied to the one before.

Plain text rules, no model: most messages are found to be one clause in microseconds. A cut is only a place where a second
wish *may* begin; whether one does is weighed in :mod:`bot.nlu.wishes`.
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
    NOTHING = "nothing"  # speech without punctuation: 没信号了帮我查话费
    COMMA = "comma"  # or a blank, or 、
    LIST = "list"  # 和: names in a row
    GOING_ON = "going on"  # 再, 也, 然后: the same is told on, or another thing begins
    SENTENCE = "sentence"  # a full stop, a new line
    CONNECTOR = "connector"  # 另外, 顺便, 还有: somebody turns to another thing


@dataclass(frozen=True)
class Clause:
    """Characters ``start`` to ``end`` (exclusive) of a message, without punctuation and connector at its edges."""

    start: int
    end: int
    link: Link


_TURNS = (
    r"另外(?:的话)?(?![一两那这几个的])|另(?=[，,帮给查请把需])|此外|除此之外|再有|再者|再就是|再一个(?:就是)?|其次|顺便|顺带|顺道|顺手"
    r"|对了(?![吗没])|以及|并且|同埋|同时(?!开|办|用|在线|上网|使|打)"
    r"|还有(?:[一个件]*件事情?|就是|(?![多几没哪啥吗效个大好半一两三四五六七八九十\d]|什么|剩(?!下的)|优惠|钱|余额|其他|别的))"
)
_GOES_ON = r"然后(?!呢)|接着|完了|再(?!说|见|次|决定)|也(?!不)|还(?=[帮给想要得])"
_NUMBERED = (
    r"第[一二三四](?:[个件]?事情?|点|个)?是?(?=[，,、：:\s帮查我把给要想开取办]|$)"
    r"|[一二三]是|[一二三]来(?=[帮查想要把给])"
)
_DIGIT = r"(?<![\d.])[1-4](?:[、)）]|[.．](?!\d))"
_BREAK = re.compile(
    rf"(?:[，,。！!？?；;：:\s…~～]|(?<!\d)\.|——|(?<![1-4一二三四])、)+(?={_DIGIT})?"
)
_SENTENCE = re.compile(r"[。！!？?；;\n]")
_LEADING = re.compile(
    rf"(?:{_TURNS}|{_NUMBERED}|{_DIGIT})(?:[，,、。：:\s]*(?:{_TURNS}))*[，,、：:\s]*|[\W_]+"
)
_INSIDE = re.compile(
    rf"(?P<turn>{_TURNS}|(?<=.)(?:{_DIGIT}))|(?P<going>{_GOES_ON})|(?P<list>和|跟|及(?!时)|与)"
    r"|(?P<nothing>(?<=[了啊呀吧吗呢])(?![了啊呀吧吗呢的多几什没])|(?=帮我|麻烦|我[想要]|(?<![帮我给要想先再能来去请你检里哪么何以不是都也])查(?!一?下?$)))"
)
_THEN = re.compile(r"再|然后|接着|完了")  # 先查工单，再改时间: two things, one after the other
_GOING_ON = re.compile(rf".{{0,8}}?(?:{_GOES_ON})")
_LINKS = {
    "turn": Link.CONNECTOR,
    "going": Link.GOING_ON,
    "list": Link.LIST,
    "nothing": Link.NOTHING,
}
_SHORTEST = 2
_TRAILING = re.compile(r"[\W_]+$")

# Words by which somebody asks for a thing, in contrast to telling what is the case.
_ASKS = re.compile(
    r"帮|给[我俺]|把|麻烦|请|[我还就]?想|我?要(?!是|不是)|需要|能不能|能否|可不可以|可以.*[吗么]|怎么(?!又|还|回事|这么|老)|为什么|为啥|如何|多少|几[个点号月时]"
    r"|什么时候|哪[个些里儿]|在哪|[吗么呢嘛]$|没有?$|发(?:我|给|一)|是不是|有没有|查|看看|看一?下|看下|了解|咨询|问|办|开[通个张具一下]|开.{0,6}发票|取消|退[了订掉款]|退$"
    r"|[换改](?:成|个|一|套|下|到|大|小)|充|缴|交[钱费]|补[卡张办]|补$|报修|修一?下|来修|催|投诉|注销|删|撤|拦|恢复|告诉|介绍|讲讲|发来|有没|咋[办弄个么]|销户|挂失|解[锁除绑]|申请|预约|撤销|推荐|转[网到]"
    r"|过户|停机保号|复机|加[个点一\d]|来个|订|续|升级|降"
)

_DENIES = re.compile(r"(?:我|先|也|再|可)*(?:不是|不[用要查办改想需转销退换开订]|别(?!的))")


def clauses(text: str) -> list[Clause]:
    """The clauses of a message in their order; one without content is left out."""
    folded = fold(text)
    found: list[Clause] = []
    for start, end, link in _cuts(folded):
        begin, stop, turned = _trim(folded, start, end)
        if turned:
            link = Link.CONNECTOR
        elif found and _THEN.match(folded, begin) and "先" in folded[found[-1].start : begin]:
            link = Link.CONNECTOR
        elif link is Link.COMMA and _GOING_ON.match(folded, begin, stop):
            link = Link.GOING_ON
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
    """Pieces between punctuation, and these parted again inside."""
    start, link = 0, Link.FIRST
    for match in _BREAK.finditer(text):
        yield from _inside(text, start, match.start(), link)
        start = match.end()
        link = Link.SENTENCE if _SENTENCE.search(match[0]) else Link.COMMA
    yield from _inside(text, start, len(text), link)


def _inside(text: str, start: int, end: int, link: Link) -> Iterator[tuple[int, int, Link]]:
    begin = start
    for match in _INSIDE.finditer(text, start, end):
        if match.start() - begin < _SHORTEST or end - match.end() < _SHORTEST:
            continue
        yield begin, match.start(), link
        link = _LINKS[str(match.lastgroup)]
        # What only goes on is part of the clause; a connector is not.
        begin = match.end() if link in (Link.CONNECTOR, Link.LIST) else match.start()
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
