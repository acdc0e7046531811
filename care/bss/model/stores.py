"""The operator's shops (TMF674 geographic site)."""

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Hours on some days of the week, local time."""

    weekdays: tuple[int, ...]
    """ISO: Monday is 1, Sunday 7."""
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Store:
    """A shop (营业厅)."""

    id: str
    name: str
    nicknames: tuple[str, ...]
    district: str
    address: str
    phone: str
    area_ids: tuple[str, ...]
    """Residential areas it is nearest to."""
    hours: tuple[OpeningHours, ...]
    services: tuple[str, ...]
    """What can be done there, in plain words."""
    accessible: bool
    """Step-free entrance and a counter for the elderly."""
    holiday_hours: tuple[OpeningHours, ...] = ()
    """Hours of public holidays, whatever day of the week they are; empty when closed then."""

    def hours_on(self, day: date) -> OpeningHours | None:
        """Opening hours on `day`; None when closed."""
        for hours in self.hours:
            if day.isoweekday() in hours.weekdays:
                return hours
        return None
