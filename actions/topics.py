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
class Task:
    """What is done for a wish under a name of its own."""

    title: str
    wish: str


@dataclass(frozen=True, slots=True)
class WishNames:
    """Titles by intent, topics by each word that names one, tasks whose name is no intent's."""

    titles: Mapping[str, str]
    topics: Mapping[str, Topic]
    tasks: Mapping[str, Task]

    def title(self, name: str) -> str:
        """What the wish or task is called; in English by the words of its name (``change plan``)."""
        if in_english():
            return name.replace("_", " ").replace("query ", "check ")
        if name in self.tasks:
            return self.tasks[name].title
        return self.titles.get(name, name)

    def wish_of(self, task: str) -> str:
        """The wish that a task is done for: mostly its namesake."""
        return self.tasks[task].wish if task in self.tasks else task


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
        tasks = {
            str(name): Task(str(task["title"]), str(task["wish"]))
            for name, task in content["tasks"].items()
        }
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise DataFileError(path, f"is not of the form expected: {error!r}") from error
    return WishNames(titles, topics, tasks)


def _topic(wishes: list[Any], titles: Mapping[str, str]) -> Topic:
    return Topic(str(wishes[0]), tuple(_choice(wish, titles) for wish in wishes))


def _choice(wish: Any, titles: Mapping[str, str]) -> Choice:
    if isinstance(wish, str):
        return Choice(titles[wish], f"/{wish}")
    return Choice(str(wish["title"]), f'/ask_faq{{"faq_entry": "{wish["faq"]}"}}')
