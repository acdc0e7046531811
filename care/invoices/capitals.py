"""Sums in Chinese capitals, as they stand on invoices (《支付结算办法》附一: 正确填写票据和结算凭证的基本规定)."""

from decimal import Decimal

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
LIMIT = Decimal(10) ** 16
"""Yuan; from here on there are no words."""


def capitals(amount: Decimal) -> str:
    """``1409.50`` → ``壹仟肆佰零玖元伍角整``. Raises ``ValueError`` for a negative sum, a fraction of a fen, or too much."""
    fen = amount * 100
    if not 0 <= amount < LIMIT or fen != fen.to_integral_value():
        raise ValueError("no sum that can be written in capitals")
    yuan, rest = divmod(int(fen), 100)
    jiao, single = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{text}整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    return text + (f"{_DIGITS[single]}分" if single else "整")


def _whole(number: int) -> str:
    if number == 0:
        return "零"
    groups: list[int] = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text, gap = text + _group(group) + _GROUPS[place], False
    return text


def _group(number: int) -> str:
    """Up to four digits, without zeros before the first."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text
