"""What customers and the platform send: each kind of message and event as a frozen value.

``read`` takes the values of an envelope; those of the mini programs' JSON have the same names. A kind that we do not
know is an ``OtherMessage`` or ``OtherEvent``, never an error: the platform invents new ones, and wants them acknowledged.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from care.channels.wechat.errors import ProtocolError

_ID = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,20}")
_DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,12})?")


@dataclass(frozen=True)
class Incoming:
    """Of every message and event: from whom, to which account, when (seconds since 1970), and its id if it has one."""

    sender: str
    account: str
    created: int
    msg_id: str | None

    @property
    def key(self) -> str:
        """The same for each delivery of the same message: id with sender and time, for the id alone has collided.

        At most 160 characters.
        """
        return f"{self.sender}:{self.created}:{self.msg_id or _digest(self._what())}"

    def _what(self) -> str:
        return type(self).__name__


@dataclass(frozen=True)
class Text(Incoming):
    """A text; ``menu_id`` is that of the pressed entry of a ``msgmenu``."""

    content: str
    menu_id: str | None = None


@dataclass(frozen=True)
class Image(Incoming):
    """A picture, fetched by ``media_id`` within 3 days; ``url`` shows it on WeChat's server."""

    media_id: str
    url: str


@dataclass(frozen=True)
class Voice(Incoming):
    """A voice message; ``recognition`` is WeChat's transcript, empty when it made none."""

    media_id: str
    format: str
    recognition: str


@dataclass(frozen=True)
class Video(Incoming):
    """A video, or a short one that was filmed in the chat."""

    media_id: str
    thumb_media_id: str


@dataclass(frozen=True)
class Location(Incoming):
    """A place that the customer chose on the map."""

    latitude: float
    longitude: float
    label: str


@dataclass(frozen=True)
class Link(Incoming):
    """A page that the customer shared."""

    title: str
    description: str
    url: str


@dataclass(frozen=True)
class OtherMessage(Incoming):
    """A message of another kind (a file, a sticker, …)."""

    kind: str


@dataclass(frozen=True)
class Event(Incoming):
    """Something the customer did without saying anything; events have no id."""


@dataclass(frozen=True)
class Subscribed(Event):
    """Follows the account; ``scene`` is what the QR code stood for, empty without one."""

    scene: str


@dataclass(frozen=True)
class Unsubscribed(Event):
    """Follows it no more: nothing can be sent to this customer."""


@dataclass(frozen=True)
class Scanned(Event):
    """A follower scanned a QR code."""

    scene: str

    def _what(self) -> str:
        return f"scan {self.scene}"


@dataclass(frozen=True)
class Clicked(Event):
    """Pressed an entry of the menu that sends us its key."""

    menu_key: str

    def _what(self) -> str:
        return f"click {self.menu_key}"


@dataclass(frozen=True)
class Viewed(Event):
    """Pressed an entry of the menu that opens a page."""

    url: str


@dataclass(frozen=True)
class LocationReported(Event):
    """Where the phone is, for accounts that asked to be told; nothing the customer said."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class OtherEvent(Event):
    """An event of another kind (a template message was delivered, …)."""

    kind: str

    def _what(self) -> str:
        return f"other {self.kind}"


def read(values: Mapping[str, str]) -> Incoming:
    """The message or event that ``values`` are. Raises ``ProtocolError``."""
    kind = values.get("MsgType", "").strip()
    if not kind:
        raise ProtocolError("no_kind")
    sender, account = _identity(values, "FromUserName"), _identity(values, "ToUserName")
    created = int(_digits(values, "CreateTime"))
    if kind == "event":
        return _event(values, sender, account, created)
    base = (sender, account, created, _digits(values, "MsgId"))
    match kind:
        case "text":
            return Text(*base, values.get("Content", ""), _optional(values, "bizmsgmenuid"))
        case "image":
            return Image(*base, _line(values, "MediaId"), _line(values, "PicUrl"))
        case "voice":
            media_id, form = _line(values, "MediaId"), _line(values, "Format")
            return Voice(*base, media_id, form, values.get("Recognition", ""))
        case "video" | "shortvideo":
            return Video(*base, _line(values, "MediaId"), _line(values, "ThumbMediaId"))
        case "location":
            place = _degrees(values, "Location_X"), _degrees(values, "Location_Y")
            return Location(*base, *place, values.get("Label", ""))
        case "link":
            return Link(*base, *(values.get(name, "") for name in ("Title", "Description", "Url")))
    return OtherMessage(*base, kind[:40])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _event(values: Mapping[str, str], sender: str, account: str, created: int) -> Event:
    kind = values.get("Event", "").strip()
    base = (sender, account, created, None)
    key = values.get("EventKey", "")
    match kind.lower():
        case "subscribe":
            return Subscribed(*base, key.removeprefix("qrscene_"))
        case "unsubscribe":
            return Unsubscribed(*base)
        case "scan":
            return Scanned(*base, key)
        case "click":
            return Clicked(*base, key)
        case "view":
            return Viewed(*base, key)
        case "location":
            return LocationReported(
                *base, _degrees(values, "Latitude"), _degrees(values, "Longitude")
            )
        case "":
            raise ProtocolError("no_event")
    return OtherEvent(*base, kind[:40])


def _identity(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "").strip()
    if not _ID.fullmatch(value):
        raise ProtocolError(f"no_{name}")
    return value


def _digits(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "").strip()
    if not _DIGITS.fullmatch(value):
        raise ProtocolError(f"no_{name}")
    return value


def _degrees(values: Mapping[str, str], name: str) -> float:
    value = values.get(name, "").strip()
    if not _DECIMAL.fullmatch(value):
        raise ProtocolError(f"no_{name}")
    return float(value)


def _line(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").strip()


def _optional(values: Mapping[str, str], name: str) -> str | None:
    return _line(values, name) or None
