"""What people say of the number they would like: 尾号带8的, 不要4, 1314结尾, 靓号, 换一批."""

import re
from dataclasses import dataclass

from care.bss.protocol import NumberSearch

_DIGITS = str.maketrans("零〇一幺二两三四五六七八九０１２３４５６７８９", "00112234567890123456789")
_WITHOUT = re.compile(
    r"(?:不要|不带|不含|别带|别有|没有|不能有|去掉|除了)(?:有|带|数字)?((?:\d[和跟、,，或]?)+)"
)
_ENDING = re.compile(
    r"(?:尾号|末尾|结尾|后\d?位|尾数|最后)(?:[一-四]?位)?(?:是|带|为|要|有|用)?(\d{1,8})|(\d{1,8})(?:结尾|收尾|尾)"
)
_SOME = re.compile(
    r"(?<![\d享路街巷弄道里区村楼栋第])\d{2,8}(?!\d|[张块元岁年月日点栋室层楼分条台]|个(?!号)|单元|[GgMm]|号(?:楼|院|店))"
)
"""Digits that belong to no address, plan, price or number of things."""

_CARRIES = re.compile(r"(?:带|有|含|多几?个|多点)(\d{1,8})")
_PRESTIGE = re.compile(r"靓号|豹子|连号|四连|三连|吉利|[Aa]{2}[Bb]{2}|[Aa]{3,}")
_OTHERS = re.compile(
    r"换一?批|换几个|下一批|别的|其他|再看看|还有吗|还有没|不喜欢|都不要|都不好|再来"
)
_MORE = "more"


@dataclass(frozen=True, slots=True)
class NumberWish:
    """A search, or ``others``: further ones of the search before."""

    search: NumberSearch
    others: bool = False


def wish_of(text: str) -> NumberWish | None:
    """What ``text`` says of the number that is wanted; None where it says nothing of one."""
    if text == _MORE:
        return NumberWish(NumberSearch(), others=True)
    plain = text.translate(_DIGITS)
    without = frozenset(
        digit for found in _WITHOUT.finditer(plain) for digit in re.findall(r"\d", found[1])
    )
    plain = _WITHOUT.sub("", plain)
    ending = _ENDING.search(plain)
    prestige = _PRESTIGE.search(plain) is not None
    containing = None
    if ending is None:
        carried = _CARRIES.search(plain)
        some = _SOME.search(plain)
        containing = carried[1] if carried else some[0] if some else None
    if not (without or ending or prestige or containing):
        return NumberWish(NumberSearch(), others=True) if _OTHERS.search(text) else None
    return NumberWish(
        NumberSearch(
            ending=(ending[1] or ending[2]) if ending else None,
            containing=containing,
            without=without,
            prestige=prestige,
        )
    )


def chosen_among(text: str, shown: list[str]) -> str | None:
    """The one of the numbers shown that ``text`` means by its last digits or its place; None where it is not clear."""
    plain = text.translate(_DIGITS)
    place = re.search(r"第(\d)个", plain)
    if place is not None and 1 <= int(place[1]) <= len(shown):
        return shown[int(place[1]) - 1]
    for digits in re.findall(r"(?<!\d)\d{3,8}(?!\d)", plain):
        found = [phone for phone in shown if phone.endswith(digits)]
        if len(found) == 1:
            return found[0]
    return None
