"""What customers' words say beyond the intent: why a card is replaced, what is wanted of the spam shield.

Written down as patterns in ``data/line_words.yml``, the first that fits wins.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from care.datafiles import read_records

type _Patterns = tuple[tuple[str, re.Pattern[str]], ...]


class LineWords:
    """Reads texts."""

    def __init__(self, patterns: Mapping[str, _Patterns]) -> None:
        self._patterns = patterns

    def read(self, what: str, text: str) -> str | None:
        """What ``text`` says of ``what``, None where it says nothing; a button's payload is no words."""
        if text.startswith("/"):
            return None
        return next(
            (value for value, pattern in self._patterns[what] if pattern.search(text)), None
        )

    def values(self, what: str) -> set[str]:
        """What ``read`` may give."""
        return {value for value, _ in self._patterns[what]}


def load_words(path: Path) -> LineWords:
    """Read the file. Raises ``DataFileError``."""
    patterns: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for record in read_records(path, "line_words"):
        record.only(("id", "of", "says"))
        try:
            says = re.compile("|".join(record.texts("says")), re.IGNORECASE)
        except re.error as error:
            raise record.error(f"'says' holds no pattern: {error}") from error
        patterns.setdefault(record.text("of"), []).append((record.text("id"), says))
    return LineWords({what: tuple(listed) for what, listed in patterns.items()})
