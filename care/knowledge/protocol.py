"""What a knowledge base can be asked and what it answers, whatever searches behind it."""

from dataclasses import dataclass
from typing import Protocol

from care.knowledge.entries import Entry


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found: its score in 0..1 and the wording of it that is most like the question."""

    entry: Entry
    score: float
    wording: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One entry answers the question."""

    hit: Hit

    @property
    def entry(self) -> Entry:
        """The entry that answers."""
        return self.hit.entry


@dataclass(frozen=True, slots=True)
class Candidates:
    """Two or three entries come into question: the customer is asked which was meant."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing fits well enough to be said.

    ``nearest`` is for the log and the studio, never for the customer. ``guesses`` are entries that may be offered as a
    question back (您想问的是不是…); their answers are not told before one is chosen.
    """

    nearest: Hit | None = None
    guesses: tuple[Hit, ...] = ()


Outcome = Answer | Candidates | Unknown


class KnowledgeBase(Protocol):
    """Answers to customers' questions.

    Implementations may be called from several threads and raise nothing, whatever the text.
    """

    def search(self, question: str, limit: int = 5) -> list[Hit]:
        """The entries that come nearest, best first, however weak."""
        ...

    def answer_for(self, question: str) -> Outcome:
        """What may be told to the customer who asks this."""
        ...

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of this id, as when the customer picks a candidate."""
        ...

    def entry_for_intent(self, intent: str, text: str) -> Entry | None:
        """The entry for a customer whose intent is known.

        The best fitting of those that serve the intent, the general one where none fits well, none where no entry
        serves it.
        """
        ...
