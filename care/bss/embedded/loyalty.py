"""Rewards and the exchange of points on the embedded tables."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from care.bss.embedded.base import EmbeddedBase, require_line
from care.bss.embedded.credit import credit
from care.bss.embedded.money_tables import ExchangeRow, RewardRow
from care.bss.embedded.tables import LineRow, PointsRow, UsageRow
from care.bss.errors import BssRejected, RejectReason
from care.bss.months import last_day, month_of
from care.bss.protocol import (
    Exchange,
    LineStatus,
    PaymentMethod,
    Reward,
    RewardKind,
    UsageKind,
)
from care.db import new_id


class EmbeddedLoyalty(EmbeddedBase):
    """The protocol `Loyalty`."""

    async def rewards(self) -> tuple[Reward, ...]:
        """See the protocol."""

        def work(session: Session) -> tuple[Reward, ...]:
            rows = session.scalars(select(RewardRow).order_by(RewardRow.points, RewardRow.id))
            return tuple(_reward(row) for row in rows)

        return await self._read(work)

    async def redeem_points(
        self, line_id: str, reward_id: str, *, idempotency_key: str
    ) -> Exchange:
        """See the protocol."""

        def work(session: Session) -> Exchange:
            line = require_line(session, line_id, lock=True)
            row = session.scalars(
                select(ExchangeRow).where(ExchangeRow.idempotency_key == idempotency_key)
            ).one_or_none()
            if row is None:
                row = self._exchange(session, line, reward_id, idempotency_key)
            elif (row.line_id, row.reward_id) != (line_id, reward_id):
                raise BssRejected(RejectReason.KEY_REUSED)
            return _exchange(row)

        try:
            return await self._write(work)
        except IntegrityError:
            # One key, two lines, at the same moment: look again, now that the other is committed.
            return await self._write(work)

    def _exchange(self, session: Session, line: LineRow, reward_id: str, key: str) -> ExchangeRow:
        reward = session.get(RewardRow, reward_id)
        if reward is None:
            raise BssRejected(RejectReason.UNKNOWN_OFFERING)
        if line.primary_line_id is not None:
            raise BssRejected(RejectReason.SECOND_CARD)
        if reward.kind == RewardKind.DATA and line.status != LineStatus.ACTIVE:
            raise BssRejected(RejectReason.LINE_NOT_ACTIVE)
        account = session.get(PointsRow, line.customer_id, with_for_update=True)
        if account is None or account.points < reward.points:
            raise BssRejected(RejectReason.NOT_ENOUGH_POINTS)
        account.points -= reward.points
        account.expiring_points = max(0, account.expiring_points - reward.points)
        if not account.expiring_points:
            account.expires_on = None
        if reward.kind == RewardKind.CREDIT:
            credit(session, line, reward.yuan, PaymentMethod.POINTS, self._clock())
        else:
            self._grant_data(session, line, reward)
        row = ExchangeRow(
            id=new_id(),
            idempotency_key=key,
            customer_id=line.customer_id,
            line_id=line.id,
            reward_id=reward.id,
            points=reward.points,
            at=self._clock(),
        )
        session.add(row)
        session.flush()
        return row

    def _grant_data(self, session: Session, line: LineRow, reward: RewardRow) -> None:
        month = month_of(self._today())
        session.add(
            UsageRow(
                id=new_id(),
                line_id=line.id,
                month=month,
                position=0,
                kind=UsageKind.DATA,
                offering_id=reward.id,
                name=reward.name,
                total=reward.data_mb,
                used=0,
                over=0,
                valid_until=last_day(month),
                roaming=False,
            )
        )


def _reward(row: RewardRow) -> Reward:
    return Reward(
        id=row.id,
        name=row.name,
        kind=RewardKind(row.kind),
        points=row.points,
        yuan=row.yuan,
        data_mb=row.data_mb,
    )


def _exchange(row: ExchangeRow) -> Exchange:
    return Exchange(
        id=row.id,
        customer_id=row.customer_id,
        line_id=row.line_id,
        reward_id=row.reward_id,
        points=row.points,
        at=row.at,
    )
