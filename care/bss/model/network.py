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
