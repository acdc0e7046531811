"""Examples out of the studio and into it: Rasa's YAML, and CSV with the columns ``intent`` and ``text``."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from care.studio.data.catalogue import Catalogue, Example
from care.studio.data.edits import AddExample, BadEdit
from care.studio.data.examples import plain_text
from care.studio.likeness import normal_form

Format = Literal["rasa", "csv"]
COLUMNS = ("intent", "text")
_FORMULA = ("=", "+", "-", "@", "\t")
"""What a spreadsheet would take for a formula: a quote before it makes it a text (OWASP, CSV injection)."""

MOST = 2000


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of the file that was not taken: its number from 1, why, and the beginning of it."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brings: new examples, lines that say nothing new, lines that are wrong."""

    new: list[AddExample]
    known: list[BadLine]
    bad: list[BadLine]


def as_csv(examples: Iterable[Example]) -> str:
    """Examples as CSV, with a byte order mark so that spreadsheets read the Chinese."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    for one in examples:
        text = f"'{one.text}" if one.text.startswith(_FORMULA) else one.text
        writer.writerow((one.intent, text))
    return "\ufeff" + stream.getvalue()


def as_rasa(examples: Iterable[Example]) -> str:
    """Examples in Rasa's YAML, one block an intent."""
    blocks: dict[str, list[str]] = {}
    for one in examples:
        blocks.setdefault(one.intent, []).append(one.text)
    text = 'version: "3.1"\nnlu:\n'
    for intent, lines in blocks.items():
        text += f"- intent: {intent}\n  examples: |\n"
        text += "".join(f"    - {line}\n" for line in lines)
    return text


def read_file(content: str, form: Format, catalogue: Catalogue) -> Imported:
    """What a file brings to the data of ``catalogue``; every line of it is told of."""
    content = content.removeprefix("\ufeff")
    rows, bad = _rows_of_csv(content) if form == "csv" else _rows_of_rasa(content)
    new: list[AddExample] = []
    known: list[BadLine] = []
    taken = {one.normal: one.intent for one in catalogue.examples}
    intents = set(catalogue.intents)
    for line, intent, text in rows:
        if intent not in intents:
            bad.append(BadLine(line, "unknown_intent", f"{intent}: {text}"[:80]))
            continue
        try:
            edit = AddExample(intent=intent, text=text)
        except ValidationError as error:
            bad.append(BadLine(line, str(BadEdit.of(error).data["reason"]), text[:80]))
            continue
        normal = normal_form(plain_text(edit.text))
        owner = taken.get(normal)
        if owner == intent:
            known.append(BadLine(line, "known", text[:80]))
        elif owner is not None:
            bad.append(BadLine(line, "conflict", f"{owner}: {text}"[:80]))
        elif len(new) >= MOST:
            bad.append(BadLine(line, "too_many", text[:80]))
        else:
            taken[normal] = intent
            new.append(edit)
    return Imported(new, known, sorted(bad, key=lambda one: one.line))


type _Row = tuple[int, str, str]


def _rows_of_csv(content: str) -> tuple[list[_Row], list[BadLine]]:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    rows: list[_Row] = []
    bad: list[BadLine] = []
    places: tuple[int, int] | None = None
    try:
        for fields in reader:
            if not any(one.strip() for one in fields):
                continue
            if places is None:
                names = [one.strip().lower() for one in fields]
                if not set(COLUMNS) <= set(names):
                    return [], [BadLine(reader.line_num, "no_columns", ",".join(fields)[:80])]
                places = names.index("intent"), names.index("text")
            elif len(fields) <= max(places):
                bad.append(BadLine(reader.line_num, "too_few_fields", ",".join(fields)[:80]))
            else:
                intent, text = (fields[place].strip() for place in places)
                if text.startswith("'") and text[1:].startswith(_FORMULA):
                    text = text[1:]
                rows.append((reader.line_num, intent, text))
    except csv.Error as error:
        bad.append(BadLine(reader.line_num, "bad_csv", str(error)))
    return rows, bad


def _rows_of_rasa(content: str) -> tuple[list[_Row], list[BadLine]]:
    try:
        parsed = YAML(pure=True).load(content)  # round trip: it knows the lines
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [], [
            BadLine(mark.line + 1 if mark else 1, "bad_yaml", str(getattr(error, "problem", "")))
        ]
    if not isinstance(parsed, dict) or not isinstance(parsed.get("nlu"), list):
        return [], [BadLine(1, "no_nlu", "")]
    rows: list[_Row] = []
    bad: list[BadLine] = []
    for place, block in enumerate(parsed["nlu"]):
        line = parsed["nlu"].lc.item(place)[0] + 1
        if not isinstance(block, dict) or "intent" not in block:
            what = next(iter(block), "") if isinstance(block, dict) else block
            bad.append(BadLine(line, "no_intent_block", str(what)[:80]))
            continue
        rows.extend(_rows_of_block(block, line, bad))
    return rows, bad


def _rows_of_block(block: Any, line: int, bad: list[BadLine]) -> Iterator[_Row]:
    intent, examples = str(block["intent"]), block.get("examples")
    if not isinstance(examples, str):
        bad.append(BadLine(line, "no_examples", intent))
        return
    first = block.lc.value("examples")[0] + 2
    for number, text in enumerate(examples.splitlines()):
        bare = text.strip()
        if bare.startswith("-"):
            yield first + number, intent, bare[1:].strip()
        elif bare:
            bad.append(BadLine(first + number, "no_dash", bare[:80]))
