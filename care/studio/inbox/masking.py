"""Sentences without personal data, letter for letter as long as before: the places of entities stay true."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from care.customers.masking import hide_secrets

STAR = "*"
MASKED_ENTITIES = frozenset({"phone_number", "verification_code"})
"""Entities whose digits are starred wherever the extractor saw them."""

_LINK = re.compile(r"(?<=/p/)[a-z_]+/[A-Za-z0-9_-]+\.\d+\.[0-9a-f]{64}")
_MAIL = re.compile(r"[\w.+-]+(?=@[\w-]+\.\w)", re.ASCII)
_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}[Xx]?")
"""Seven digits and more: telephones, cards, accounts, identity cards; no sum of money, no month, no code of ours."""
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁"
    "岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾"
)
_NAME = re.compile(rf"(?<=我叫|姓名|名字)(?:是|叫|：|:)?\s?([{_SURNAMES}][\u4e00-\u9fff]{{1,3}})")
_DIGIT = re.compile(r"\d")
_MADE_UP = re.compile(r"[\d*Xx]*\*[\d*]*[Xx]?")
_PHONE, _IDENTITY, _DIGITS = "13800138000", "110101199001011237", "1234567890"


def mask_sentence(text: str, entities: Iterable[Mapping[str, Any]] = ()) -> str:
    """``text`` with personal data starred: numbers, mail addresses, house numbers, secrets, links; 王小明 is 王某某.

    ``entities`` are those of the understanding (``entity``, ``start``, ``end``). Gives as many characters as it gets.
    """
    hidden = hide_secrets(text, code_expected=False)
    if len(hidden) == len(text):
        text = hidden
    elif hidden != text:  # the places of entities are lost; what is secret is more important
        return mask_sentence(hidden)
    for pattern in (_LINK, _MAIL):
        text = pattern.sub(lambda found: STAR * len(found[0]), text)
    text = _NUMBER.sub(lambda found: _ends_kept(found[0]), text)
    text = _NAME.sub(_name_starred, text)
    for one in entities:
        start, end = one.get("start"), one.get("end")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text):
            part = text[start:end]
            if one.get("entity") == "address":
                text = text[:start] + _DIGIT.sub(STAR, part) + text[end:]
            elif one.get("entity") in MASKED_ENTITIES and STAR not in part:
                text = text[:start] + _DIGIT.sub(STAR, part) + text[end:]
    return text


def made_up(text: str) -> str:
    """``text`` with a made-up number for each starred one, as long as it: an example must hold what extractors read."""
    return _MADE_UP.sub(lambda found: _number_like(found[0]), text)


def _ends_kept(number: str) -> str:
    digits = sum(one.isdigit() for one in number)
    seen = 0
    letters = []
    for one in number:
        if one.isdigit():
            seen += 1
            if 3 < seen <= digits - 2:
                one = STAR
        letters.append(one)
    return "".join(letters)


def _name_starred(found: re.Match[str]) -> str:
    whole, name = found[0], found[1]
    return whole[: len(whole) - len(name) + 1] + "某" * (len(name) - 1)


def _number_like(starred: str) -> str:
    if len(starred) == len(_PHONE):
        return _PHONE
    if len(starred) == len(_IDENTITY):
        return _IDENTITY
    return "".join(_DIGITS[place % 10] for place in range(len(starred)))
