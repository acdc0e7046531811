"""Names of the catalogue that customers misspell: 畅想五九 for 畅享59, 彩玲 for 彩铃, 视频员会 for 视频会员.

Names and messages are compared as strings of syllables, one character for each, so that homophones are equal; a name
of four syllables and more is also found with one slip, one of eight and more with two. Every name is stored with
each single syllable left out, and so is every stretch of a message looked up (SymSpell, W. Garbe 2012): what has one
slip shares such a form.

An everyday word is no misspelling, so what may differ is narrow: a syllable for one that sounds much alike, two
neighbours in the wrong order, a syllable twice or 的 between, a syllable left out in the middle. Numbers may not differ,
nor may a whole word stand where the name has another one (视频会议).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from pypinyin import Style, pinyin

from bot.nlu.fold import fold
from bot.nlu.lexicon import Lexicon
from bot.nlu.spans import Span
from bot.nlu.values.numbers import NUMBER_CHARS

ENTITIES = ("plan", "addon", "charge_item", "area", "store", "country", "device_symptom")
"""What has names that are worth finding when they are misspelt."""

_SHORTEST = {"country": 3, "device_symptom": 4}
"""Fewest characters of a name: shorter ones sound like everyday words (没过 and 美国, 没忘了 and 没网了)."""

_ONE_SLIP, _TWO_SLIPS, _LONGEST = 4, 8, 12
_EVERYDAY = frozenset(
    "的了在是我你他她它不没有要会能就都也还被把给跟和去来说看到上下过着得很太又再才先越吗呢吧啊这那哪个多少大小好坏一点"
)
_CONFUSED = frozenset((frozenset("nl"), frozenset("hf"), frozenset("rl")))
"""Consonants that speakers of some regions do not tell apart."""

_AT_EDGES = _EVERYDAY | {"想"}  # 全家想换 is not 全家享, but 畅想59 is 畅享59
_DIGITS = re.compile(r"\d+")
_FIGURES = "零一二三四五六七八九"


@dataclass(frozen=True)
class _Name:
    entity: str
    id: str
    written: str
    sound: str


class NearNames:
    """The misspelt names in folded text; ``lexicon`` holds the names as they are."""

    def __init__(self, lexicon: Lexicon, entities: Iterable[str] = ENTITIES) -> None:
        self._same: dict[str, list[_Name]] = defaultdict(list)
        self._slipped: dict[str, list[_Name]] = defaultdict(list)
        chosen = lexicon.of(entities)
        names = dict.fromkeys(_names(chosen))
        self._exact = frozenset(fold(one) for entry in chosen.entries for one in entry.surfaces)
        # What a misspelt name may begin with; most stretches need no further look.
        self._begin = frozenset(sound for name in names for sound in name.sound[:2])
        self._begin_long = frozenset(
            name.sound[0] for name in names if len(name.sound) >= _TWO_SLIPS
        )
        for name in names:
            self._same[name.sound].append(name)
            if "的" in name.written:
                continue  # a description: other words make another one
            for form in set(_shortened(name.sound, twice=_most(name.sound) == 2)):
                self._slipped[form].append(name)
        lengths = [len(name.sound) for name in names]
        self._lengths = range(
            min(lengths, default=1), min(max(lengths, default=0) + 1, _LONGEST) + 1
        )

    def find(self, folded: str, borders: Set[int] | None, named: Sequence[Span]) -> list[Span]:
        """What is misspelt beside ``named``, the names found as they are; longest first where they meet."""
        if not self._same:
            return []
        sounds = "".join(map(_sound, folded))
        found = []
        for start in range(len(folded)):
            if sounds[start] not in self._begin or not (borders is None or start in borders):
                continue
            for end in range(start + self._lengths.start, start + self._lengths.stop):
                if end > len(folded) or not (borders is None or end in borders):
                    continue
                stretch = _Stretch(folded[start:end], start, borders)
                for name in self._near(stretch, sounds[start:end]):
                    found.append(Span(start, end, name.entity, name.id))
        return [
            replace(span, strength=max((one.strength for one in inner), default=0))
            for span in found
            if all(_apart(span, one) or _inside(one, span) for one in named)
            for inner in [[one for one in named if _inside(one, span)]]
        ]

    def _near(self, stretch: _Stretch, sound: str) -> Iterator[_Name]:
        """The name that the stretch misspells, if there is one."""
        if stretch.written in self._exact:
            return
        for name in self._same.get(sound, ()):
            if stretch.is_homophone(name.written):
                yield name
                return
        if len(sound) < _ONE_SLIP - 1:
            return
        forms = _shortened(sound, twice=sound[0] in self._begin_long)
        candidates = {name: None for form in forms for name in self._slipped.get(form, ())}
        for name in candidates:
            slips = _slips(sound, name.sound, _most(name.sound))
            if slips and all(stretch.allows(slip, name) for slip in slips):
                yield name
                return


def _most(sound: str) -> int:
    """How many slips a name may have."""
    return 2 if len(sound) >= _TWO_SLIPS else 1 if len(sound) >= _ONE_SLIP else 0


def _apart(one: Span, other: Span) -> bool:
    return one.end <= other.start or other.end <= one.start


def _inside(inner: Span, outer: Span) -> bool:
    """Whether ``inner`` is the same thing in fewer characters: the number in 畅想五九."""
    within = outer.start <= inner.start and inner.end <= outer.end
    return within and (inner.entity, inner.value) == (outer.entity, outer.value)


class _Stretch:
    """A piece of a message, and where words begin and end in it."""

    def __init__(self, written: str, start: int, borders: Set[int] | None) -> None:
        self.written = written
        self._start = start
        self._borders = borders

    def is_homophone(self, name: str) -> bool:
        """Whether what sounds like the name is it, rather than everyday words."""
        places = [place for place, char in enumerate(name) if char != self.written[place]]
        if 2 * len(places) > len(name) or (len(name) == 2 and not self._is_border(1)):
            return False
        return self._is_of(name)

    def _is_of(self, name: str, extra: str = "") -> bool:
        """Whether it has no everyday word that the name does not have; at its edges more of them count."""
        others = set(self.written) - set(name) - {extra}
        at_edges = others & {self.written[0], self.written[-1]}
        return not others & _EVERYDAY and not at_edges & _AT_EDGES

    def allows(self, slip: _Slip, name: _Name) -> bool:
        """Whether this difference from the name is a misspelling."""
        kind, place, other = slip
        if not self._is_of(name.written, extra="的" if kind == "extra" else ""):
            return False
        if kind == "missing":
            # Without its 没 or 不 a symptom is none: 光猫灯亮.
            inner = 0 < other < len(name.written) - 1 and len(name.written) > _ONE_SLIP + 1
            known = name.entity != "device_symptom" and _may_differ(name.written[other])
            return inner and known and self._is_border(place)
        char = self.written[place]
        if kind == "extra":
            return 0 < place < len(self.written) - 1 and char in ("的", self.written[place - 1])
        wanted = name.written[other]
        if not (self._is_word(place) and _may_differ(char) and _may_differ(wanted)):
            return False
        if kind == "swapped":
            return self._is_word(place + 1) and _may_differ(self.written[place + 1])
        return _alike(_syllable(char), _syllable(wanted))

    def _is_border(self, place: int) -> bool:
        return self._borders is None or self._start + place in self._borders

    def _is_word(self, place: int) -> bool:
        """Whether the character stands alone; in a word of the dictionary it is meant as it is."""
        return self._is_border(place) and self._is_border(place + 1)


def _may_differ(char: str) -> bool:
    return "一" <= char <= "鿿" and char not in NUMBER_CHARS


def _alike(one: str, other: str) -> bool:
    """Whether one letter more, less or else makes the one syllable the other, and not another consonant before it."""
    if one[0] != other[0] and frozenset((one[0], other[0])) not in _CONFUSED:
        return False
    start = next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), None
    )
    if start is None:
        return abs(len(one) - len(other)) <= 1
    rests = one[start + 1 :], other[start + 1 :]
    return rests[0] == rests[1] or rests[0] == other[start:] or one[start:] == rests[1]


_Slip = tuple[str, int, int]
"""What kind of difference, at which place of the stretch, at which of the name."""


def _slips(sound: str, name: str, most: int, at: int = 0, other: int = 0) -> list[_Slip] | None:
    """The fewest differences (Damerau and Levenshtein's), up to ``most``; None when there are more."""
    while at < len(sound) and other < len(name) and sound[at] == name[other]:
        at, other = at + 1, other + 1
    if at == len(sound) and other == len(name):
        return []
    if not most:
        return None
    ways = [("else", 1, 1), ("extra", 1, 0), ("missing", 0, 1)]
    if sound[at : at + 2] == name[other : other + 2][::-1] and len(sound[at : at + 2]) == 2:
        ways.insert(0, ("swapped", 2, 2))
    found = []
    for kind, step, other_step in ways:
        if at + step <= len(sound) and other + other_step <= len(name):
            rest = _slips(sound, name, most - 1, at + step, other + other_step)
            if rest is not None:
                found.append([(kind, at, other), *rest])
    return min(found, key=len, default=None)


def _names(lexicon: Lexicon) -> Iterator[_Name]:
    for entry in lexicon.entries:
        for surface in entry.surfaces:
            folded = fold(surface)
            for written in dict.fromkeys((folded, *_spoken(folded))):
                letters = sum("一" <= char <= "鿿" and char not in NUMBER_CHARS for char in written)
                if len(written) >= _SHORTEST.get(entry.entity, 2) and letters >= 2:
                    yield _Name(entry.entity, entry.id, written, "".join(map(_sound, written)))


def _spoken(name: str) -> Iterator[str]:
    """The name with its number read out: 畅享五十九, 畅享五九."""
    if (match := _DIGITS.search(name)) and len(match[0]) <= 3 and "g" not in name:
        figures = [_FIGURES[int(digit)] for digit in match[0]]
        yield name.replace(match[0], "".join(figures), 1)
        yield name.replace(match[0], _in_full(int(match[0])), 1)


def _in_full(number: int) -> str:
    """A number below a thousand as it is read: 一百二十九."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    written = f"{_FIGURES[hundreds]}百" if hundreds else ""
    if tens:
        written += ("" if tens == 1 and not hundreds else _FIGURES[tens]) + "十"
    elif hundreds and ones:
        written += "零"
    return written + (_FIGURES[ones] if ones else "")


def _shortened(sound: str, *, twice: bool) -> Iterator[str]:
    """The syllables, and the same with one of them left out, or two."""
    yield sound
    for place in range(len(sound)):
        yield sound[:place] + sound[place + 1 :]
    if twice and len(sound) >= _TWO_SLIPS - 2:
        for one, other in combinations(range(len(sound)), 2):
            yield sound[:one] + sound[one + 1 : other] + sound[other + 1 :]


@lru_cache(maxsize=8192)
def _syllable(char: str) -> str:
    """The pinyin without tone, or the character itself where it has none; a number stays a number."""
    if char in NUMBER_CHARS or not "一" <= char <= "鿿":
        return char
    return str(pinyin(char, style=Style.NORMAL)[0][0])


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    """One character for each syllable; those that many people do not tell apart (zhi and zi, jing and jin) have one."""
    syllable = _syllable(char)
    if syllable == char:
        return char
    merged = re.sub(r"(?<=[ie]n)g$", "", re.sub(r"^([zcs])h", r"\1", syllable))
    return chr(_PRIVATE + _codes.setdefault(merged, len(_codes)))


_PRIVATE = 0xE000
_codes: dict[str, int] = {}
