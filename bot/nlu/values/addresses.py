"""Addresses with a house number: 幸福路18号 · 幸福里8栋2单元301 · 王家村三组, as the customer wrote them.

The value is the text itself without spaces. A street or a neighbourhood without a number is no address
that an engineer could find; the service areas of the catalogue are matched by ``LexiconEntityExtractor``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.spans import Span

ENTITY = "address"

_N = r"(?:\d+|[零〇一二两三四五六七八九十百]+)"
_CJK = r"[一-鿿]"
_ROAD = r"(?:大街|大道|胡同|公路|路|街|巷|弄|里|道|条)"
_COMPOUND = (
    r"(?:小区|社区|新村|家园|花园|雅居|公寓|大厦|广场|大院|宿舍|家属院|软件园|大学城|[一壹1]号院?"
    r"|里|苑|园|村|城|邸|湾|府|庭|居|郡|墅|坊|院|厦|舍|区)"
)
_VILLAGE = r"(?:村|镇|乡|屯|庄|寨|社区)"
_UNIT = r"(?:号院|号楼|号|弄|栋|幢|座|单元|楼|层|室|户|门|组|队|[abcd]座|东户|西户)"
_TAIL = (
    rf"(?:\s?(?:{_N}-{_N}(?:-{_N})?|{_N}{_UNIT}?|[东西南北中]?[abcdef甲乙丙丁](?:座|栋|单元|楼)))*"
)
_HOUSE = rf"{_N}\s?(?:号院|号楼|号|弄|栋|幢|座|院)"
_BLOCK = rf"{_N}\s?(?:号院|号楼|栋|幢|座|期|单元|号|楼|排)"

_ANCHOR = re.compile(
    rf"(?P<road>{_CJK}{_ROAD})\s?(?:{_HOUSE}{_TAIL}|\d+(?:-\d+)+{_TAIL}|\d+(?=\s*$|[,，。]))"
    rf"|(?P<home>{_CJK}{_COMPOUND})\s?(?:{_BLOCK}{_TAIL}|{_N}-{_N}(?:-{_N})?{_TAIL})"
    rf"|(?P<village>{_CJK}{_VILLAGE})\s?{_N}\s?(?:组|队|社|号){_TAIL}"
)
_BLOCK_ONLY = re.compile(
    rf"(?<![一-鿿\d])(?:{_N}(?:号楼|栋|幢|座)\s?{_N}单元(?:\s?{_N}(?:室|号|户)?)?|{_N}(?:号楼|栋|幢)\s?{_N}(?:室|号|户)?)"
)
# Characters that end the way back from a street's last character to its first.
_STOP = frozenset(
    "嗯呃哦噢喂额啊呀吧呢哈"
    "我你他她它您们在是住到去从的了给把请址就装搬迁移查问修叫说想要那这离靠近跟，。,.!！?？、;；:： \t\n"
)
_LEADING = re.compile(
    r"^(?:地址|住址|家住|家里|新家|老家|家|宽带|和(?![平谐睦顺兴信安美])|与|来|往|也|还|人|有|报|改|办)(?=.{2,})"
)
_MAX_BACK = 14


def find(text: str) -> Iterator[Span]:
    """Every address in folded text."""
    for match in _ANCHOR.finditer(text):
        start = _beginning(text, match.start())
        yield Span(start, match.end(), ENTITY, _clean(text[start : match.end()]))
    for match in _BLOCK_ONLY.finditer(text):
        yield Span(match.start(), match.end(), ENTITY, _clean(match[0]))


def _beginning(text: str, anchor: int) -> int:
    """Where the name that ends at the anchor starts: back over characters that can be in a name."""
    start = anchor
    while start > 0 and anchor - start < _MAX_BACK and _in_name(text[start - 1]):
        start -= 1
    while lead := _LEADING.match(text[start : anchor + 1]):
        start += lead.end()
    return start


def _in_name(char: str) -> bool:
    return "一" <= char <= "鿿" and char not in _STOP


def _clean(text: str) -> str:
    return re.sub(r"\s", "", text)
