"""How far ahead may be booked, and until when: ``policy`` of ``data/demo/appointments.yml``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from care.bss.protocol import PlaceKind
from care.datafiles import DataFileError, read_top

_FIELDS = ("days_ahead", "notice", "change_until")


@dataclass(frozen=True, slots=True)
class Policy:
    """The terms of one kind of appointment."""

    days_ahead: int
    """Local days after today that may be booked."""
    notice: timedelta
    """How long before its beginning a slot may still be booked."""
    change_until: timedelta
    """How long before its beginning an appointment may still be moved or given up."""

    def may_change(self, starts_at: datetime, now: datetime) -> bool:
        """Whether an appointment may be moved or given up at ``now`` (both aware)."""
        return now <= starts_at - self.change_until


type Policies = Mapping[PlaceKind, Policy]


def load_policies(path: Path) -> Policies:
    """The terms of each kind. Raises ``DataFileError``."""
    content = read_top(path, "appointments").get("policy") or {}
    if set(content) != {str(kind) for kind in PlaceKind}:
        raise DataFileError(path, f"'policy' must have {', '.join(PlaceKind)}")
    return {kind: _policy(path, kind, content[str(kind)]) for kind in PlaceKind}


def _policy(path: Path, kind: PlaceKind, fields: Any) -> Policy:
    if not isinstance(fields, dict) or set(fields) != set(_FIELDS):
        raise DataFileError(path, f"must have {', '.join(_FIELDS)}", f"policy of {kind}")
    for name, value in fields.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise DataFileError(path, f"{name!r} must be a whole number", f"policy of {kind}")
    return Policy(
        days_ahead=fields["days_ahead"],
        notice=timedelta(minutes=fields["notice"]),
        change_until=timedelta(minutes=fields["change_until"]),
    )
