"""By when a ticket is promised to be settled: the rule pack's term, else the service's own."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from care.duties import Duties
from care.tickets.tables import TicketKind

# A fault that an agent writes down has no area yet: the term of towns is the shorter one.
_DUTIES = {
    TicketKind.BROADBAND_FAULT: "fault_repair_urban",
    TicketKind.TV_FAULT: "fault_repair_urban",
    TicketKind.MOBILE_FAULT: "mobile_fault",
    TicketKind.CALL_FAULT: "mobile_fault",
    TicketKind.COMPLAINT: "complaint_answer",
    TicketKind.SERVICE_REQUEST: "service_change",
    TicketKind.INSTALLATION: "installation",
    TicketKind.RELOCATION: "installation",
}

_OURS = {
    TicketKind.CALLBACK: timedelta(hours=24),
    TicketKind.FOLLOW_UP: timedelta(hours=24),
    TicketKind.APPLICATION: timedelta(hours=24),
    TicketKind.ENTERPRISE_LEAD: timedelta(hours=24),
    TicketKind.COVERAGE_LEAD: timedelta(days=30),
}


def promise(
    kind: TicketKind, duties: Duties, now: datetime, zone: ZoneInfo, *, rural: bool = False
) -> timedelta:
    """The time within which a ticket of this kind, opened at ``now``, is to be settled.

    ``rural`` is for faults of fixed lines, which the law gives more time in the country.

    Raises ``DutyError`` when the rule pack lacks the duty.
    """
    if kind in _OURS:
        return _OURS[kind]
    duty = _DUTIES[kind]
    if rural and duty == "fault_repair_urban":
        duty = "fault_repair_rural"
    return duties.deadline(duty, now, zone) - now
