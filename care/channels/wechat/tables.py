"""Tables of the WeChat channel."""

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from care.db import Base, UtcDateTime


class WechatToken(Base):
    """The access token of an account, encrypted; who may fetch the next one holds it until ``fetching_until``."""

    __tablename__ = "wechat_tokens"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    renew_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetching_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    forced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WechatCallback(Base):
    """A message or event of a customer, and what it was answered with; a repetition is answered alike.

    ``stamps`` counts the attempts by their signed times, ``last_stamp`` is the latest of these (seconds since 1970). Until
    ``open_until`` a response may still be given.
    """

    __tablename__ = "wechat_callbacks"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    address: Mapped[str] = mapped_column(String(128), index=True)
    open_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stamps: Mapped[int] = mapped_column(default=0)
    last_stamp: Mapped[int] = mapped_column(BigInteger, default=0)
    reply: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
