"""What the files hold, as trainers see it: intents with their examples, entities, replies, FAQ entries."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rapidfuzz import fuzz, process

from care.studio.data.applying import faq_entries, intents_of
from care.studio.data.examples import entities_in, lines_of, plain_text
from care.studio.data.files import NLU, Files
from care.studio.likeness import normal_form

NEAR_FROM = 30.0
"""Ratio of common characters (0 to 100) from which an example is shown as near to what is being typed."""


@dataclass(frozen=True, slots=True)
class Example:
    """An example as it is written, where, and in the form by which it is compared."""

    intent: str
    text: str
    normal: str
    path: str


@dataclass(frozen=True, slots=True)
class NearExample:
    """An example near to a text; ``ratio`` of common characters, 0 to 100."""

    intent: str
    text: str
    ratio: float


@dataclass(frozen=True, slots=True)
class ReplyVariation:
    """One way a reply is worded, and when: ``conditions`` are slots with their values."""

    text: str
    buttons: tuple[str, ...]
    conditions: tuple[str, ...]


class Catalogue:
    """A look at files that do not change any more. Raises ``Unreadable`` while it is made."""

    def __init__(self, files: Files) -> None:
        self.intents = intents_of(files)
        self.examples = list(_examples(files))
        self.entities = _domain_names(files, "entities")
        self.actions = _domain_names(files, "actions")
        self.replies = dict(_replies(files))
        self.faq = [_plain(entry) for entry in faq_entries(files)]

    @cached_property
    def by_intent(self) -> dict[str, list[Example]]:
        """The examples of each intent, in the order of the files; intents without one, too."""
        found: dict[str, list[Example]] = {name: [] for name in self.intents}
        for example in self.examples:
            found.setdefault(example.intent, []).append(example)
        return found

    @cached_property
    def entity_uses(self) -> dict[str, Counter[str]]:
        """How often which words are marked as each entity."""
        uses: dict[str, Counter[str]] = {name: Counter() for name in self.entities}
        for example in self.examples:
            text = plain_text(example.text)
            for one in entities_in(example.text):
                uses.setdefault(one.entity, Counter())[text[one.start : one.end]] += 1
        return uses

    def nearest(self, text: str, intent: str | None, limit: int = 5) -> list[NearExample]:
        """The examples of other intents that are nearest to ``text``, nearest first."""
        others = [one for one in self.examples if one.intent != intent]
        return self._near(text, others, limit, NEAR_FROM)

    def same(self, text: str) -> list[Example]:
        """The examples that say just this."""
        normal = normal_form(plain_text(text))
        return [one for one in self.examples if one.normal == normal]

    def find(self, wanted: str, limit: int) -> list[Example]:
        """The examples that hold ``wanted``, or are near to it when none does."""
        plain = wanted.casefold()
        found = [one for one in self.examples if plain in plain_text(one.text).casefold()]
        return found[:limit]

    def _near(self, text: str, among: list[Example], limit: int, least: float) -> list[NearExample]:
        normal = normal_form(plain_text(text))
        found = process.extract(
            normal,
            [one.normal for one in among],
            scorer=fuzz.ratio,
            limit=limit,
            score_cutoff=least,
        )
        return [
            NearExample(among[place].intent, among[place].text, round(ratio, 1))
            for _, ratio, place in found
        ]


def _examples(files: Files) -> Iterator[Example]:
    for path in files.below(NLU):
        for block in (files.content(path) or {}).get("nlu") or []:
            if not isinstance(block, dict) or not isinstance(block.get("intent"), str):
                continue
            if isinstance(block.get("examples"), str):
                for line in lines_of(block["examples"]):
                    yield Example(str(block["intent"]), line, normal_form(plain_text(line)), path)


def _domain_names(files: Files, key: str) -> list[str]:
    names: list[str] = []
    for path in files.domain():
        for one in (files.content(path) or {}).get(key) or []:
            names.extend([one] if isinstance(one, str) else one)
    return names


def _replies(files: Files) -> Iterator[tuple[str, list[ReplyVariation]]]:
    for path in files.domain():
        for name, variations in ((files.content(path) or {}).get("responses") or {}).items():
            yield str(name), [_variation(one) for one in variations or [] if isinstance(one, dict)]


def _variation(one: dict[str, Any]) -> ReplyVariation:
    buttons = [button for button in one.get("buttons") or [] if isinstance(button, dict)]
    return ReplyVariation(
        text=str(one.get("text") or ""),
        buttons=tuple(str(button.get("title") or "") for button in buttons),
        conditions=tuple(_conditions(one.get("condition") or [])),
    )


def _conditions(conditions: Iterable[Any]) -> Iterator[str]:
    for one in conditions:
        if isinstance(one, dict):
            yield f"{one.get('name')} = {one.get('value')}"


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(entry.get("id") or ""),
        "question": str(entry.get("question") or ""),
        "other": [str(one) for one in entry.get("other") or []],
        "answer": str(entry.get("answer") or "").rstrip("\n"),
        "source": str(entry.get("source") or ""),
        "reviewed": str(entry.get("reviewed") or ""),
        "serves": [str(one) for one in entry.get("serves") or []],
    }
