"""What can be learned of a line from afar: broadband tests, the mobile core, the IPTV platform."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded.base import EmbeddedBase, require_line
from care.bss.embedded.tables import BroadbandRow, CustomerRow, MobileStatusRow, SetTopBoxRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import (
    Barring,
    DataPolicy,
    LineTest,
    LineVerdict,
    MobileStatus,
    SetTopBox,
)

SEEN_AGO = timedelta(minutes=5)
"""When a demo line that is as it should be was last seen in the network."""

_MEASURED: dict[LineVerdict, tuple[bool, Decimal | None, Decimal | None]] = {
    # modem answers, received power in dBm, loss in percent
    LineVerdict.OK: (True, Decimal("-19.4"), Decimal("0.0")),
    LineVerdict.ONT_OFFLINE: (False, Decimal("-20.1"), None),
    LineVerdict.NO_LIGHT: (False, None, None),
    LineVerdict.WEAK_LIGHT: (True, Decimal("-28.6"), Decimal("7.5")),
    LineVerdict.CONGESTED: (True, Decimal("-21.0"), Decimal("3.2")),
    LineVerdict.SUSPENDED: (True, Decimal("-18.9"), Decimal("0.0")),
}


class EmbeddedRemoteTests(EmbeddedBase):
    """A part of the protocol `Network`. The demo's lines are always found in the state they are given."""

    async def test_line(self, broadband_id: str) -> LineTest:
        """See the protocol."""
        now = self._clock()

        def work(session: Session) -> LineTest:
            verdict = LineVerdict(_require_broadband(session, broadband_id).condition)
            online, power, loss = _MEASURED[verdict]
            return LineTest(broadband_id, verdict, online, power, loss, now)

        return await self._read(work)

    async def mobile_status(self, line_id: str) -> MobileStatus:
        """See the protocol. A line of which nothing else is said is logged in at the customer's home."""
        now = self._clock()

        def work(session: Session) -> MobileStatus:
            line = require_line(session, line_id)
            row = session.get(MobileStatusRow, line_id)
            if row is not None:
                return _status(row)
            home = session.get_one(CustomerRow, line.customer_id).area_id
            return MobileStatus(
                line_id=line_id,
                registered=True,
                last_area_id=home,
                last_seen_at=now - SEEN_AGO,
                barring=frozenset(),
                data=DataPolicy.OPEN,
                volte=True,
                abroad=None,
                roaming=False,
            )

        return await self._read(work)

    async def set_top_boxes(self, broadband_id: str) -> tuple[SetTopBox, ...]:
        """See the protocol. An access with IPTV of which nothing else is said has one box that works."""

        def work(session: Session) -> tuple[SetTopBox, ...]:
            if not _require_broadband(session, broadband_id).iptv:
                return ()
            rows = session.scalars(
                select(SetTopBoxRow)
                .where(SetTopBoxRow.broadband_id == broadband_id)
                .order_by(SetTopBoxRow.id)
            ).all()
            if not rows:
                return (SetTopBox(f"STB-{broadband_id}", broadband_id, True, True),)
            return tuple(
                SetTopBox(row.id, row.broadband_id, row.online, row.signed_in) for row in rows
            )

        return await self._read(work)


def _require_broadband(session: Session, broadband_id: str) -> BroadbandRow:
    row = session.get(BroadbandRow, broadband_id)
    if row is None:
        raise BssRejected(RejectReason.UNKNOWN_BROADBAND)
    return row


def _status(row: MobileStatusRow) -> MobileStatus:
    return MobileStatus(
        line_id=row.line_id,
        registered=row.registered,
        last_area_id=row.last_area_id,
        last_seen_at=row.last_seen_at,
        barring=frozenset(Barring(one) for one in row.barring),
        data=DataPolicy(row.data),
        volte=row.volte,
        abroad=row.abroad,
        roaming=row.roaming,
    )
