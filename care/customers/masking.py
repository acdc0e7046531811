"""Masking of personal data in what people other than the customer see (工信部令 24: name, number, address)."""

import re
from typing import Any

from care.customers import typed_codes

# A telephone number beside the word is none: 重置密码 13812345678.
_NO_MOBILE = r"(?!1[3-9]\d{9}(?!\d))"
_DIGIT = r"[0-9０-９]"
_CHINESE_DIGIT = "[零〇一幺二两三四五六七八九]"
_GLUE = (
    r"(?:[\s:：=＝,，“\"「『(（]|就是|现在|原来|之前|以前|应该|好像|大概|可能|一下|[改换更变设重置定成为作到就是叫用填输入的了我想要新旧老吧])"
    r"{0,12}?"
)
_PASSWORD = re.compile(
    rf"((?:密码|密碼|蜜码|口令|mima){_GLUE})"
    rf"({_NO_MOBILE}(?:[0-9A-Za-z]{{6,16}}|{_DIGIT}(?:[ \t-]?{_DIGIT}){{5,15}}|{_CHINESE_DIGIT}{{6,16}}))",
    re.IGNORECASE,
)
_PASSWORD_BEFORE = re.compile(
    rf"(?<![0-9A-Za-z]){_NO_MOBILE}(?=[A-Za-z]*\d)[0-9A-Za-z]{{6,16}}"
    r"(?=(?:[\s,，]|就是|[是这个当做作为我的新设成用]|服务|查询){0,8}(?:密码|密碼))"
)
_FOREIGN_PASSWORD = re.compile(
    rf"((?:password|passcode|pwd)(?:\s|is|to|as|[:：=])*)({_NO_MOBILE}(?=[A-Za-z]*\d)[0-9A-Za-z]{{4,16}})",
    re.IGNORECASE,
)
_CARD_CODE = re.compile(
    rf"((?:pin|puk)[12]?\s?码?{_GLUE})({_NO_MOBILE}\d{{4,8}}(?!\d))", re.IGNORECASE
)
_SECRETS = (_PASSWORD, _FOREIGN_PASSWORD, _CARD_CODE)
_LINK = re.compile(r"(/p/[a-z_]+/)[A-Za-z0-9_-]{1,64}\.\d{1,12}\.[0-9a-f]{64}")
"""A signed link (``care/links.py``): whoever has it may open it."""
_HANDOFF_LINK = re.compile(r"(#go=)[A-Za-z0-9_-]{16,64}")
"""A link by which a chat goes on elsewhere (``care/conversations/stories.py``)."""
_PHONE = re.compile(r"(?<!\d)((?:\+?86[- ]?)?1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")


def mask_phone(phone: str) -> str:
    """``13812345678`` → ``138****5678``."""
    return phone if len(phone) < 8 else f"{phone[:3]}****{phone[-4:]}"


def mask_name(name: str) -> str:
    """``王小明`` → ``王**``: the family name is enough to address somebody."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_text(text: str) -> str:
    """``text`` with the numbers of phones and identity cards masked, and signed links made unusable."""
    text = _HANDOFF_LINK.sub(r"\1******", _LINK.sub(r"\1******", text))
    return _PHONE.sub(r"\1****\3", _ID_NUMBER.sub(r"\1********\2", text))


def mask_values(value: Any) -> Any:
    """``value`` of JSON with ``mask_text`` applied to every text and number in it; keys stay as they are."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, dict):
        return {key: mask_values(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [mask_values(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool):
        masked = mask_text(str(value))
        return value if masked == str(value) else masked
    return value


def hide_secrets(text: str, *, code_expected: bool) -> str:
    """``text`` with passwords, PIN and PUK, and one-time codes where one is expected, replaced by six stars each."""
    for secret in _SECRETS:
        text = secret.sub(lambda match: match[1] + "*" * 6, text)
    text = _PASSWORD_BEFORE.sub("*" * 6, text)
    if not code_expected:
        return text
    for code in reversed(typed_codes.find(text)):
        text = text[: code.start] + "*" * typed_codes.DIGITS + text[code.end :]
    return text


def code_in(text: str) -> str | None:
    """The six ASCII digits of the first one-time code in ``text``, however it is written."""
    return next((code.digits for code in typed_codes.find(text)), None)
