"""Finds what the catalogue names in a message: spaCy's span ruler on characters.

Characters, because a word border can cut through a name (我要/办飞享/套餐). The text is folded first,
so width, case and traditional characters do not matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Set
from pathlib import Path

import spacy
from spacy.language import Language

from bot.nlu.bare_numbers import BareNumbers
from bot.nlu.fold import fold
from bot.nlu.lexicon import Lexicon
from bot.nlu.near_names import NearNames
from bot.nlu.spans import Span, without_overlaps
from bot.nlu.values.numbers import NUMBER_CHARS

_SPANS = "lexicon"
_PIPELINE_FOLDER = "matcher"
_LEXICON_FILE = "lexicon.json"
_NAMES_FILE = "names.json"
_LATIN = re.compile(r"[a-z]")
# 翠湖路 and 锦绣花园 are other places than 翠湖 and 锦绣.
_LONGER = re.compile(r"路|街|大道|巷|花园|苑|园|家园|小区|新村|广场|公寓|大厦|大酒店|营业厅")


class LexiconMatcher:
    """Finds the entries of a lexicon in folded text.

    ``bare_numbers`` names the entities whose items people call by the number in their name alone
    (换成129); ``whole_words`` those that must not begin or end inside a word (大马 in 大马路); ``names`` what is found
    misspelt, too (none by default).
    """

    def __init__(
        self,
        lexicon: Lexicon,
        bare_numbers: Iterable[str] = (),
        whole_words: Iterable[str] = (),
        nlp: Language | None = None,
        names: Lexicon | None = None,
    ) -> None:
        self.lexicon = lexicon
        self.names = names or Lexicon(())
        self._near = NearNames(self.names)
        self._whole_words = frozenset(whole_words)
        self._numbers = [BareNumbers(lexicon, entity) for entity in bare_numbers]
        self._nlp = nlp if nlp is not None else _build(lexicon)

    def find(self, folded: str, borders: Set[int] | None = None) -> list[Span]:
        """The spans that the lexicon names, longest first where they meet, in order of place.

        ``borders`` are the offsets at which words begin or end; without them every offset is one.
        """
        if not self.lexicon.entries:
            return []  # spaCy would warn of a ruler without patterns
        found = []
        document = self._nlp(folded)  # kept in a name: spans live only as long as their document
        for span in document.spans.get(_SPANS, ()):
            start, end = span.start_char, span.end_char
            if _cuts_number_or_latin(folded, start, end):
                continue
            if span.label_ in self._whole_words and (
                _LONGER.match(folded, end) or (borders is not None and not {start, end} <= borders)
            ):
                continue
            found.append(Span(start, end, span.label_, span.id_))
        for numbers in self._numbers:
            found.extend(numbers.find(folded, found))
        found.extend(self._near.find(folded, borders, found))
        return without_overlaps(found)

    def save(self, folder: Path) -> None:
        """Writes the spaCy pipeline and the lexicon it was built from."""
        self._nlp.to_disk(folder / _PIPELINE_FOLDER)
        for name, lexicon in ((_LEXICON_FILE, self.lexicon), (_NAMES_FILE, self.names)):
            content = json.dumps(lexicon.dump(), ensure_ascii=False, indent=1)
            (folder / name).write_text(content, encoding="utf-8")

    @classmethod
    def restore(
        cls, folder: Path, bare_numbers: Iterable[str] = (), whole_words: Iterable[str] = ()
    ) -> LexiconMatcher:
        """The matcher that :meth:`save` wrote."""
        lexicon = Lexicon.load(folder / _LEXICON_FILE)
        names = Lexicon.load(folder / _NAMES_FILE)
        nlp = spacy.load(folder / _PIPELINE_FOLDER)
        return cls(lexicon, bare_numbers, whole_words, nlp, names)


def _build(lexicon: Lexicon) -> Language:
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "char"}}})
    ruler = nlp.add_pipe("span_ruler", config={"spans_key": _SPANS})
    nlp.initialize()
    seen: set[tuple[str, str]] = set()
    patterns = []
    for entry in lexicon.entries:
        for surface in entry.surfaces:
            folded = fold(surface)
            if (entry.entity, folded) not in seen:  # an ambiguous nickname means its first entry
                seen.add((entry.entity, folded))
                patterns.append({"label": entry.entity, "pattern": folded, "id": entry.id})
    if patterns:
        ruler.add_patterns(patterns)  # type: ignore[attr-defined]
    return nlp


def _cuts_number_or_latin(text: str, start: int, end: int) -> bool:
    """29套餐 is not in 129套餐, nor vip in viper."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before in NUMBER_CHARS and before and text[start] in NUMBER_CHARS:
        return True
    if after in NUMBER_CHARS and after and text[end - 1].isdigit() and after.isdigit():
        return True
    if before and _LATIN.match(before) and _LATIN.match(text[start]):
        return True
    return bool(after and _LATIN.match(after) and _LATIN.match(text[end - 1]))
