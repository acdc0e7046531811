"""Numbers that name something: one-time codes, telephone numbers, tickets.

A one-time code has six digits, written or spoken, or is the group of six stars that the server leaves
where it masked one. A mobile number has eleven digits from 13 to 19; a landline is area code and number,
given back with a hyphen. A ticket is ``GD``, eight and four digits; of 尾号0017 only the tail is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.nlu.spans import Span
from bot.nlu.values.numbers import SPOKEN_DIGITS, parse_digits

CODE, PHONE, TICKET = "verification_code", "phone_number", "ticket_number"
MASKED_CODE = "******"

_SPOKEN = f"[{SPOKEN_DIGITS}]"
_ANY = f"[{SPOKEN_DIGITS}\\d]"
_SEP = r"[\s.·-]?"

_STARS = re.compile(r"(?<!\*)\*{6}(?!\*)")
_SIX = re.compile(
    rf"(?<![a-z\d.*-])\d{{6}}(?![\d*-]|\.\d|[a-z]|[元块兆毛分条年月])|(?<!{_ANY}){_SPOKEN}{{6}}(?!{_ANY}|[十百千万元块年月])"
)
_SIX_GROUPED = re.compile(
    r"(?<![\d.])(?:\d{3}[\s-]\d{3}|\d{2}[\s-]\d{2}[\s-]\d{2}|\d(?:\s\d){5})(?![\d.])"
)
_CODE_WORD = re.compile(r"(?:验证码|校验码|动态码|短信码|码|code)\D{0,6}$")
_ONLY_GROUP = re.compile(r"^\D{0,4}[\d\s-]+\D{0,4}$")
# 密码设成123456 is a password, which must not be taken for the code that was sent.
_PASSWORD = re.compile(r"密码\D{0,6}$")

_MOBILE = re.compile(
    rf"(?<![\d.a-z*])(?:\+?86[\s-]?|0086[\s-]?)?(?P<n>1[3-9]\d(?:{_SEP}\d){{8}})(?!\d)"
)
_MOBILE_SPOKEN = re.compile(
    rf"(?<!{_ANY})(?P<n>[一幺1][三四五六七八九3-9](?:[\s,，、]?{_ANY}){{9}})(?!{_ANY}|[十百千万])"
)
_LANDLINE = re.compile(
    r"(?<![\d.])(?:\(?(?P<a>010|02\d|0[3-9]\d{2})\)?[\s-]{0,2})(?P<n>[2-9]\d{2,3}[\s-]?\d{4})(?!\d)"
)
_TICKET = re.compile(r"(?<![a-z])gd[\s-]*(?P<d>\d{8})[\s-]*(?P<s>\d{4})(?!\d)")
_TICKET_BARE = re.compile(
    r"(?:工单|单号|单子|报修单|订单号)\D{0,4}?(?<!\d)(?P<d>20\d{6})[\s-]?(?P<s>\d{4})(?!\d)"
)
_TAIL = re.compile(
    rf"(?:尾号|后四位|末四位|最后四位|尾数)(?:是|为|[:\s])*(?P<n>\d{{4}}|{_SPOKEN}{{4}})(?!{_ANY})"
)
_TAIL_OF_PHONE_BEFORE = re.compile(r"(?:手机|号码|电话|卡|身份证|银行卡)的?$")
_TAIL_OF_PHONE_AFTER = re.compile(
    r"\s*的?(?:那个|这个|那张|这张)?(?:手机|号码|电话|卡|号(?!单)|副卡|机主)"
)
_SHORT = re.compile(r"(?:工单|单号|报修单)(?:号)?(?:是|为|[:\s])*(?P<n>\d{4})(?![\d年月日号])")


def find(text: str) -> Iterator[Span]:
    """Every such number in folded text; spans may overlap."""
    yield from _tickets(text)
    yield from _phones(text)
    yield from _codes(text)


def _tickets(text: str) -> Iterator[Span]:
    for match in _TICKET.finditer(text):
        yield Span(match.start(), match.end(), TICKET, f"GD{match['d']}{match['s']}", strength=1)
    for match in _TICKET_BARE.finditer(text):
        number = f"GD{match['d']}{match['s']}"
        yield Span(match.start("d"), match.end(), TICKET, number, strength=1)
    for match in _TAIL.finditer(text):
        of_phone = _TAIL_OF_PHONE_BEFORE.search(text[: match.start()])
        if of_phone or _TAIL_OF_PHONE_AFTER.match(text, match.end()):
            continue
        tail = parse_digits(match["n"])
        assert tail is not None
        yield Span(match.start("n"), match.end("n"), TICKET, tail, strength=1)
    for match in _SHORT.finditer(text):
        yield Span(match.start("n"), match.end("n"), TICKET, match["n"], strength=1)


def _phones(text: str) -> Iterator[Span]:
    for match in _MOBILE.finditer(text):
        digits = re.sub(r"\D", "", match["n"])
        yield Span(match.start(), match.end(), PHONE, digits, strength=1)
    for match in _MOBILE_SPOKEN.finditer(text):
        digits = parse_digits(re.sub(r"[\s,，、]", "", match["n"]))
        if digits and len(digits) == 11:
            yield Span(match.start(), match.end(), PHONE, digits, strength=1)
    for match in _LANDLINE.finditer(text):
        number = re.sub(r"\D", "", match["n"])
        if len(match["a"]) + len(number) in (11, 12):
            yield Span(match.start(), match.end(), PHONE, f"{match['a']}-{number}", strength=1)


def _codes(text: str) -> Iterator[Span]:
    for match in _STARS.finditer(text):
        yield Span(match.start(), match.end(), CODE, MASKED_CODE, strength=1)
    for match in _SIX.finditer(text):
        if _PASSWORD.search(text[: match.start()]):
            continue
        digits = parse_digits(match[0])
        assert digits is not None
        yield Span(match.start(), match.end(), CODE, digits)
    for match in _SIX_GROUPED.finditer(text):
        if _CODE_WORD.search(text[: match.start()]) or _ONLY_GROUP.match(text):
            yield Span(match.start(), match.end(), CODE, re.sub(r"\D", "", match[0]))
