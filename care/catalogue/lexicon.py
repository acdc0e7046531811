"""The lexicon: what customers call the catalogue's things, for the entity recogniser in bot/.

`python -m care.catalogue.lexicon` writes `data/demo/lexicon.json`; with `--check` it only says, by
its exit status, whether that file is current. Form: for each entity type a list of
`{"id", "name", "synonyms"}`; `id` is the entity's value after normalisation.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from care.bss.embedded.demo import DEMO_FOLDER, read_demo
from care.bss.protocol import Addon, Area, ChargeItem, Plan, Store
from care.datafiles import read_records, read_top


class Entry(TypedDict):
    """One thing with its names; the name itself is not repeated among the synonyms."""

    id: str
    name: str
    synonyms: list[str]


Lexicon = dict[str, list[Entry]]
"""Entries by entity type."""

FILE_NAME = "lexicon.json"


def build_lexicon(folder: Path = DEMO_FOLDER) -> Lexicon:
    """The lexicon of the demo operator's files. Raises ValueError, DataFileError."""
    files = read_demo(folder)
    return {
        "plan": named(files.plans.values()),
        "addon": named(files.addons.values()),
        "charge_item": named(files.charge_items.values()),
        "area": named(files.areas),
        "store": named(files.stores),
        "country": _countries(folder),
        "device_symptom": _symptoms(folder),
    }


def named(things: Iterable[Plan | Addon | ChargeItem | Area | Store]) -> list[Entry]:
    """Entries for things of the catalogue."""
    return [_entry(thing.id, thing.name, thing.nicknames) for thing in things]


def render(lexicon: Lexicon) -> str:
    """The lexicon as the text of its file: one line for each entry, so that changes read well."""
    blocks = []
    for kind, entries in lexicon.items():
        lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
        blocks.append(f" {json.dumps(kind)}: [\n{lines}\n ]")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Write or check the file; 1 when it is checked and not current."""
    parser = argparse.ArgumentParser(prog="python -m care.catalogue.lexicon", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the file is current")
    parser.add_argument("--folder", type=Path, default=DEMO_FOLDER, help="the operator's files")
    options = parser.parse_args(arguments)
    file: Path = options.folder / FILE_NAME
    text = render(build_lexicon(options.folder))
    if options.check:
        current = file.is_file() and file.read_text(encoding="utf-8") == text
        sys.stdout.write(f"{file}: {'current' if current else 'not current'}\n")
        return 0 if current else 1
    file.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{file}: written\n")
    return 0


def _entry(identifier: str, name: str, synonyms: Iterable[str]) -> Entry:
    others = [synonym for synonym in dict.fromkeys(synonyms) if synonym != name]
    return {"id": identifier, "name": name, "synonyms": others}


def _countries(folder: Path) -> list[Entry]:
    listed: dict[str, dict[str, Any]] = read_top(folder / "countries.yml", "countries")
    return [_entry(code, country["name"], country["names"]) for code, country in listed.items()]


def _symptoms(folder: Path) -> list[Entry]:
    return [
        _entry(record.text("id"), record.text("name"), record.texts("synonyms"))
        for record in read_records(folder / "symptoms.yml", "symptoms")
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
