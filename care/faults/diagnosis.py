"""Self-help by symptom, from `data/demo/diagnosis/*.yml`: data an operator changes alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from care.datafiles import DataFileError, Record, read_yaml


class Visit(StrEnum):
    """How likely it takes an engineer in the end."""

    NEEDED = "needed"
    LIKELY = "likely"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try; asked one at a time."""

    id: str
    do: str
    """What to do, a sentence for the customer."""
    ask: str
    """The question whether it helped."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What to check and to try for a symptom."""

    symptom: str
    likely_cause: str
    outage_first: bool
    line_test: bool
    visit: Visit
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """All diagnoses of a topic."""

    topic: str
    fallback: str
    """The symptom that stands for one that is not known."""
    by_symptom: Mapping[str, Diagnosis]

    def of(self, symptom: str | None) -> Diagnosis:
        """The diagnosis of a symptom, the fallback's for None or another topic's."""
        return self.by_symptom.get(symptom or self.fallback) or self.by_symptom[self.fallback]


def load_diagnoses(path: Path) -> Diagnoses:
    """Read a topic's file. Raises DataFileError."""
    content = read_yaml(path)
    if not isinstance(content, dict) or not isinstance(content.get("diagnoses"), dict):
        raise DataFileError(path, "'diagnoses' must be names with values")
    head = Record(path, 1, content)
    head.only({"topic", "fallback", "diagnoses"})
    found = {
        symptom: _diagnosis(path, number, symptom, fields)
        for number, (symptom, fields) in enumerate(content["diagnoses"].items(), start=1)
    }
    fallback = head.text("fallback")
    if fallback not in found:
        raise DataFileError(path, f"the fallback {fallback!r} is not among the diagnoses")
    return Diagnoses(head.text("topic"), fallback, found)


def _diagnosis(path: Path, number: int, symptom: str, fields: Any) -> Diagnosis:
    if not isinstance(fields, dict):
        raise DataFileError(path, "must be names with values", symptom)
    record = Record(path, number, {"id": symptom, **fields})
    record.only({"id", "likely_cause", "outage_first", "line_test", "visit", "steps"})
    visit = record.text("visit")
    if visit not in list(Visit):
        raise record.error(f"'visit' must be one of {', '.join(Visit)}")
    steps = fields.get("steps")
    if not isinstance(steps, list):
        raise record.error("'steps' must be a list")
    return Diagnosis(
        symptom=symptom,
        likely_cause=record.text("likely_cause"),
        outage_first=record.flag("outage_first"),
        line_test=record.flag("line_test"),
        visit=Visit(visit),
        steps=tuple(_step(path, place, step) for place, step in enumerate(steps, start=1)),
    )


def _step(path: Path, number: int, fields: Any) -> Step:
    if not isinstance(fields, dict):
        raise DataFileError(path, "must be names with values", f"step no. {number}")
    record = Record(path, number, fields)
    record.only({"id", "do", "ask"})
    return Step(record.text("id"), record.text("do"), record.text("ask"))
