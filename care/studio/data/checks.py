"""What is wrong with the data, and what may be: as ``rasa data validate`` looks at them, without Rasa, and further.

An error keeps a publication back, unless it was there before; a warning comes with a proposal and keeps nothing back.
"""

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any, Literal

from care.datafiles import DataFileError
from care.knowledge.entries import load_library, plain
from care.studio.data.catalogue import Catalogue, Example
from care.studio.data.examples import BadExample, checked, entities_in, plain_text
from care.studio.data.files import FAQ, RULES, STORIES, WISHES, Files
from care.studio.data.yaml_text import Unreadable
from care.studio.likeness import alike, bands_of

FEWEST = 10
"""Examples below which an intent is too thin to be learnt well."""
MOST_TIMES = 6
"""An intent with so many times the median's examples draws sentences of others."""
SHORTEST = 5
"""Characters from which two examples can be nearly the same."""

_BUILT_IN = re.compile(
    r"action_(listen|restart|session_start|default_fallback|deactivate_loop|default_ask_affirmation|"
    r"default_ask_rephrase|revert_fallback_events|back|two_stage_fallback|unlikely_intent|extract_slots|send_text)"
)
_OWN_INTENTS = frozenset({"nlu_fallback", "session_start", "restart", "back"})
"""Intents of Rasa's own."""

_BLANK = re.compile(r"\{(\w+)\}")
_PAYLOAD = re.compile(r"/(?P<intent>[^{\s/]+)(?:/[^{\s]+)?(?P<values>\{.*\})?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be said about the data: ``code`` names it, ``where`` is an intent, a reply, an entry or a path."""

    level: Literal["error", "warning"]
    code: str
    where: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The same for the same finding."""
        return json.dumps([self.code, self.where, self.data], ensure_ascii=False, sort_keys=True)

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return asdict(self)


def look_through(files: Files) -> list[Finding]:
    """All findings, errors first."""
    try:
        catalogue = Catalogue(files)
    except Unreadable as error:
        return [Finding("error", "unreadable", "", {"detail": str(error)})]
    found = [
        *_intents(catalogue),
        *_examples(catalogue),
        *_likeness(catalogue),
        *_balance(catalogue),
        *_flows(files, catalogue),
        *_replies(files, catalogue),
        *_wishes(files, catalogue),
        *_faq(files, catalogue),
    ]
    return sorted(found, key=lambda one: one.level != "error")


def new_findings(before: list[Finding], after: list[Finding]) -> list[Finding]:
    """Those of ``after`` that were not there before."""
    known = {one.key for one in before}
    return [one for one in after if one.key not in known]


def blanks_changed(before: Catalogue, after: Catalogue) -> list[Finding]:
    """Replies in which a blank (``{amount}``) was lost or made up: the sentence would come out with a hole."""
    found = []
    for name, variations in after.replies.items():
        former = before.replies.get(name)
        if former is None:
            continue
        known = {blank for one in former for blank in _BLANK.findall(one.text)}
        for place, one in enumerate(variations):
            was = former[place].text if place < len(former) else one.text
            lost = sorted(set(_BLANK.findall(was)) - set(_BLANK.findall(one.text)))
            strange = sorted(set(_BLANK.findall(one.text)) - known)
            if lost or strange:
                found.append(Finding("error", "blanks", name, {"lost": lost, "unknown": strange}))
    return found


def _intents(catalogue: Catalogue) -> Iterator[Finding]:
    for name, times in Counter(catalogue.intents).items():
        if times > 1:
            yield Finding("error", "intent_twice", name)
    declared = set(catalogue.intents)
    for name, examples in catalogue.by_intent.items():
        if name.split("/")[0] not in declared:
            yield Finding("error", "intent_undeclared", name)
        elif not examples:
            yield Finding("warning", "intent_without_examples", name)


def _examples(catalogue: Catalogue) -> Iterator[Finding]:
    declared = set(catalogue.entities)
    places: dict[str, list[Example]] = defaultdict(list)
    for example in catalogue.examples:
        said = plain_text(example.text)
        places[plain(said) or said].append(example)
        try:
            checked(example.text)
        except BadExample as error:
            if error.code == "command":
                continue  # written by hand, it is a sentence that begins with a slash
            yield Finding(
                "error", "bad_example", example.intent, {"text": example.text, "why": error.code}
            )
        for entity in {one.entity for one in entities_in(example.text)} - declared:
            yield Finding(
                "error",
                "entity_undeclared",
                example.intent,
                {"text": example.text, "entity": entity},
            )
    for same in places.values():
        intents = sorted({one.intent for one in same})
        if len(intents) > 1:
            yield Finding(
                "error", "conflict", intents[0], {"text": same[0].text, "other": intents[1:]}
            )
        elif len(same) > 1:
            yield Finding(
                "warning", "duplicate", intents[0], {"text": same[0].text, "same": same[1].text}
            )


def _likeness(catalogue: Catalogue) -> Iterator[Finding]:
    """Examples of two intents that are nearly the same: one of them is most likely in the wrong place."""
    bands: dict[tuple[int, int], list[Example]] = defaultdict(list)
    for example in catalogue.examples:
        if len(example.normal) >= SHORTEST:
            for number, band in enumerate(bands_of(example.normal)):
                bands[(number, band)].append(example)
    told: set[tuple[str, str]] = set()
    for group in bands.values():
        for one, other in combinations(group, 2):
            pair = (one.text, other.text)
            if one.intent == other.intent or pair in told or plain(one.text) == plain(other.text):
                continue
            if alike(one.normal, other.normal):
                told.add(pair)
                yield Finding(
                    "warning",
                    "near",
                    one.intent,
                    {"text": one.text, "other": other.intent, "other_text": other.text},
                )


def _balance(catalogue: Catalogue) -> Iterator[Finding]:
    counts = {name: len(found) for name, found in catalogue.by_intent.items() if found}
    if not counts:
        return
    usual = median(counts.values())
    for name, count in counts.items():
        if count < FEWEST:
            yield Finding("warning", "few_examples", name, {"examples": count, "wanted": FEWEST})
        elif count > MOST_TIMES * usual:
            yield Finding(
                "warning", "many_examples", name, {"examples": count, "usual": round(usual)}
            )


def _flows(files: Files, catalogue: Catalogue) -> Iterator[Finding]:
    domain = _domain(files)
    known = {
        "intent": {*catalogue.intents, *_OWN_INTENTS},
        "slot": set(domain["slots"]) | {"requested_slot"},
        "form": set(domain["forms"]),
    }
    actions = {*catalogue.actions, *domain["forms"], *catalogue.replies}
    for path in (*files.below(RULES), *files.below(STORIES)):
        content = files.content(path) or {}
        for key in ("rules", "stories"):
            for flow in content.get(key) or []:
                name = str(flow.get("rule") or flow.get("story") or "")
                for kind, what in _named_in(flow):
                    good = (
                        what in actions or _BUILT_IN.fullmatch(what) is not None
                        if kind == "action"
                        else what.split("/")[0] in known[kind]
                    )
                    if not good:
                        yield Finding(
                            "error", f"unknown_{kind}", name, {"name": what, "file": path}
                        )


def _named_in(node: Any) -> Iterator[tuple[str, str]]:
    """What a rule or story names: (kind, name)."""
    if isinstance(node, list):
        for one in node:
            yield from _named_in(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("intent", "action") and isinstance(value, str):
                yield key, value
            elif key == "active_loop" and isinstance(value, str):
                yield "form", value
            elif key == "slot_was_set":
                for one in value if isinstance(value, list) else [value]:
                    yield from (
                        ("slot", str(name))
                        for name in ([one] if isinstance(one, str) else one or [])
                    )
            elif isinstance(value, list | dict):
                yield from _named_in(value)


def _replies(files: Files, catalogue: Catalogue) -> Iterator[Finding]:
    intents = {*catalogue.intents, *_OWN_INTENTS}
    for path in files.domain():
        for name, variations in ((files.content(path) or {}).get("responses") or {}).items():
            for one in variations or []:
                if not isinstance(one, dict) or not (
                    str(one.get("text") or "").strip() or one.get("custom") or one.get("image")
                ):
                    yield Finding("error", "empty_reply", str(name))
                    continue
                for button in one.get("buttons") or []:
                    wrong = _payload_wrong(str(button.get("payload") or ""), intents)
                    if wrong:
                        yield Finding(
                            "error", "bad_button", str(name), {"payload": button.get("payload")}
                        )


def _payload_wrong(payload: str, intents: set[str]) -> bool:
    if not payload.startswith("/"):
        return False
    found = _PAYLOAD.fullmatch(payload)
    if found is None or found["intent"] not in intents:
        return True
    try:
        json.loads(_BLANK.sub("x", found["values"] or "{}")) if found["values"] else None
    except ValueError:
        return "{" not in (found["values"] or "")[1:]  # a blank inside is filled in later
    return False


def _wishes(files: Files, catalogue: Catalogue) -> Iterator[Finding]:
    if WISHES not in files:
        return
    titles = ((files.content(WISHES) or {}).get("wishes") or {}).get("titles") or {}
    for name in titles:
        if name not in catalogue.intents:
            yield Finding("error", "unknown_intent", WISHES, {"name": str(name), "file": WISHES})


def _faq(files: Files, catalogue: Catalogue) -> Iterator[Finding]:
    """The very check that the server makes when it reads the knowledge base."""
    paths = files.below(FAQ)
    if not paths:
        return
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            (Path(folder) / path.rpartition("/")[2]).write_text(files[path], encoding="utf-8")
        try:
            load_library(Path(folder), frozenset(catalogue.intents))
        except DataFileError as error:
            yield Finding(
                "error", "faq", error.path.name, {"detail": error.reason, "entry": error.record}
            )


def _domain(files: Files) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {"slots": [], "forms": [], "actions": []}
    for path in files.domain():
        content = files.content(path) or {}
        for key, found in names.items():
            for one in content.get(key) or []:
                found.extend([one] if isinstance(one, str) else one)
    return names
