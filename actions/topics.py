"""What wishes are called, and the likely wishes of a topic: ``data/wishes.yml``, the part that the dialogue needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from care.datafiles import DataFileError, read_top
from care.wording import in_english


@dataclass(frozen=True, slots=True)
class Choice:
    """A wish as a button: its title and what it stands for."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Topic:
    """The likely wishes of a topic, the commonest (``intent``) first."""

    intent: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class WishNames:
    """Titles by intent, topics by each word that names one."""

    titles: Mapping[str, str]
    topics: Mapping[str, Topic]

    def title(self, intent: str) -> str:
        """What the wish is called; in English by the words of the intent (``change plan``)."""
        if in_english():
            return intent.replace("_", " ").replace("query ", "check ")
        return self.titles.get(intent, intent)


def load_wish_names(path: Path) -> WishNames:
    """Read the file. Raises ``DataFileError``."""
    content = read_top(path, "wishes")
    try:
        titles = {str(intent): str(title) for intent, title in content["titles"].items()}
        topics = {
            str(word).lower(): _topic(topic["wishes"], titles)
            for topic in content["topics"]
            for word in topic["words"]
        }
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise DataFileError(path, f"is not of the form expected: {error!r}") from error
    return WishNames(titles, topics)


def _topic(wishes: list[Any], titles: Mapping[str, str]) -> Topic:
    return Topic(str(wishes[0]), tuple(_choice(wish, titles) for wish in wishes))


def _choice(wish: Any, titles: Mapping[str, str]) -> Choice:
    if isinstance(wish, str):
        return Choice(titles[wish], f"/{wish}")
    return Choice(str(wish["title"]), f'/ask_faq{{"faq_entry": "{wish["faq"]}"}}')
