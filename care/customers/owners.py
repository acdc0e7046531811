"""Whose number an address is bound to, asked of the operator's system each time it is used."""

from datetime import timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from care.bss.errors import BssUnavailable
from care.bss.protocol import Bss
from care.clock import Clock
from care.customers.bindings import ACCOUNTS, BoundAddress, binding_of, bindings_of
from care.customers.verification import VerifiedSession
from care.db import Database

log = structlog.get_logger()


class Owners:
    """Looks at bindings in use. ``account_days`` after its last code a bound account counts as verified no more."""

    def __init__(
        self, db: Database, bss: Bss, clock: Clock, window: timedelta, account_days: int
    ) -> None:
        self._db = db
        self._bss = bss
        self._clock = clock
        self._window = window
        self._account_life = timedelta(days=account_days)

    async def refresh(self, channel: str, address: str) -> bool:
        """Look at an address that is used now; gives false when its number has another owner.

        A bound account counts as verified from now on, as after a code.
        """
        binding = await self._db.read(lambda session: binding_of(session, channel, address))
        if binding is None or binding.customer_id is None or binding.phone is None:
            return True
        if not await self.is_current(binding.customer_id, binding.line_id or "", binding.phone):
            return False
        if channel in ACCOUNTS:
            await self._db.write(lambda session: self._renew(session, channel, address))
        return True

    async def of_contact(self, contact_id: str) -> list[BoundAddress]:
        """What is bound, the oldest first."""

        def work(session: Session) -> list[BoundAddress]:
            return [
                BoundAddress(one.channel, one.phone, one.bound_at)
                for one in bindings_of(session, contact_id)
                if one.phone is not None and one.bound_at is not None
            ]

        return await self._db.read(work)

    async def is_current(self, customer_id: str, line_id: str, phone: str) -> bool:
        """Whether the number is still this customer's, by the operator's system.

        While that does not answer it is: everything about the number comes from there, so nothing is to be had either.
        """
        try:
            line = await self._bss.line(phone)
        except BssUnavailable:
            log.warning("owners.not_checked")
            return True
        return line is not None and (line.customer_id, line.id) == (customer_id, line_id)

    async def forget(self, contact_id: str) -> None:
        """The contact is verified no more."""
        await self._db.write(
            lambda session: session.execute(
                delete(VerifiedSession).where(VerifiedSession.contact_id == contact_id)
            )
        )

    def _renew(self, session: Session, channel: str, address: str) -> None:
        now = self._clock()
        binding = binding_of(session, channel, address)
        if (
            binding is None
            or binding.customer_id is None
            or binding.line_id is None
            or binding.phone is None
            or binding.proved_at is None
            or now >= binding.proved_at + self._account_life
        ):
            return
        row = session.get(VerifiedSession, binding.contact_id, with_for_update=True)
        if row is not None and row.expires_at > now:
            if row.customer_id == binding.customer_id:
                row.expires_at = now + self._window
            return
        session.merge(
            VerifiedSession(
                contact_id=binding.contact_id,
                customer_id=binding.customer_id,
                line_id=binding.line_id,
                phone=binding.phone,
                verified_at=binding.proved_at,
                expires_at=now + self._window,
            )
        )
