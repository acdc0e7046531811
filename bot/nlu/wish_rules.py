"""What may be a wish, and which wishes belong together: the file that the operator keeps (``data/wishes.yml``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_FILE = "wishes.json"


class WishRulesError(ValueError):
    """The file is missing or does not say what it must; the message names it."""


@dataclass(frozen=True)
class Topic:
    """Words that are a topic and no wish yet, and the intent of the topic's commonest wish."""

    words: tuple[str, ...]
    commonest: str


@dataclass(frozen=True)
class WishRules:
    """``intents`` that are wishes; ``lookups`` among them; ``matters`` whose wishes belong together."""

    person: str
    intents: frozenset[str]
    lookups: frozenset[str]
    matters: tuple[frozenset[str], ...]
    one_question: frozenset[frozenset[str]]
    topics: tuple[Topic, ...] = ()

    @classmethod
    def load(cls, path: str | Path) -> WishRules:
        """Reads the file. Raises ``WishRulesError``."""
        try:
            text = Path(path).read_text(encoding="utf-8")
            return cls.parse(YAML(typ="safe", pure=True).load(text)["wishes"])
        except (OSError, YAMLError, KeyError, TypeError, IndexError) as error:
            raise WishRulesError(f"Cannot read {path}: {type(error).__name__}: {error}") from error

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> WishRules:
        """The rules that stand in a file's ``wishes``."""
        intents = frozenset(content["titles"])
        lookups = frozenset(content["lookups"])
        matters = tuple(frozenset(matter) for matter in content["matters"])
        one_question = frozenset(frozenset(pair) for pair in content["one_question"])
        topics = tuple(
            Topic(tuple(topic["words"]), topic["wishes"][0]) for topic in content["topics"]
        )
        named = lookups.union(*matters, *one_question, (topic.commonest for topic in topics))
        if unknown := sorted(named - intents):
            raise WishRulesError(f"These have no title: {', '.join(unknown)}")
        return cls(str(content["person"]), intents, lookups, matters, one_question, topics)

    def belong_together(self, one: str, other: str) -> bool:
        """Whether the two wishes are of one matter."""
        return any(one in matter and other in matter for matter in self.matters)

    def are_one_question(self, one: str, other: str) -> bool:
        """Whether people ask for the two in one question."""
        return frozenset((one, other)) in self.one_question

    def are_lookups(self, intents: Sequence[str]) -> bool:
        """Whether all of them are answered in one breath."""
        return self.lookups.issuperset(intents)

    def save(self, folder: Path) -> None:
        """Writes the rules into the folder of a model."""
        (folder / _FILE).write_text(self._written(), encoding="utf-8")

    @classmethod
    def restore(cls, folder: Path) -> WishRules | None:
        """Reads what :meth:`save` wrote; none where nothing was written."""
        file = folder / _FILE
        if not file.exists():
            return None
        content = json.loads(file.read_text(encoding="utf-8"))
        return cls(
            content["person"],
            frozenset(content["intents"]),
            frozenset(content["lookups"]),
            tuple(frozenset(matter) for matter in content["matters"]),
            frozenset(frozenset(pair) for pair in content["one_question"]),
            tuple(Topic(tuple(words), commonest) for *words, commonest in content["topics"]),
        )

    def digest(self) -> str:
        """A hash of the rules."""
        return hashlib.sha256(self._written().encode()).hexdigest()

    def _written(self) -> str:
        content = {
            "person": self.person,
            "intents": sorted(self.intents),
            "lookups": sorted(self.lookups),
            "matters": [sorted(matter) for matter in self.matters],
            "one_question": sorted(sorted(pair) for pair in self.one_question),
            "topics": [[*topic.words, topic.commonest] for topic in self.topics],
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True)
