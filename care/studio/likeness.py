"""When two sentences are nearly the same.

The normal form leaves out what makes no difference. Three bands of a MinHash over its characters and pairs of them
find candidates by an index (Broder 1997; sentences that share 80 % of them meet in at least one band in 95 of 100
cases), and the ratio of common characters decides. What turns the meaning round (不, 开, 关 …) must be the same.
"""

import hashlib
import re
from functools import lru_cache

from rapidfuzz import fuzz

from care.knowledge.entries import plain

ALIKE = 85.0
"""Ratio of common characters (0 to 100, rapidfuzz) from which two normal forms are nearly the same."""

BANDS, ROWS = 3, 2
_PRIME = (1 << 61) - 1
_FACTORS = [
    int.from_bytes(hashlib.blake2b(b"factor%d" % n, digest_size=7).digest())
    for n in range(BANDS * ROWS)
]
_SHIFTS = [
    int.from_bytes(hashlib.blake2b(b"shift%d" % n, digest_size=7).digest())
    for n in range(BANDS * ROWS)
]
_GREETING = re.compile(r"^(?:您好|你好|请问|麻烦|那个|嗯|喂|hi|hello)+")
_PARTICLE = re.compile(r"[吗呢啊呀吧哦哈嘛啦哇]+$")
_NUMBER = re.compile(r"[\d*]+")
_TURNS = frozenset("不没别未无非开关取退停复销增减升降加换装拆")


@lru_cache(maxsize=100_000)
def normal_form(text: str) -> str:
    """``text`` without case, width, punctuation, greeting, final particles and the digits of numbers; never empty."""
    bare = plain(text)
    shorter = _PARTICLE.sub("", _GREETING.sub("", bare)) or bare
    return _NUMBER.sub("#", shorter) or text.strip() or "-"


def key_of(normal: str) -> str:
    """32 characters by which a normal form is found again."""
    return hashlib.sha256(normal.encode("utf-8", "replace")).hexdigest()[:32]


@lru_cache(maxsize=100_000)
def bands_of(normal: str) -> tuple[int, int, int]:
    """Three numbers below 2**61; sentences that are nearly the same share at least one, most often."""
    pieces = {*normal, *(normal[n : n + 2] for n in range(len(normal) - 1))}
    hashes = [_piece_hash(piece) for piece in pieces]
    least = [
        min((one * factor + shift) % _PRIME for one in hashes)
        for factor, shift in zip(_FACTORS, _SHIFTS, strict=True)
    ]
    first, second, third = (
        (least[band * ROWS] * 31 + least[band * ROWS + 1]) % _PRIME for band in range(BANDS)
    )
    return first, second, third


def alike(one: str, other: str) -> bool:
    """Whether two normal forms are nearly the same and mean the same way round."""
    return _turns(one) == _turns(other) and fuzz.ratio(one, other, score_cutoff=ALIKE) > 0


@lru_cache(maxsize=100_000)
def _turns(normal: str) -> str:
    return "".join(sorted(one for one in normal if one in _TURNS))


@lru_cache(maxsize=200_000)
def _piece_hash(piece: str) -> int:
    return int.from_bytes(hashlib.blake2b(piece.encode("utf-8", "replace"), digest_size=7).digest())
