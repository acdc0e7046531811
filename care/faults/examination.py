"""Looking into one fault: the checks that its diagnosis names, and what follows from what they find.

All functions may raise BssUnavailable.
"""

from dataclasses import dataclass
from datetime import datetime

from care.bss.protocol import (
    Area,
    Barring,
    BroadbandAccess,
    Bss,
    DataPolicy,
    Line,
    LineStatus,
    LineVerdict,
    MobileStatus,
    Outage,
)
from care.faults.diagnosis import (
    Ask,
    Check,
    Consequence,
    Diagnoses,
    Diagnosis,
    Finding,
    Topic,
)
from care.faults.service import outages_at

_STATUS = {
    LineStatus.SUSPENDED_ARREARS: Finding.SUSPENDED_ARREARS,
    LineStatus.SUSPENDED_REQUEST: Finding.SUSPENDED_REQUEST,
    LineStatus.BLOCKED_LOST: Finding.BLOCKED_LOST,
}
_VERDICTS = {
    LineVerdict.SUSPENDED: Finding.SUSPENDED,
    LineVerdict.ONT_OFFLINE: Finding.ONT_OFFLINE,
    LineVerdict.NO_LIGHT: Finding.NO_LIGHT,
    LineVerdict.WEAK_LIGHT: Finding.WEAK_LIGHT,
    LineVerdict.CONGESTED: Finding.CONGESTED,
}
_DATA = {
    DataPolicy.STOPPED: Finding.DATA_STOPPED,
    DataPolicy.THROTTLED: Finding.DATA_THROTTLED,
}
_CALLS = {Barring.OUTGOING_CALLS, Barring.INCOMING_CALLS}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is broken: an access at home, or a number. `place` is where, as far as the customer has told."""

    line: Line
    access: BroadbandAccess | None = None
    place: Area | None = None

    @property
    def id(self) -> str:
        """The access's or the line's id."""
        return self.line.id if self.access is None else self.access.id


@dataclass(frozen=True, slots=True)
class Examination:
    """What is known about a fault before anybody acts."""

    diagnosis: Diagnosis
    area: Area | None
    """Where it is: the home of an access, the named place or the last cell of a number."""
    abroad: str | None
    seen_at: datetime | None
    """When a number was last seen in the network."""
    outage: Outage | None
    """A known outage that explains it; then nothing else was looked at."""
    findings: tuple[tuple[Finding, Consequence], ...]
    done: tuple[Check, ...]
    """The checks that were made."""

    def first(self, *consequences: Consequence) -> Finding | None:
        """The first finding with one of these consequences."""
        return next((found for found, then in self.findings if then in consequences), None)

    @property
    def ticket_now(self) -> Consequence | None:
        """VISIT or TECHNICIAN where trying anything is pointless, else None."""
        for wanted in (Consequence.VISIT, Consequence.TECHNICIAN):
            if self.first(wanted) is not None:
                return wanted
        if not self.diagnosis.steps and self.diagnosis.in_the_end is not Consequence.REPLACE_SIM:
            return self.diagnosis.in_the_end
        return None

    @property
    def needs_place(self) -> bool:
        """Whether the place must be asked for before anything is tried."""
        return Ask.PLACE in self.diagnosis.asks and self.area is None and self.abroad is None


async def subject_of(
    bss: Bss, topic: Topic, customer_id: str, line_id: str, place: Area | None = None
) -> Subject | None:
    """What a customer's report is about: the line, or the line's access (else the customer's first).

    None where the customer has no such thing: no broadband, no IPTV.
    """
    line = await bss.line_by_id(line_id)
    if line is None:
        return None
    if topic in (Topic.MOBILE, Topic.CALL):
        return Subject(line, place=place)
    accesses = [
        access
        for access in await bss.broadband_of(customer_id)
        if topic is Topic.BROADBAND or access.iptv
    ]
    own = [access for access in accesses if access.line_id == line_id]
    access = next(iter(own or accesses), None)
    if access is None:
        return None
    holder = await bss.line_by_id(access.line_id)
    return Subject(holder or line, access)


async def examine(
    bss: Bss, diagnoses: Diagnoses, symptom: str | None, subject: Subject
) -> Examination:
    """Make the checks of the symptom's diagnosis, in its order; an outage or what explains the fault ends them."""
    diagnosis = diagnoses.of(symptom)
    status = None if subject.access is not None else await bss.mobile_status(subject.line.id)
    area = await _area(bss, subject, status)
    found: list[tuple[Finding, Consequence]] = []
    done: list[Check] = []
    outage = None
    for check in diagnosis.checks:
        done.append(check)
        if check is Check.OUTAGE:
            if area is not None:
                outages = await outages_at(bss, area.id, diagnoses.service)
                outage = next(iter(outages), None)
        else:
            findings = await _made(bss, check, subject, status)
            found += [(finding, diagnoses.findings[finding]) for finding in findings]
        if outage is not None or any(then is Consequence.TOLD for _, then in found):
            break
    return Examination(
        diagnosis=diagnosis,
        area=area,
        abroad=status.abroad if status is not None else None,
        seen_at=status.last_seen_at if status is not None else None,
        outage=outage,
        findings=tuple(found),
        done=tuple(done),
    )


async def _area(bss: Bss, subject: Subject, status: MobileStatus | None) -> Area | None:
    if subject.access is not None:
        return await bss.area(subject.access.area_id)
    if subject.place is not None:
        return subject.place
    if status is None or status.last_area_id is None:
        return None
    return await bss.area(status.last_area_id)


async def _made(
    bss: Bss, check: Check, subject: Subject, status: MobileStatus | None
) -> list[Finding]:
    if check is Check.LINE:
        found = _STATUS.get(subject.line.status)
        return [] if found is None else [found]
    if subject.access is not None:
        return await _made_at_home(bss, check, subject.access)
    return [] if status is None else _made_in_core(check, status)


async def _made_at_home(bss: Bss, check: Check, access: BroadbandAccess) -> list[Finding]:
    if check is Check.LINE_TEST:
        found = _VERDICTS.get((await bss.test_line(access.id)).verdict)
        return [] if found is None else [found]
    if check is Check.SET_TOP_BOX:
        boxes = await bss.set_top_boxes(access.id)
        if any(not box.online for box in boxes):
            return [Finding.BOX_OFFLINE]
        return [Finding.BOX_SIGNED_OUT] if any(not box.signed_in for box in boxes) else []
    return []


def _made_in_core(check: Check, status: MobileStatus) -> list[Finding]:
    found: list[Finding] = []
    if check is Check.REGISTRATION:
        if status.abroad is not None and not status.roaming:
            found.append(Finding.ROAMING_OFF)
        elif not status.registered:
            found.append(Finding.NOT_REGISTERED)
    elif check is Check.DATA:
        if Barring.DATA in status.barring:
            found.append(Finding.DATA_BARRED)
        if status.data in _DATA:
            found.append(_DATA[status.data])
    elif check is Check.SMS and Barring.SMS in status.barring:
        found.append(Finding.SMS_BARRED)
    elif check is Check.CALLS:
        if _CALLS & status.barring:
            found.append(Finding.CALLS_BARRED)
        if not status.volte:
            found.append(Finding.VOLTE_OFF)
    return found
