"""Who is this: verification by a one-time code sent to a phone number.

A code has six digits, lives some minutes, is good for one use and is stored as a keyed hash. Wrong codes lock the
number; sending is limited by number, contact and network address. An unknown number gets the same answer as a known
one: nobody learns here who is a customer.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Select, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.bss.protocol import Bss
from care.clock import Clock
from care.customers.bindings import STORY_JOB, bind, binding_of, customers_of
from care.customers.contacts import Contact
from care.customers.sms import SmsFailed, SmsGateway
from care.db import Base, Database, UtcDateTime, new_id
from care.db.jobs import schedule
from care.errors import CareError, Conflict, RateLimited

IDENTITY = "identity"


class CodeWrong(CareError):
    """Not the code; ``left`` tries remain."""

    code, status, message = "code_wrong", 422, "验证码不对。"


class CodeExpired(CareError):
    """There is no code to check, or its time is over."""

    code, status, message = "code_expired", 422, "验证码已失效，请重新获取。"


class NumberLocked(RateLimited):
    """Too many wrong codes; ``retry_after`` in seconds."""

    code, message = "number_locked", "验证码输错次数太多，请稍后再试。"


class BoundToAnother(Conflict):
    """The chat goes on at several addresses of one customer; a number of somebody else has no place in it."""

    code, message = "bound_to_another", "这个聊天已经绑定了另一位客户的号码。"


class Challenge(Base):
    """A code that was asked for."""

    __tablename__ = "verification_challenges"
    __table_args__ = (Index("ix_challenges_open", "contact_id", "closed_at", "expires_at"),)

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"))
    phone: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(60))
    code_hash: Mapped[str] = mapped_column(String(64))
    known: Mapped[bool]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # used, replaced or locked


class CodeRequest(Base):
    """A code asked for, counted against the limits by keyed hashes of number and address."""

    __tablename__ = "code_requests"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    phone_key: Mapped[str] = mapped_column(String(64), index=True)
    contact_id: Mapped[str] = mapped_column(String(26), index=True)
    network_key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PhoneLock(Base):
    """A number for which too many wrong codes were typed."""

    __tablename__ = "phone_locks"

    phone_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class VerifiedSession(Base):
    """A contact that has shown that a number is theirs, until ``expires_at``."""

    __tablename__ = "verified_sessions"

    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(40))
    line_id: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = mapped_column(String(20))
    verified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Verified:
    """Who a contact has shown to be."""

    contact_id: str
    customer_id: str
    line_id: str
    phone: str
    until: datetime


@dataclass(frozen=True)
class Limits:
    """The figures of verification; counts are per hour."""

    life: timedelta
    tries: int
    lock: timedelta
    per_phone: int
    per_contact: int
    per_network: int
    session: timedelta


def code_expected(session: Session, contact_id: str, now: datetime) -> bool:
    """Whether six digits from this contact may be a one-time code."""
    return session.scalar(_open_challenges(contact_id, now).limit(1)) is not None


def verified_now(session: Session, contact_id: str, now: datetime) -> Verified | None:
    """Who this contact has shown to be, while it counts."""
    row = session.get(VerifiedSession, contact_id)
    if row is None or row.expires_at <= now:
        return None
    return Verified(contact_id, row.customer_id, row.line_id, row.phone, row.expires_at)


class Verification:
    """Sends and checks one-time codes."""

    def __init__(
        self,
        db: Database,
        bss: Bss,
        sms: SmsGateway,
        clock: Clock,
        limits: Limits,
        pepper: bytes,
        new_code: Callable[[], str],
    ) -> None:
        self._db = db
        self._bss = bss
        self._sms = sms
        self._clock = clock
        self._limits = limits
        self._pepper = pepper
        self._new_code = new_code

    async def send_code(
        self,
        contact_id: str,
        phone: str,
        network: str,
        *,
        purpose: str = IDENTITY,
        subject: str = "",
    ) -> None:
        """Send a new code to ``phone``; older ones of this contact no longer count.

        ``subject`` is what the code agrees to and stands in the text message. ``network`` is empty for who writes through a
        platform (WeChat): the limit for a network address is none for them. Raises ``RateLimited``,
        ``NumberLocked``, ``BoundToAnother`` and ``SmsFailed``; an unknown number looks like a known one.
        """
        line = await self._bss.line(phone)
        known = line is not None
        owner = line.customer_id if line is not None else ""
        if purpose == IDENTITY:
            await self._db.read(lambda session: _require_same(session, contact_id, owner))
        code = self._new_code()
        await self._db.write(
            lambda session: self._challenge(
                session, contact_id, phone, network, purpose, code, known
            )
        )
        if not known:
            return
        minutes = int(self._limits.life.total_seconds() // 60)
        text = f"【小讯】验证码{code}，{minutes}分钟内有效。{subject}切勿告诉任何人，工作人员也不会向您索要。"
        try:
            await self._sms.send(phone, text)
        except SmsFailed:
            await self._db.write(lambda session: self._close_all(session, contact_id))
            raise

    async def check_identity(
        self, contact_id: str, code: str, at: tuple[str, str] | None = None
    ) -> Verified:
        """Check the code and begin a verified session; binds the address ``at`` (channel, address) it was given at.

        Raises ``CodeWrong``, ``CodeExpired``, ``NumberLocked`` or ``BoundToAnother``.
        """
        challenge = await self._check(contact_id, code, IDENTITY)
        line = await self._bss.line(challenge.phone)
        if line is None:
            raise CodeExpired()
        now = self._clock()
        row = VerifiedSession(
            contact_id=contact_id,
            customer_id=line.customer_id,
            line_id=line.id,
            phone=challenge.phone,
            verified_at=now,
            expires_at=now + self._limits.session,
        )

        def work(session: Session) -> None:
            _require_same(session, contact_id, line.customer_id)
            session.merge(row)
            binding = binding_of(session, *at) if at is not None else None
            if binding is not None and binding.contact_id == contact_id:
                bind(session, binding, line.customer_id, line.id, challenge.phone, now)
                where = {"channel": binding.channel, "address": binding.address}
                schedule(session, STORY_JOB, where, now)

        await self._db.write(work)
        return Verified(contact_id, line.customer_id, line.id, challenge.phone, row.expires_at)

    async def check_consent(self, contact_id: str, code: str, purpose: str) -> str:
        """Check a code that was sent for ``purpose``; gives the challenge's id, which is the proof's.

        Raises ``CodeWrong``, ``CodeExpired`` or ``NumberLocked``.
        """
        return (await self._check(contact_id, code, purpose)).id

    async def verified(self, contact_id: str) -> Verified | None:
        """Who this contact has shown to be, while it counts."""
        return await self._db.read(lambda session: verified_now(session, contact_id, self._clock()))

    async def awaits(self, contact_id: str, phone: str, purpose: str) -> bool:
        """Whether a code for this is on its way and still good."""

        def work(session: Session) -> bool:
            query = _open_challenges(contact_id, self._clock())
            query = query.where(Challenge.phone == phone, Challenge.purpose == purpose)
            return session.scalar(query.limit(1)) is not None

        return await self._db.read(work)

    async def withdraw(self, contact_id: str) -> None:
        """Codes sent so far no longer count."""
        await self._db.write(lambda session: self._close_all(session, contact_id))

    async def forget(self, contact_id: str) -> None:
        """End the verified session."""

        def work(session: Session) -> None:
            row = session.get(VerifiedSession, contact_id)
            if row is not None:
                session.delete(row)

        await self._db.write(work)

    async def _check(self, contact_id: str, code: str, purpose: str) -> Challenge:
        outcome = await self._db.write(
            lambda session: self._try_code(session, contact_id, code, purpose)
        )
        if isinstance(outcome, CareError):
            raise outcome
        return outcome

    def _try_code(
        self, session: Session, contact_id: str, code: str, purpose: str
    ) -> Challenge | CareError:
        # A wrong try must be kept, so errors are given back and the transaction is committed.
        now = self._clock()
        challenge = session.scalar(
            _open_challenges(contact_id, now)
            .where(Challenge.purpose == purpose)
            .order_by(Challenge.id.desc())
            .limit(1)
            .with_for_update()
        )
        if challenge is None:
            return CodeExpired()
        if until := self._locked_until(session, challenge.phone, now):
            return NumberLocked(retry_after=int((until - now).total_seconds()))
        matches = hmac.compare_digest(challenge.code_hash, self._code_hash(challenge.id, code))
        if matches and challenge.known:
            challenge.closed_at = now
            return challenge
        challenge.tries += 1
        if challenge.tries < self._limits.tries:
            return CodeWrong(left=self._limits.tries - challenge.tries)
        challenge.closed_at = now
        session.merge(
            PhoneLock(phone_key=self._key(challenge.phone), until=now + self._limits.lock)
        )
        return NumberLocked(retry_after=int(self._limits.lock.total_seconds()))

    def _challenge(
        self,
        session: Session,
        contact_id: str,
        phone: str,
        network: str,
        purpose: str,
        code: str,
        known: bool,
    ) -> None:
        now = self._clock()
        if until := self._locked_until(session, phone, now):
            raise NumberLocked(retry_after=int((until - now).total_seconds()))
        request = CodeRequest(
            id=new_id(),
            phone_key=self._key(phone),
            contact_id=contact_id,
            network_key=self._key(network),
            at=now,
        )
        self._check_limits(session, request, now)
        session.add(request)
        self._close_all(session, contact_id)
        challenge_id = new_id()
        session.add(
            Challenge(
                id=challenge_id,
                contact_id=contact_id,
                phone=phone,
                purpose=purpose,
                code_hash=self._code_hash(challenge_id, code),
                known=known,
                tries=0,
                created_at=now,
                expires_at=now + self._limits.life,
            )
        )

    def _check_limits(self, session: Session, request: CodeRequest, now: datetime) -> None:
        since = now - timedelta(hours=1)
        for column, key, most in (
            (CodeRequest.phone_key, request.phone_key, self._limits.per_phone),
            (CodeRequest.contact_id, request.contact_id, self._limits.per_contact),
            (CodeRequest.network_key, request.network_key, self._limits.per_network),
        ):
            if key == self._key(""):
                continue  # through a platform, whose own address is no customer's
            count = session.scalar(
                select(func.count()).where(column == key, CodeRequest.at > since)
            )
            if (count or 0) >= most:
                raise RateLimited("获取验证码太频繁了，请一小时后再试。", retry_after=3600)

    def _close_all(self, session: Session, contact_id: str) -> None:
        session.execute(
            update(Challenge)
            .where(Challenge.contact_id == contact_id, Challenge.closed_at.is_(None))
            .values(closed_at=self._clock())
        )

    def _locked_until(self, session: Session, phone: str, now: datetime) -> datetime | None:
        lock = session.get(PhoneLock, self._key(phone))
        return lock.until if lock is not None and lock.until > now else None

    def _code_hash(self, challenge_id: str, code: str) -> str:
        return hmac.new(self._pepper, f"{challenge_id}:{code}".encode(), hashlib.sha256).hexdigest()

    def _key(self, value: str) -> str:
        return hmac.new(self._pepper, value.encode(), hashlib.sha256).hexdigest()


def _require_same(session: Session, contact_id: str, customer_id: str) -> None:
    contact = session.get(Contact, contact_id)
    if contact is None or not contact.shared:
        return
    customers = customers_of(session, contact_id)
    if customers and customer_id not in customers:
        raise BoundToAnother()


def _open_challenges(contact_id: str, now: datetime) -> Select[Challenge]:
    return select(Challenge).where(
        Challenge.contact_id == contact_id,
        Challenge.closed_at.is_(None),
        Challenge.expires_at > now,
    )
