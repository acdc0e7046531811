"""Reading the YAML files under ``data/``: typed access to their records, with errors that name file and record.

A file has one top-level key and a list of records under it; each record has an ``id``. The top-level keys are
never those of Rasa (``rules``, ``nlu``, ``responses``, …), which reads the same folder.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


class DataFileError(Exception):
    """A data file is missing or does not say what it must; the message names file and record.

    Raised at start-up and on reload, never on a customer's request, hence no ``CareError``.
    """

    def __init__(self, path: Path, reason: str, record: str | None = None) -> None:
        where = f"{path}, {record}" if record else str(path)
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.record = record
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a data file. Each accessor raises ``DataFileError`` where the field is not as asked for."""

    path: Path
    number: int
    fields: Mapping[str, Any]

    @property
    def name(self) -> str:
        """How errors call this record: its id, or its place in the file when it has none."""
        given = self.fields.get("id")
        return (
            f"entry {given!r}" if isinstance(given, str) and given else f"entry no. {self.number}"
        )

    def error(self, reason: str) -> DataFileError:
        """An error about this record, to be raised by the caller."""
        return DataFileError(self.path, reason, self.name)

    def only(self, allowed: Collection[str]) -> None:
        """Refuse fields that nobody reads: most likely a misspelt name."""
        if unknown := sorted(str(key) for key in self.fields if key not in allowed):
            raise self.error(
                f"unknown field {unknown[0]!r}; known are {', '.join(sorted(allowed))}"
            )

    def text(self, key: str) -> str:
        """A text that is not empty, without white space around it."""
        value = self.fields.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{key!r} must be a text that is not empty")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, none of them empty; an absent field is an empty list."""
        value = self.fields.get(key, [])
        if not isinstance(value, list):
            raise self.error(f"{key!r} must be a list of texts")
        for item in value:
            if not isinstance(item, str) or not item.strip():
                raise self.error(f"{key!r} holds {item!r}, which is no text")
        return tuple(item.strip() for item in value)

    def day(self, key: str) -> date:
        """A calendar day, written as 2026-01-31."""
        value = self.fields.get(key)
        # A moment is a date to Python, but a time of day here is a slip of the pen.
        if type(value) is not date:
            raise self.error(f"{key!r} must be a day such as 2026-01-31")
        return value

    def flag(self, key: str) -> bool:
        """true or false."""
        value = self.fields.get(key)
        if not isinstance(value, bool):
            raise self.error(f"{key!r} must be true or false")
        return value

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Names and values; an absent field is empty."""
        value = self.fields.get(key, {})
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise self.error(f"{key!r} must be names with values")
        return value


def data_files(folder: Path) -> list[Path]:
    """The YAML files of a folder in the order of their names, those of its sub-folders left out."""
    if not folder.is_dir():
        raise DataFileError(folder, "this folder does not exist")
    if not (files := sorted(folder.glob("*.yml"))):
        raise DataFileError(folder, "there is no .yml file in this folder")
    return files


def read_yaml(path: Path) -> Any:
    """The content of a YAML 1.2 file."""
    try:
        return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(path, f"cannot be read: {error}") from error
    except YAMLError as error:
        raise DataFileError(path, f"is not valid YAML: {error}") from error


def read_top(path: Path, key: str) -> Any:
    """What stands under a file's only top-level key."""
    content = read_yaml(path)
    if not isinstance(content, dict) or key not in content:
        raise DataFileError(path, f"the top-level key {key!r} is missing")
    if unknown := sorted(str(name) for name in content if name != key):
        raise DataFileError(path, f"unknown top-level key {unknown[0]!r}")
    return content[key]


def read_records(path: Path, key: str) -> Iterator[Record]:
    """The records listed under a file's only top-level key."""
    listed = read_top(path, key)
    if not isinstance(listed, list):
        raise DataFileError(path, f"{key!r} must be a list")
    for number, fields in enumerate(listed, 1):
        if not isinstance(fields, dict):
            raise DataFileError(path, "must be names with values", f"entry no. {number}")
        yield Record(path, number, fields)
