"""Faults: is there an outage here, what does the line test say, what can be tried at home.

All functions may raise BssUnavailable.
"""

from dataclasses import dataclass

from care.bss.protocol import Area, BroadbandAccess, Bss, LineTest, Outage, Service
from care.faults.diagnosis import Diagnoses, Diagnosis


@dataclass(frozen=True, slots=True)
class Examination:
    """What is known about a fault before anybody is sent."""

    access: BroadbandAccess | None
    area: Area | None
    outage: Outage | None
    """A known outage that explains it; then neither test nor self-help is needed."""
    line_test: LineTest | None
    diagnosis: Diagnosis

    @property
    def needs_visit(self) -> bool:
        """Whether self-help is pointless: an engineer must come."""
        tested = self.line_test is not None and self.line_test.needs_visit
        return self.outage is None and (tested or not self.diagnosis.steps)


async def outages_at(bss: Bss, area_id: str, service: Service | None = None) -> tuple[Outage, ...]:
    """Live outages of an area, the newest first; only those that touch `service` if it is given."""
    found = await bss.outages(area_id)
    return tuple(outage for outage in found if service is None or service in outage.services)


async def area_of_customer(bss: Bss, customer_id: str) -> Area | None:
    """The area of the customer's broadband, else of the address on the contract.

    None where it is not known or where several accesses lie in different areas: ask which.
    """
    areas = {access.area_id for access in await bss.broadband_of(customer_id)}
    if len(areas) > 1:
        return None
    if not areas:
        customer = await bss.customer(customer_id)
        areas = {customer.area_id} if customer is not None and customer.area_id else set()
    return await bss.area(areas.pop()) if areas else None


async def area_of_text(bss: Bss, text: str) -> Area | None:
    """The area that a customer's words (an area's identifier, its name, an address) lie in."""
    return await bss.area(text) or await bss.area_of(text)


async def measure_line(bss: Bss, broadband_id: str) -> LineTest:
    """Measure the access from the exchange. Raises BssRejected(UNKNOWN_BROADBAND)."""
    return await bss.test_line(broadband_id)


async def examine(
    bss: Bss,
    diagnoses: Diagnoses,
    symptom: str | None,
    *,
    access: BroadbandAccess | None = None,
    area_id: str | None = None,
    service: Service = Service.BROADBAND,
) -> Examination:
    """Look for an outage, then test the line, as the symptom's diagnosis says.

    `access` is the customer's broadband where it is known; `area_id` where only the place is.
    """
    diagnosis = diagnoses.of(symptom)
    where = access.area_id if access is not None else area_id
    area = await bss.area(where) if where is not None else None
    outage = line_test = None
    if diagnosis.outage_first and area is not None:
        outage = next(iter(await outages_at(bss, area.id, service)), None)
    if outage is None and diagnosis.line_test and access is not None:
        line_test = await bss.test_line(access.id)
    return Examination(access, area, outage, line_test, diagnosis)
