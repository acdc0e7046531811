"""The knowledge base while the server runs: its replacement, and the learning beside it."""

from collections.abc import Callable, Collection
from pathlib import Path

from care.knowledge.entries import Entry, load_library
from care.knowledge.learner import Learner
from care.knowledge.protocol import Hit, Outcome
from care.knowledge.search import HybridKnowledgeBase, Limits


class LiveKnowledgeBase:
    """A ``KnowledgeBase`` that can be built anew while it is used.

    ``reload`` builds the new one first and then puts it in place by one assignment: whoever is
    asking goes on with the old one, and a mistake in the files leaves the old one standing. A base of
    which was not learned yet answers without that, while a ``learner`` does so in another process.
    """

    def __init__(
        self,
        build: Callable[[], HybridKnowledgeBase],
        folder: Path | None = None,
        learner: Learner | None = None,
    ) -> None:
        self._build = build
        self._folder = folder
        self._learner = learner
        self._learned_of: HybridKnowledgeBase | None = None
        self._seen = self._marks()
        self._current = build()
        self._learn()

    def reload_if_changed(self) -> bool:
        """Take up the folder's files when one has changed since the last time, or what was learned of them meanwhile.

        Gives whether there was either. Raises ``DataFileError``; the former content then stays until the files change
        again.
        """
        marks = self._marks()
        if marks == self._seen:
            return self._take_up_what_was_learned()
        self._seen = marks
        self.reload()
        return True

    def _take_up_what_was_learned(self) -> bool:
        if self._learner is None or not self._current.may_learn or not self._learner.has_ended():
            return False
        if taught := self._current.with_what_was_learned():
            self._current = taught
        elif self._learned_of is not self._current:  # what has ended was begun for former content
            self._learn()
        return taught is not None

    def _learn(self) -> None:
        if self._learner is not None and self._current.may_learn:
            if self._learner.has_ended():
                self._learned_of = self._current
            self._learner.start()

    def _marks(self) -> dict[str, tuple[int, int]]:
        files = sorted(self._folder.glob("*.yml")) if self._folder is not None else []
        return {
            file.name: (seen.st_mtime_ns, seen.st_size)
            for file, seen in ((file, file.stat()) for file in files)
        }

    def reload(self) -> None:
        """Take up changed files. Raises ``DataFileError``; the former content then stays."""
        self._current = self._build()
        self._learn()

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        """The entries that come nearest, best first, however weak."""
        return self._current.search(question, limit)

    def answer_for(self, question: str) -> Outcome:
        """What may be told to the customer who asks this."""
        return self._current.answer_for(question)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of this id."""
        return self._current.entry(entry_id)

    def entry_for_intent(self, intent: str, text: str) -> Entry | None:
        """The best entry serving the intent, else the general one, else none."""
        return self._current.entry_for_intent(intent, text)


def open_knowledge_base(
    folder: Path,
    intents: Collection[str] | None = None,
    limits: Limits | None = None,
    cache: Path | None = None,
) -> LiveKnowledgeBase:
    """The knowledge base of a folder such as ``data/faq``; entries may serve only the given intents.

    ``cache`` is a folder in which sentence vectors are kept, and what was learned of the entries: without it, nothing
    is learned. Takes a second or two with it, ten the first time: call it off the event loop. Raises
    ``DataFileError`` naming file and entry, ``EncoderUnavailable``.
    """
    return LiveKnowledgeBase(
        lambda: HybridKnowledgeBase(load_library(folder, intents), limits, cache=cache),
        folder,
        Learner(folder, cache) if cache else None,
    )
