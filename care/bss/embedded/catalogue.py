"""The catalogue from the embedded tables."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import convert_catalogue
from care.bss.embedded.base import EmbeddedBase
from care.bss.embedded.tables import AddonRow, ChargeItemRow, CountryRow, PlanRow
from care.bss.protocol import Addon, ChargeItem, Plan, RoamingCountry


class EmbeddedCatalogue(EmbeddedBase):
    """The protocol `Catalogue`."""

    async def plans(self) -> tuple[Plan, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[Plan, ...]:
            rows = session.scalars(select(PlanRow).order_by(PlanRow.monthly_fee, PlanRow.id))
            return tuple(convert_catalogue.plan(row) for row in rows)

        return await self._read(work)

    async def plan(self, plan_id: str) -> Plan | None:
        """See the protocol."""

        def work(session: Session) -> Plan | None:
            row = session.get(PlanRow, plan_id)
            return None if row is None else convert_catalogue.plan(row)

        return await self._read(work)

    async def addons(self) -> tuple[Addon, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[Addon, ...]:
            rows = session.scalars(
                select(AddonRow).order_by(AddonRow.kind, AddonRow.price, AddonRow.id)
            )
            return tuple(convert_catalogue.addon(row) for row in rows)

        return await self._read(work)

    async def addon(self, addon_id: str) -> Addon | None:
        """See the protocol."""

        def work(session: Session) -> Addon | None:
            row = session.get(AddonRow, addon_id)
            return None if row is None else convert_catalogue.addon(row)

        return await self._read(work)

    async def charge_items(self) -> tuple[ChargeItem, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[ChargeItem, ...]:
            rows = session.scalars(select(ChargeItemRow).order_by(ChargeItemRow.id))
            return tuple(convert_catalogue.charge_item(row) for row in rows)

        return await self._read(work)

    async def countries(self) -> tuple[RoamingCountry, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[RoamingCountry, ...]:
            rows = session.scalars(select(CountryRow).order_by(CountryRow.id))
            return tuple(convert_catalogue.country(row) for row in rows)

        return await self._read(work)
