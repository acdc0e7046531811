"""Areas, broadband access, outages and line tests (TMF656, TMF639, TMF653, TMF673)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class AreaKind(StrEnum):
    """Decides the legal repair time: 48 h urban, 72 h rural (电信条例 Art. 32)."""

    URBAN = "urban"
    RURAL = "rural"


class Service(StrEnum):
    """A service that a fault can touch."""

    BROADBAND = "broadband"
    IPTV = "iptv"
    MOBILE = "mobile"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Area:
    """A residential area or village (TMF673 GeographicAddress group)."""

    id: str
    name: str
    nicknames: tuple[str, ...]
    district: str
    streets: tuple[str, ...]
    """Street names with numbers that lie in it, used to place an address."""
    kind: AreaKind
    broadband_available: bool
    max_mbps: int


@dataclass(frozen=True, slots=True)
class BroadbandAccess:
    """A home's fixed line and its equipment (TMF639 Resource)."""

    id: str
    customer_id: str
    line_id: str
    """The line whose bill carries it."""
    account: str
    address: str
    area_id: str
    mbps: int
    ont_id: str
    """The modem's serial number (光猫)."""
    olt_id: str
    """The exchange equipment it hangs on."""
    iptv: bool
    standalone_fee: Decimal
    """Yuan a month while the line's plan includes no broadband."""
    since: date


class OutageState(StrEnum):
    """State of an outage (TMF656 ServiceProblem `status`)."""

    INVESTIGATING = "investigating"
    REPAIRING = "repairing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Outage:
    """A known fault that touches whole areas (TMF656 ServiceProblem)."""

    id: str
    area_ids: tuple[str, ...]
    services: tuple[Service, ...]
    state: OutageState
    cause: str
    """In plain words for the customer."""
    started_at: datetime
    expected_at: datetime | None
    """When service is expected back, UTC; None while unknown."""
    ended_at: datetime | None


class LineVerdict(StrEnum):
    """What a remote test says about a broadband access."""

    OK = "ok"
    ONT_OFFLINE = "ont_offline"
    """No answer from the modem: power or equipment."""
    NO_LIGHT = "no_light"
    """No optical signal: fibre cut or unplugged."""
    WEAK_LIGHT = "weak_light"
    """Optical signal under the limit: bent or dirty fibre."""
    CONGESTED = "congested"
    """Line sound, exchange port overloaded."""
    SUSPENDED = "suspended"
    """Blocked for arrears or at the customer's request."""


@dataclass(frozen=True, slots=True)
class LineTest:
    """Result of a remote test (TMF653 ServiceTest)."""

    broadband_id: str
    verdict: LineVerdict
    ont_online: bool
    rx_power_dbm: Decimal | None
    """Received optical power; sound is above -27 dBm. None where no light arrives."""
    loss_percent: Decimal | None
    tested_at: datetime

    @property
    def needs_visit(self) -> bool:
        """Whether the fault can only be mended by an engineer."""
        return self.verdict in (LineVerdict.NO_LIGHT, LineVerdict.WEAK_LIGHT)


class Barring(StrEnum):
    """What the mobile core refuses a line, whatever its status in billing."""

    OUTGOING_CALLS = "outgoing_calls"
    INCOMING_CALLS = "incoming_calls"
    SMS = "sms"
    DATA = "data"


class DataPolicy(StrEnum):
    """How the mobile core treats a line's data today (TMF635 policy control)."""

    OPEN = "open"
    THROTTLED = "throttled"
    """Slowed down, the month's allowance being used up."""
    STOPPED = "stopped"
    """Stopped for the rest of the month at the allowance's end, as the customer has set it."""


@dataclass(frozen=True, slots=True)
class MobileStatus:
    """What the mobile core knows of a line (TMF639 logical resource). Where somebody is, is personal data."""

    line_id: str
    registered: bool
    """Whether the telephone is logged in to the network right now."""
    last_area_id: str | None
    """The area of the cell it was last seen in; None where that lies outside of every area or is not known."""
    last_seen_at: datetime | None
    barring: frozenset[Barring]
    data: DataPolicy
    volte: bool
    """Whether calls over 4G are switched on for the line."""
    abroad: str | None
    """ISO 3166-1 alpha-2 of the country it was last seen in, None at home."""
    roaming: bool
    """Whether the line may be used abroad."""


@dataclass(frozen=True, slots=True)
class SetTopBox:
    """A television's box on a broadband access, as the IPTV platform sees it (TMF639 Resource)."""

    id: str
    broadband_id: str
    online: bool
    signed_in: bool
    """Whether the platform has let its account in."""
