"""Pictures in conversations: what customers and agents sent, made anew so that nothing but the picture is kept.

A picture is decoded and written again as JPEG or PNG: place and camera that phones note in it are gone, and so is whatever
else a file may hold. They are shown to agents only (``/desk/attachments/…``) and sent over the customer's channel.
"""

import io
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from care.db import Base, UtcDateTime, new_id
from care.errors import BadRequest, NotFound

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
LONGEST_SIDE = 2048
"""Pixels; a larger picture is made smaller."""

DESK_PATH = "/desk/attachments/"
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")


class NoPicture(BadRequest):
    """A file that is no picture of a known kind, or too large a one."""

    code, status, message = "no_picture", 422, "这个文件不是可以发送的图片。"


class Attachment(Base):
    """The picture of a message."""

    __tablename__ = "attachments"

    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("messages.id"), index=True)
    mime: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    mime: str
    content: bytes


def made_anew(content: bytes) -> Picture:
    """The picture in ``content``, with nothing else of the file; takes CPU. Raises ``NoPicture``."""
    if not 0 < len(content) <= MAX_BYTES:
        raise NoPicture()
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise NoPicture()
            see_through = opened.mode in ("RGBA", "LA", "P")
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            kept = upright.convert("RGBA" if see_through else "RGB")
            kept.info.clear()
            written = io.BytesIO()
            if see_through:
                kept.save(written, "PNG", optimize=True)
                return Picture("image/png", written.getvalue())
            kept.save(written, "JPEG", quality=85)
            return Picture("image/jpeg", written.getvalue())
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
    ) as error:
        raise NoPicture() from error


def keep(session: Session, message_id: str, picture: Picture, now: datetime) -> str:
    """Keep the picture of a message; gives the address at which agents see it."""
    row = Attachment(
        id=new_id(), message_id=message_id, mime=picture.mime, content=picture.content, at=now
    )
    session.add(row)
    return f"{DESK_PATH}{row.id}"


def of_the_desk(address: str | None) -> bool:
    """Whether a picture's address is one that only agents may open."""
    return address is not None and address.startswith(DESK_PATH)


def picture_at(session: Session, address: str) -> Picture:
    """The picture at an address that ``keep`` gave. Raises ``NotFound``."""
    row = session.get(Attachment, address.removeprefix(DESK_PATH))
    if row is None:
        raise NotFound()
    return Picture(row.mime, row.content)
