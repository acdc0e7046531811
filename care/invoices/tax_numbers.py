"""Tax numbers of companies: 统一社会信用代码 (GB 32100-2015), and the 15 digits that came before."""

import re

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 characters: I, O, S, V and Z are left out."""

_WEIGHTS = tuple(3**place % 31 for place in range(17))
_CODE = re.compile(rf"[{_ALPHABET}]{{2}}\d{{6}}[{_ALPHABET}]{{10}}")
_FORMER = re.compile(r"\d{15}")


def check_character(code: str) -> str:
    """The 18th character that belongs to the first 17 (GB 32100-2015, 附录 A)."""
    total = sum(
        _ALPHABET.index(character) * weight
        for character, weight in zip(code[:17], _WEIGHTS, strict=True)
    )
    return _ALPHABET[-total % 31]


def is_tax_number(text: str) -> bool:
    """Whether ``text`` (upper case, nothing around it) is a tax number whose check character is right."""
    if _FORMER.fullmatch(text):
        return True
    return _CODE.fullmatch(text) is not None and check_character(text) == text[17]
