"""Broadband offers, orders of installation and relocation, and bookable hours, on the embedded tables."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from care.bss.embedded import convert, convert_broadband
from care.bss.embedded.base import EmbeddedBase, plan_in_force, require_line
from care.bss.embedded.network import all_areas, place
from care.bss.embedded.order_effects import check_line
from care.bss.embedded.ordering import EmbeddedOrdering, OrderRequest
from care.bss.embedded.tables import (
    AccountRow,
    BookableHoursRow,
    BroadbandOfferRow,
    BroadbandOrderRow,
    BroadbandRow,
    LineRow,
    OrderRow,
    PlanRow,
)
from care.bss.errors import BssRejected, RejectReason
from care.bss.protocol import (
    BookableHours,
    BroadbandOffer,
    BroadbandWork,
    LineStatus,
    LineVerdict,
    OrderAction,
    OrderReceipt,
    PlaceKind,
)


@dataclass(frozen=True)
class _Site:
    """Where engineers are sent, at what speed, at what price."""

    area_id: str
    mbps: int
    monthly_fee: Decimal


class EmbeddedWorkforce(EmbeddedBase):
    """The protocol `Workforce`."""

    async def bookable_hours(self, kind: PlaceKind, place_id: str) -> tuple[BookableHours, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[BookableHours, ...]:
            rows = session.scalars(
                select(BookableHoursRow)
                .where(BookableHoursRow.kind == kind, BookableHoursRow.place_id == place_id)
                .order_by(BookableHoursRow.id)
            )
            return tuple(convert_broadband.bookable(row) for row in rows)

        return await self._read(work)


class EmbeddedBroadband(EmbeddedOrdering):
    """The protocol `Broadband`."""

    async def broadband_offers(self) -> tuple[BroadbandOffer, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[BroadbandOffer, ...]:
            rows = session.scalars(
                select(BroadbandOfferRow).order_by(BroadbandOfferRow.mbps, BroadbandOfferRow.id)
            )
            return tuple(convert_broadband.offer(row) for row in rows)

        return await self._read(work)

    async def check_installation(self, line_id: str, offer_id: str, address: str) -> None:
        """See the protocol."""
        today = self._today()

        def work(session: Session) -> None:
            line = require_line(session, line_id)
            _installation(session, line, offer_id, address, today)

        await self._read(work)

    async def install_broadband(
        self, line_id: str, offer_id: str, address: str, day: date, *, idempotency_key: str
    ) -> OrderReceipt:
        """See the protocol."""
        request = OrderRequest(
            idempotency_key, OrderAction.INSTALL_BROADBAND, line_id, offer_id, day
        )
        today = self._today()

        def apply(session: Session, line: LineRow) -> OrderRow:
            site = _installation(session, line, offer_id, address, today)
            return self._work_order(session, request, line, address, site, BroadbandWork.INSTALL)

        await self._read(lambda session: _same_address(session, idempotency_key, address))
        return await self._place(request, apply)

    async def check_relocation(self, broadband_id: str, address: str) -> None:
        """See the protocol."""
        await self._read(lambda session: _relocation(session, broadband_id, address))

    async def relocate_broadband(
        self, broadband_id: str, address: str, day: date, *, idempotency_key: str
    ) -> OrderReceipt:
        """See the protocol."""
        line_id = await self._read(lambda session: _access(session, broadband_id).line_id)
        request = OrderRequest(
            idempotency_key, OrderAction.RELOCATE_BROADBAND, line_id, broadband_id, day
        )

        def apply(session: Session, line: LineRow) -> OrderRow:
            site = _relocation(session, broadband_id, address)
            return self._work_order(
                session, request, line, address, site, BroadbandWork.RELOCATE, broadband_id
            )

        await self._read(lambda session: _same_address(session, idempotency_key, address))
        return await self._place(request, apply)

    async def finish_broadband_order(self, order_id: str, *, done: bool) -> OrderReceipt:
        """See the protocol."""
        now, today = self._clock(), self._today()

        def work(session: Session) -> OrderReceipt:
            detail = session.get(BroadbandOrderRow, order_id, with_for_update=True)
            if detail is None:
                raise BssRejected(RejectReason.UNKNOWN_ORDER)
            order = session.get_one(OrderRow, order_id)
            if detail.finished_at is None and order.cancelled_at is None:
                detail.finished_at, detail.done = now, done
                order.awaits_work = False
                if done:
                    order.effective = today
                    _carry_out(session, detail, order, today)
                else:
                    order.cancelled_at = now
                session.flush()
            return convert.receipt(order, today)

        return await self._write(work)

    def _work_order(
        self,
        session: Session,
        request: OrderRequest,
        line: LineRow,
        address: str,
        site: _Site,
        work: BroadbandWork,
        broadband_id: str | None = None,
    ) -> OrderRow:
        assert request.effective is not None
        order = self._order(request, request.effective)
        order.awaits_work = True
        detail = BroadbandOrderRow(
            order_id=order.id,
            customer_id=line.customer_id,
            work=work,
            broadband_id=broadband_id,
            address=address,
            area_id=site.area_id,
            mbps=site.mbps,
            monthly_fee=site.monthly_fee,
            done=False,
        )
        # The order gets its number from the caller; its details may be written only after it.
        session.info.setdefault("after_order", []).append(detail)
        return order


def _installation(
    session: Session, line: LineRow, offer_id: str, address: str, today: date
) -> _Site:
    """Where and what would be installed. Raises BssRejected."""
    offer = session.get(BroadbandOfferRow, offer_id)
    if offer is None or offer.work != BroadbandWork.INSTALL:
        raise BssRejected(RejectReason.UNKNOWN_OFFERING)
    if not offer.on_sale:
        raise BssRejected(RejectReason.NOT_ON_SALE)
    check_line(session, line)
    area_id = _covered(session, address, offer.mbps)
    addresses = session.scalars(
        select(BroadbandRow.address).where(BroadbandRow.customer_id == line.customer_id)
    )
    if any(_is_same(address, one) for one in addresses):
        raise BssRejected(RejectReason.SAME_ADDRESS)
    _none_pending(session, BroadbandOrderRow.customer_id == line.customer_id, address)
    plan = session.get_one(PlanRow, plan_in_force(session, line, today).offering_id)
    included = plan.broadband_mbps is not None and plan.broadband_mbps >= offer.mbps
    fee = Decimal("0.00") if included and not _has_broadband(session, line) else offer.monthly_fee
    return _Site(area_id, offer.mbps, fee)


def _relocation(session: Session, broadband_id: str, address: str) -> _Site:
    """Where the access would go. Raises BssRejected."""
    access = _access(session, broadband_id)
    line = require_line(session, access.line_id)
    account = session.get(AccountRow, line.id)
    if line.status != LineStatus.ACTIVE:
        raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
    if account is not None and account.arrears > 0:
        raise BssRejected(RejectReason.IN_ARREARS)
    if _is_same(access.address, address):
        raise BssRejected(RejectReason.SAME_ADDRESS)
    area_id = _covered(session, address, access.mbps)
    _none_pending(session, BroadbandOrderRow.broadband_id == broadband_id, None)
    return _Site(area_id, access.mbps, access.standalone_fee)


def _covered(session: Session, address: str, mbps: int) -> str:
    area = place(address, all_areas(session))
    if area is None:
        raise BssRejected(RejectReason.UNKNOWN_ADDRESS)
    if not area.broadband_available:
        raise BssRejected(RejectReason.NOT_COVERED)
    if mbps > area.max_mbps:
        raise BssRejected(RejectReason.SPEED_NOT_AVAILABLE, max_mbps=area.max_mbps)
    return area.id


def _none_pending(session: Session, whose: object, address: str | None) -> None:
    """Raise BssRejected where an engineer is on order already (at this address)."""
    addresses = session.scalars(
        select(BroadbandOrderRow.address)
        .join(OrderRow, OrderRow.id == BroadbandOrderRow.order_id)
        .where(whose, BroadbandOrderRow.finished_at.is_(None))  # type: ignore[arg-type]
        .where(OrderRow.cancelled_at.is_(None))
    ).all()
    if any(address is None or _is_same(address, one) for one in addresses):
        raise BssRejected(RejectReason.WORK_PENDING)


def _has_broadband(session: Session, line: LineRow) -> bool:
    """A plan's broadband is one line; a second one costs."""
    held = select(BroadbandRow.id).where(BroadbandRow.line_id == line.id).limit(1)
    return session.scalar(held) is not None


def _access(session: Session, broadband_id: str) -> BroadbandRow:
    row = session.get(BroadbandRow, broadband_id)
    if row is None:
        raise BssRejected(RejectReason.UNKNOWN_BROADBAND)
    return row


def _same_address(session: Session, key: str, address: str) -> None:
    """Raise BssRejected where the key names an order for another address."""
    first = session.scalar(
        select(BroadbandOrderRow.address)
        .join(OrderRow, OrderRow.id == BroadbandOrderRow.order_id)
        .where(OrderRow.idempotency_key == key)
    )
    if first is not None and first != address:
        raise BssRejected(RejectReason.KEY_REUSED)


def _carry_out(session: Session, detail: BroadbandOrderRow, order: OrderRow, today: date) -> None:
    """What the engineer leaves behind: an access at the address."""
    if detail.work == BroadbandWork.RELOCATE:
        moved = session.get_one(BroadbandRow, detail.broadband_id, with_for_update=True)
        moved.address, moved.area_id = detail.address, detail.area_id
        return
    neighbour = session.scalar(
        select(BroadbandRow.olt_id).where(BroadbandRow.area_id == detail.area_id).limit(1)
    )
    access = BroadbandRow(
        id=f"BB-{order.id}",
        customer_id=detail.customer_id,
        line_id=order.line_id,
        account=f"lz{order.id}",
        address=detail.address,
        area_id=detail.area_id,
        mbps=detail.mbps,
        ont_id=f"LZ{order.id[-10:].upper()}",
        olt_id=neighbour or f"OLT-{detail.area_id}",
        iptv=False,
        standalone_fee=detail.monthly_fee,
        since=today,
        condition=LineVerdict.OK,
    )
    session.add(access)
    session.flush()
    detail.broadband_id = access.id


def _is_same(one: str, other: str) -> bool:
    """Whether two texts name one home: one may leave out city and street, or the 室 at the end."""
    short, long = sorted(("".join(text.split()).rstrip("室户号") for text in (one, other)), key=len)
    return long.endswith(short)
