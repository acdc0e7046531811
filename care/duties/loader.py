"""Reads ``data/duties/*.yml`` and, where a province has terms of its own, one file of ``data/duties/overlays/``."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from care.datafiles import DataFileError, Record, data_files, read_records
from care.duties.pack import Duties, Duty, Figure, Unit

FIELDS = ("id", "rule", "figures", "names", "source", "confirmed")
WHOLE_UNITS = frozenset(Unit) - {Unit.RATIO, Unit.PERCENT}


def load_duties(folder: Path, overlay: str | None = None) -> Duties:
    """The rule pack of a folder; the duties of ``overlays/<overlay>.yml`` replace those of the same id.

    Raises ``DataFileError`` naming file and duty.
    """
    duties: dict[str, Duty] = {}
    for path in data_files(folder):
        for duty, record in _read(path):
            if duty.id in duties:
                raise record.error("this id is taken by an earlier duty")
            duties[duty.id] = duty
    if overlay:
        path = folder / "overlays" / f"{overlay}.yml"
        if not path.is_file():
            known = ", ".join(sorted(file.stem for file in path.parent.glob("*.yml"))) or "none"
            raise DataFileError(path, f"there is no such overlay; there are: {known}")
        for duty, record in _read(path):
            if duty.id not in duties:
                raise record.error("an overlay may only replace a duty; there is none of this id")
            duties[duty.id] = duty
    return Duties(duties)


def _read(path: Path) -> list[tuple[Duty, Record]]:
    return [(_duty(record), record) for record in read_records(path, "duties")]


def _duty(record: Record) -> Duty:
    record.only(FIELDS)
    figures = {
        name: _figure(record, name, value) for name, value in record.mapping("figures").items()
    }
    return Duty(
        id=record.text("id"),
        rule=record.text("rule"),
        source=record.text("source"),
        confirmed=record.flag("confirmed"),
        figures=figures,
        names=frozenset(record.texts("names")),
    )


def _figure(record: Record, name: str, value: Any) -> Figure:
    if not isinstance(value, dict) or set(value) != {"value", "unit"}:
        raise record.error(f"figure {name!r} must have a value and a unit")
    number, unit_name = value["value"], value["unit"]
    if unit_name not in [unit.value for unit in Unit]:
        raise record.error(f"figure {name!r} has the unknown unit {unit_name!r}")
    unit = Unit(unit_name)
    if (
        isinstance(number, bool)
        or not isinstance(number, int | float)
        or not 0 < number < 1_000_000
    ):
        raise record.error(f"figure {name!r} must have a number above zero")
    if unit in WHOLE_UNITS and number != int(number):
        raise record.error(f"figure {name!r} counts {unit.value}, which must be a whole number")
    return Figure(Decimal(str(number)), unit)
