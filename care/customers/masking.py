"""Masking of personal data in what people other than the customer see (工信部令 24: name, number, address)."""

import re
from typing import Any

from care.customers import typed_codes

_PASSWORD = re.compile(r"(密码(?:改成|设为|设成|就是|是|为|[::])?\s*)([0-9A-Za-z]{6,16})")
_PHONE = re.compile(r"(?<!\d)((?:\+?86[- ]?)?1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_ID_NUMBER = re.compile(r"(?<!\d)(\d{6})\d{8}(\d{3}[\dXx])(?!\d)")


def mask_phone(phone: str) -> str:
    """``13812345678`` → ``138****5678``."""
    return phone if len(phone) < 8 else f"{phone[:3]}****{phone[-4:]}"


def mask_name(name: str) -> str:
    """``王小明`` → ``王**``: the family name is enough to address somebody."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_text(text: str) -> str:
    """``text`` with the numbers of phones and identity cards masked."""
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
    """``text`` with passwords, and one-time codes where one is expected, replaced by six stars each."""
    text = _PASSWORD.sub(lambda match: match[1] + "*" * 6, text)
    if not code_expected:
        return text
    for code in reversed(typed_codes.find(text)):
        text = text[: code.start] + "*" * typed_codes.DIGITS + text[code.end :]
    return text


def code_in(text: str) -> str | None:
    """The six ASCII digits of the first one-time code in ``text``, however it is written."""
    return next((code.digits for code in typed_codes.find(text)), None)
