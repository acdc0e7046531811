"""What the operator sells (TMF620 product catalogue)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class OfferingKind(StrEnum):
    """Kind of a product offering."""

    PLAN = "plan"
    ADDON = "addon"


class PlanSegment(StrEnum):
    """Whom a plan is made for."""

    GENERAL = "general"
    YOUTH = "youth"
    SENIOR = "senior"
    FAMILY = "family"
    ENTERPRISE = "enterprise"


class AddonKind(StrEnum):
    """Kind of an add-on."""

    VALUE_ADDED = "value_added"
    DATA_PACK = "data_pack"
    VOICE_PACK = "voice_pack"
    ROAMING = "roaming"


class Start(StrEnum):
    """When an order for an offering takes effect."""

    IMMEDIATE = "immediate"
    NEXT_MONTH = "next_month"


class ChargeKind(StrEnum):
    """Kind of a bill line (TMF678 AppliedCustomerBillingRate `type`)."""

    PLAN_FEE = "plan_fee"
    ADDON_FEE = "addon_fee"
    OVERAGE = "overage"
    ROAMING = "roaming"
    BROADBAND = "broadband"
    DEVICE = "device"
    DISCOUNT = "discount"
    ARREARS = "arrears"
    LATE_FEE = "late_fee"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices beyond a plan's allowance, in yuan."""

    data_per_gb: Decimal
    """Charged by the MB begun (1024 MB = 1 GB), rounded half up to the fen."""
    voice_per_minute: Decimal
    sms_each: Decimal
    data_cap: Decimal | None
    """The most that data beyond the allowance may cost in a month; None without a limit."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A tariff plan (TMF620 ProductOffering)."""

    id: str
    name: str
    nicknames: tuple[str, ...]
    """What customers call it; exported to the lexicon."""
    segment: PlanSegment
    min_age: int | None
    """Full years a customer must have; None for everybody."""
    max_age: int | None
    monthly_fee: Decimal
    data_mb: int
    voice_minutes: int
    sms: int
    tariff: Tariff
    broadband_mbps: int | None
    """Home broadband included, in Mbit/s; None without."""
    extra_cards: int
    """Second cards that may share the allowance free of charge."""
    extra_card_fee: Decimal
    """Yuan a month for each further second card."""
    rollover: bool
    """Whether data left over may be used until the end of the next month."""
    perks: tuple[str, ...]
    """Further benefits in plain words."""
    rules: tuple[str, ...]
    """Tariff rules in plain words, each a full sentence."""
    tariff_code: str
    """Number under which the tariff is published: an unpublished one may not be sold."""
    on_sale: bool
    """False: kept by those who have it, not sold any more."""


@dataclass(frozen=True, slots=True)
class Addon:
    """A value-added service or a pack (TMF620 ProductOffering)."""

    id: str
    name: str
    nicknames: tuple[str, ...]
    kind: AddonKind
    price: Decimal
    """Yuan a month when `recurring`, else once for `valid_days`."""
    recurring: bool
    valid_days: int | None
    """For one-off packs: days of validity; None with `recurring` or to the end of the month."""
    data_mb: int
    voice_minutes: int
    countries: tuple[str, ...]
    """Roaming packs: ISO 3166-1 alpha-2 codes in which it is valid."""
    charge_item_id: str
    starts: Start
    description: str
    rules: tuple[str, ...]
    """Price, start, term and how to cancel in plain words, each a full sentence."""
    included_with: tuple[str, ...]
    """Plans that contain it free of charge."""
    tariff_code: str
    on_sale: bool


@dataclass(frozen=True, slots=True)
class RoamingCountry:
    """A country or region in which customers may roam, with what it costs there without a pack."""

    id: str
    """ISO 3166-1 alpha-2."""
    name: str
    nicknames: tuple[str, ...]
    """What customers call it, cities included; exported to the lexicon."""
    call_per_minute: Decimal
    """Yuan for a call home or within the country."""
    receive_per_minute: Decimal
    """Yuan for a call received."""
    sms_each: Decimal
    """Yuan for a text message sent; receiving is free."""
    data_per_mb: Decimal
    """Yuan for data without a pack."""


@dataclass(frozen=True, slots=True)
class ChargeItem:
    """A kind of bill line with its explanation to the customer."""

    id: str
    name: str
    nicknames: tuple[str, ...]
    kind: ChargeKind
    explanation: str
