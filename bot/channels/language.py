"""In which language a customer is answered: the one they write in, kept in the slot ``language``.

Chinese is the rule. A message without Chinese characters whose words are no pinyin is English; one that is neither (a
number, a code, ``wifi``, a button) leaves things as they are. The domain's sentences have an English wording with a
condition on the slot where English is offered.
"""

import re
from functools import cache

from pypinyin import pinyin_dict
from pypinyin.constants import Style
from pypinyin.style import convert
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

SLOT = "language"
CHINESE, ENGLISH = "zh", "en"

_CHARACTER = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[a-z]{2,}")
_NO_WORDS = re.compile(r"<[^>]*>|https?://\S+|\S+@\S+|\S*\d\S*")
"""Mark-up, addresses and what has a digit in it (a tax number, an order's number): of no language."""
_OPENINGS = frozenset({"help", "agent", "human", "operator", "representative"})
"""Words that are English by themselves. Others that stand alone (ok, bye, hello, puk) are said in Chinese, too."""

_MOST = 400
"""Characters of a message that are looked at."""


def note(tracker: DialogueStateTracker, domain: Domain, text: str) -> None:
    """Keep the language of ``text`` in the tracker, where the domain has the slot and it has changed."""
    if SLOT not in tracker.slots or text.startswith("/"):
        return
    before = tracker.slots[SLOT].value or CHINESE
    now = language_of(text, before)
    if now != before:
        tracker.update(SlotSet(SLOT, now), domain)


def language_of(text: str, before: str = CHINESE) -> str:
    """``zh`` or ``en``; ``before`` where the text does not tell."""
    text = text[:_MOST].lower()
    if _CHARACTER.search(text):
        return CHINESE
    words = _WORD.findall(_NO_WORDS.sub(" ", text))
    if len(words) < 2:
        return ENGLISH if words and words[0] in _OPENINGS else before
    foreign = [word for word in words if not _is_pinyin(word)]
    return ENGLISH if 2 * len(foreign) >= len(words) else before


def _is_pinyin(word: str) -> bool:
    """Whether a word can be cut into syllables."""
    ends = {0}
    for end in range(1, len(word) + 1):
        if any(
            end - length in ends and word[end - length : end] in _syllables()
            for length in range(1, 7)
        ):
            ends.add(end)
    return len(word) in ends


@cache
def _syllables() -> frozenset[str]:
    return frozenset(
        convert(reading, Style.NORMAL, strict=False)
        for readings in pinyin_dict.pinyin_dict.values()
        for reading in readings.split(",")
    )
