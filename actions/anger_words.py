"""Words of anger, from ``data/anger.yml``."""

from dataclasses import dataclass
from pathlib import Path

from care.datafiles import DataFileError, Record, read_top


@dataclass(frozen=True, slots=True)
class AngerWords:
    """Words by which it is seen that somebody is angry."""

    words: tuple[str, ...]

    def in_text(self, text: str) -> bool:
        """Whether one of them is used; letters of any case, and marks of exclamation in a row, too."""
        lowered = text.lower()
        return any(word in lowered for word in self.words) or "！！" in text or "!!" in text


def load_anger_words(path: Path) -> AngerWords:
    """Read the file. Raises ``DataFileError``."""
    content = read_top(path, "anger")
    if not isinstance(content, dict):
        raise DataFileError(path, "must be names with values")
    record = Record(path, 1, content)
    record.only({"words"})
    words = record.texts("words")
    if not words:
        raise DataFileError(path, "'words' must not be empty")
    return AngerWords(tuple(word.lower() for word in words))
