"""Areas, outages and shops from the embedded tables."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import convert, convert_catalogue
from care.bss.embedded.remote_tests import EmbeddedRemoteTests
from care.bss.embedded.tables import AreaRow, BroadbandRow, OutageAreaRow, OutageRow, StoreRow
from care.bss.protocol import Area, BroadbandAccess, Outage, Store


class EmbeddedNetwork(EmbeddedRemoteTests):
    """The protocols `Network` and `Stores`."""

    async def areas(self) -> tuple[Area, ...]:
        """See the protocol."""
        return await self._read(all_areas)

    async def area(self, area_id: str) -> Area | None:
        """See the protocol."""

        def work(session: Session) -> Area | None:
            row = session.get(AreaRow, area_id)
            return None if row is None else convert_catalogue.area(row)

        return await self._read(work)

    async def area_of(self, address: str) -> Area | None:
        """See the protocol. The longest name found decides; the area's own goes before a street."""

        def work(session: Session) -> Area | None:
            return place(address, all_areas(session))

        return await self._read(work)

    async def outages(self, area_id: str) -> tuple[Outage, ...]:
        """See the protocol."""
        now = self._clock()

        def work(session: Session) -> tuple[Outage, ...]:
            rows = session.scalars(
                select(OutageRow)
                .join(OutageAreaRow, OutageAreaRow.outage_id == OutageRow.id)
                .where(OutageAreaRow.area_id == area_id)
                .where(OutageRow.started_at <= now, OutageRow.ended_at.is_(None))
                .order_by(OutageRow.started_at.desc(), OutageRow.id)
            ).all()
            return tuple(_outage(session, row) for row in rows)

        return await self._read(work)

    async def outage(self, outage_id: str) -> Outage | None:
        """See the protocol."""

        def work(session: Session) -> Outage | None:
            row = session.get(OutageRow, outage_id)
            return None if row is None else _outage(session, row)

        return await self._read(work)

    async def broadband(self, broadband_id: str) -> BroadbandAccess | None:
        """See the protocol."""

        def work(session: Session) -> BroadbandAccess | None:
            row = session.get(BroadbandRow, broadband_id)
            return None if row is None else convert.broadband(row)

        return await self._read(work)

    async def stores(self) -> tuple[Store, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[Store, ...]:
            rows = session.scalars(select(StoreRow).order_by(StoreRow.id))
            return tuple(convert_catalogue.store(row) for row in rows)

        return await self._read(work)


def place(address: str, areas: tuple[Area, ...]) -> Area | None:
    """The area whose name, nickname or street stands in `address`; None where none or several fit.

    An area's own name goes before a street, and a longer name before a shorter one in it.
    """
    text = "".join(address.split())
    for named in (lambda area: (area.name, *area.nicknames), lambda area: area.streets):
        found = [(len(name), area) for area in areas for name in named(area) if name in text]
        longest = max((length for length, _ in found), default=0)
        fitting = {area.id: area for length, area in found if length == longest}
        if len(fitting) == 1:
            return next(iter(fitting.values()))
    return None


def all_areas(session: Session) -> tuple[Area, ...]:
    """Every area that is served, by its identifier."""
    return tuple(
        convert_catalogue.area(row) for row in session.scalars(select(AreaRow).order_by(AreaRow.id))
    )


def _outage(session: Session, row: OutageRow) -> Outage:
    area_ids = session.scalars(
        select(OutageAreaRow.area_id)
        .where(OutageAreaRow.outage_id == row.id)
        .order_by(OutageAreaRow.area_id)
    ).all()
    return convert.outage(row, list(area_ids))
