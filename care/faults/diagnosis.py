"""How a fault is looked into, by symptom, from `data/demo/diagnosis/*.yml`: data that an operator changes alone.

A file is a topic: which service it is, for each symptom what to check and what a customer can try, and for each finding of
the checks what follows from it. All of it is checked while it is read.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from care.bss.protocol import Service
from care.datafiles import DataFileError, Record, data_files, read_records, read_yaml


class Topic(StrEnum):
    """What is broken; names the file and the intent (`report_<topic>_fault`)."""

    BROADBAND = "broadband"
    MOBILE = "mobile"
    CALL = "call"
    TV = "tv"


class Finding(StrEnum):
    """What a check may find beside an outage."""

    SUSPENDED_ARREARS = "suspended_arrears"
    SUSPENDED_REQUEST = "suspended_request"
    BLOCKED_LOST = "blocked_lost"
    SUSPENDED = "suspended"
    """The exchange holds the access back, whatever billing says."""
    ONT_OFFLINE = "ont_offline"
    NO_LIGHT = "no_light"
    WEAK_LIGHT = "weak_light"
    CONGESTED = "congested"
    ROAMING_OFF = "roaming_off"
    NOT_REGISTERED = "not_registered"
    DATA_STOPPED = "data_stopped"
    DATA_THROTTLED = "data_throttled"
    DATA_BARRED = "data_barred"
    SMS_BARRED = "sms_barred"
    CALLS_BARRED = "calls_barred"
    VOLTE_OFF = "volte_off"
    BOX_OFFLINE = "box_offline"
    BOX_SIGNED_OUT = "box_signed_out"


class Check(StrEnum):
    """What can be looked at without anybody's help."""

    LINE = "line"
    OUTAGE = "outage"
    LINE_TEST = "line_test"
    REGISTRATION = "registration"
    DATA = "data"
    SMS = "sms"
    CALLS = "calls"
    SET_TOP_BOX = "set_top_box"


FINDINGS: Mapping[Check, tuple[Finding, ...]] = {
    Check.LINE: (Finding.SUSPENDED_ARREARS, Finding.SUSPENDED_REQUEST, Finding.BLOCKED_LOST),
    Check.OUTAGE: (),
    Check.LINE_TEST: (
        Finding.SUSPENDED,
        Finding.ONT_OFFLINE,
        Finding.NO_LIGHT,
        Finding.WEAK_LIGHT,
        Finding.CONGESTED,
    ),
    Check.REGISTRATION: (Finding.ROAMING_OFF, Finding.NOT_REGISTERED),
    Check.DATA: (Finding.DATA_STOPPED, Finding.DATA_THROTTLED, Finding.DATA_BARRED),
    Check.SMS: (Finding.SMS_BARRED,),
    Check.CALLS: (Finding.CALLS_BARRED, Finding.VOLTE_OFF),
    Check.SET_TOP_BOX: (Finding.BOX_OFFLINE, Finding.BOX_SIGNED_OUT),
}
"""What each check may find."""


TELLABLE = frozenset(
    {
        Finding.SUSPENDED_ARREARS,
        Finding.SUSPENDED_REQUEST,
        Finding.BLOCKED_LOST,
        Finding.SUSPENDED,
        Finding.ROAMING_OFF,
        Finding.DATA_STOPPED,
        Finding.DATA_THROTTLED,
        Finding.CALLS_BARRED,
    }
)
"""Findings for which the dialogue has a sentence with the way out."""


class Consequence(StrEnum):
    """What follows from a finding, or in the end from a symptom that nothing has helped against."""

    TOLD = "told"
    """It explains the fault: the customer is told, with the way out of it. No ticket."""
    VISIT = "visit"
    """An engineer must come: a ticket, and nothing more to try."""
    TECHNICIAN = "technician"
    """Somebody must act from afar: a ticket, and nobody comes."""
    GO_ON = "go_on"
    """It is noted, and what can be tried is tried."""
    REPLACE_SIM = "replace_sim"
    """In the end only: another card, no ticket."""


_OF_FINDINGS = (
    Consequence.TOLD,
    Consequence.VISIT,
    Consequence.TECHNICIAN,
    Consequence.GO_ON,
)
_IN_THE_END = (Consequence.VISIT, Consequence.TECHNICIAN, Consequence.REPLACE_SIM)


class Ask(StrEnum):
    """What is asked beside the symptom, unless it is known."""

    PLACE = "place"
    """Before anything is tried: an outage may explain it."""
    SINCE = "since"
    """Before a ticket is opened."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try; asked one at a time."""

    id: str
    do: str
    """What to do, a sentence for the customer."""
    ask: str
    """The question whether it helped."""
    tried: tuple[str, ...]
    """Words for it: who says that this was done already is not asked to do it again (`care.faults.tried`)."""
    do_en: str = ""
    ask_en: str = ""
    """Both in English; empty where the data have none."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What to check, to ask and to try for a symptom."""

    symptom: str
    name: str
    """What the symptom is called."""
    likely_cause: str
    checks: tuple[Check, ...]
    asks: frozenset[Ask]
    in_the_end: Consequence
    steps: tuple[Step, ...]
    likely_cause_en: str = ""
    """In English; empty where the data have none."""


@dataclass(frozen=True, slots=True)
class Diagnoses:
    """All diagnoses of a topic."""

    topic: Topic
    service: Service
    fallback: str
    """The symptom that stands for one that is not known."""
    findings: Mapping[Finding, Consequence]
    by_symptom: Mapping[str, Diagnosis]
    also: Mapping[str, str]
    """Symptoms of other topics, and what they mean here: who has no mobile data says that the net is gone."""

    def own(self, symptom: str | None) -> str | None:
        """The symptom as one of this topic, None where it is none."""
        if symptom is None:
            return None
        found = self.also.get(symptom, symptom)
        return found if found in self.by_symptom else None

    def of(self, symptom: str | None) -> Diagnosis:
        """The diagnosis of a symptom, the fallback's for None or another topic's."""
        return self.by_symptom.get(symptom or self.fallback) or self.by_symptom[self.fallback]


@dataclass(frozen=True, slots=True)
class FaultGuide:
    """Every topic with its diagnoses."""

    topics: Mapping[Topic, Diagnoses]

    def topic_of(self, symptom: str | None) -> Topic | None:
        """The topic that a symptom belongs to, None for one that has no diagnosis."""
        found = (topic for topic, its in self.topics.items() if symptom in its.by_symptom)
        return next(found, None)

    def name(self, symptom: str) -> str:
        """What a symptom is called; the word itself where it is none of ours."""
        topic = self.topic_of(symptom)
        return symptom if topic is None else self.topics[topic].by_symptom[symptom].name


def load_fault_guide(folder: Path) -> FaultGuide:
    """Read `diagnosis/*.yml` and the symptoms' names of an operator's folder. Raises DataFileError.

    Each topic must have its file, and each symptom its diagnosis.
    """
    names = {
        record.text("id"): record.text("name")
        for record in read_records(folder / "symptoms.yml", "symptoms")
    }
    topics: dict[Topic, Diagnoses] = {}
    for path in data_files(folder / "diagnosis"):
        diagnoses = load_diagnoses(path, names)
        if diagnoses.topic in topics or path.stem != diagnoses.topic:
            raise DataFileError(path, f"the topic {diagnoses.topic!r} belongs into its own file")
        topics[diagnoses.topic] = diagnoses
    if missing := sorted(set(Topic) - set(topics)):
        raise DataFileError(folder / "diagnosis", f"there is no {missing[0]}.yml")
    covered = {symptom for its in topics.values() for symptom in its.by_symptom}
    if bare := sorted(set(names) - covered):
        raise DataFileError(folder / "diagnosis", f"symptom {bare[0]!r} has no diagnosis")
    return FaultGuide(topics)


def load_diagnoses(path: Path, names: Mapping[str, str]) -> Diagnoses:
    """Read a topic's file; `names` are those of all symptoms. Raises DataFileError."""
    content = read_yaml(path)
    if not isinstance(content, dict) or not isinstance(content.get("diagnoses"), dict):
        raise DataFileError(path, "'diagnoses' must be names with values")
    head = Record(path, 1, content)
    head.only({"topic", "service", "fallback", "findings", "also", "diagnoses"})
    named = {
        symptom: _diagnosis(path, number, symptom, fields, names)
        for number, (symptom, fields) in enumerate(content["diagnoses"].items(), start=1)
    }
    fallback = head.text("fallback")
    if fallback not in named:
        raise DataFileError(path, f"the fallback {fallback!r} is not among the diagnoses")
    return Diagnoses(
        topic=Topic(_one_of(head, "topic", Topic)),
        service=Service(_one_of(head, "service", Service)),
        fallback=fallback,
        findings=_findings(head, {check for one in named.values() for check in one.checks}),
        by_symptom=named,
        also=_also(head, named, names),
    )


def _also(head: Record, own: Collection[str], names: Collection[str]) -> Mapping[str, str]:
    given = head.mapping("also")
    for other, symptom in given.items():
        if other not in names or other in own:
            raise head.error(f"'also' holds {other!r}, which is no symptom of another topic")
        if symptom not in own:
            raise head.error(f"'also' leads to {symptom!r}, which has no diagnosis here")
    return {other: str(symptom) for other, symptom in given.items()}


def _findings(head: Record, checks: Iterable[Check]) -> dict[Finding, Consequence]:
    """What follows from each finding; none that the file's checks may have can be left out."""
    given = head.mapping("findings")
    for name, consequence in given.items():
        if name not in list(Finding):
            raise head.error(f"{name!r} is no finding; there are {', '.join(Finding)}")
        if consequence not in _OF_FINDINGS:
            raise head.error(f"finding {name!r} must lead to one of {', '.join(_OF_FINDINGS)}")
        if consequence == Consequence.TOLD and name not in TELLABLE:
            raise head.error(f"there is no sentence that tells of {name!r}")
    possible = {finding for check in checks for finding in FINDINGS[check]}
    if missing := sorted(possible - set(given)):
        raise head.error(f"'findings' does not say what follows from {missing[0]!r}")
    if unused := sorted(set(given) - possible):
        raise head.error(f"no check of this file finds {unused[0]!r}")
    return {Finding(name): Consequence(value) for name, value in given.items()}


def _diagnosis(
    path: Path, number: int, symptom: str, fields: Any, names: Mapping[str, str]
) -> Diagnosis:
    if symptom not in names:
        raise DataFileError(path, f"{symptom!r} is no symptom of symptoms.yml")
    if not isinstance(fields, dict):
        raise DataFileError(path, "must be names with values", symptom)
    record = Record(path, number, {**fields, "id": symptom})
    record.only({"id", "likely_cause", "likely_cause_en", "checks", "asks", "in_the_end", "steps"})
    steps = record.fields.get("steps")
    if not isinstance(steps, list):
        raise record.error("'steps' must be a list")
    read = tuple(_step(record, place, step) for place, step in enumerate(steps, start=1))
    if len({step.id for step in read}) < len(read):
        raise record.error("two steps have the same id")
    return Diagnosis(
        symptom=symptom,
        name=names[symptom],
        likely_cause=record.text("likely_cause"),
        likely_cause_en=_english(record, "likely_cause"),
        checks=tuple(Check(name) for name in _all_of(record, "checks", Check)),
        asks=frozenset(Ask(name) for name in _all_of(record, "asks", Ask)),
        in_the_end=Consequence(_one_of(record, "in_the_end", _IN_THE_END)),
        steps=read,
    )


def _step(diagnosis: Record, number: int, fields: Any) -> Step:
    if not isinstance(fields, dict):
        raise diagnosis.error(f"step no. {number} must be names with values")
    record = Record(diagnosis.path, number, {**fields, "id": fields.get("id")})
    record.only({"id", "do", "do_en", "ask", "ask_en", "tried"})
    return Step(
        record.text("id"),
        record.text("do"),
        record.text("ask"),
        record.texts("tried"),
        do_en=_english(record, "do"),
        ask_en=_english(record, "ask"),
    )


def _english(record: Record, key: str) -> str:
    """The sentence in English, empty where there is none."""
    name = f"{key}_en"
    return record.text(name) if name in record.fields else ""


def _one_of(record: Record, key: str, allowed: Iterable[str]) -> str:
    value = record.text(key)
    if value not in list(allowed):
        raise record.error(f"{key!r} must be one of {', '.join(allowed)}")
    return value


def _all_of(record: Record, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
    values = record.texts(key)
    for value in values:
        if value not in list(allowed):
            raise record.error(f"{key!r} holds {value!r}; known are {', '.join(allowed)}")
    return values
