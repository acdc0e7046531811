"""What a change from one plan to another brings and costs, as data for the offer."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from care.bss.protocol import Plan
from care.wording import either


class Feature(StrEnum):
    """Something in which plans differ."""

    DATA = "data"
    VOICE = "voice"
    SMS = "sms"
    BROADBAND = "broadband"
    EXTRA_CARDS = "extra_cards"
    ROLLOVER = "rollover"
    PERK = "perk"
    DATA_PRICE = "data_price"
    VOICE_PRICE = "voice_price"
    SMS_PRICE = "sms_price"
    DATA_CAP = "data_cap"


NAMES: dict[Feature, tuple[str, str]] = {
    Feature.DATA: ("国内流量", "data"),
    Feature.VOICE: ("国内通话", "calls"),
    Feature.SMS: ("短信", "texts"),
    Feature.BROADBAND: ("家庭宽带", "home broadband"),
    Feature.EXTRA_CARDS: ("免费副卡", "free second cards"),
    Feature.ROLLOVER: ("流量结转", "data carried over"),
    Feature.PERK: ("权益", "benefits"),
    Feature.DATA_PRICE: ("套餐外流量", "data beyond the plan"),
    Feature.VOICE_PRICE: ("套餐外通话", "calls beyond the plan"),
    Feature.SMS_PRICE: ("套餐外短信", "texts beyond the plan"),
    Feature.DATA_CAP: ("套餐外流量费封顶", "most for data beyond the plan"),
}
"""The field's terms for the features, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One feature in which two plans differ; `before` or `after` is None where it is missing."""

    feature: Feature
    before: str | None
    """Value with its unit, e.g. `60GB`; of a perk its words."""
    after: str | None

    @property
    def text(self) -> str:
        """The difference in a few words, e.g. `国内流量 60GB→20GB`."""
        if self.feature is Feature.PERK:
            return self.before or self.after or ""
        name = either(*NAMES[self.feature])
        if self.before is not None and self.after is not None:
            return f"{name} {self.before}→{self.after}"
        return f"{name} {self.before or self.after or ''}".rstrip()


@dataclass(frozen=True, slots=True)
class PlanComparison:
    """Two plans side by side."""

    old: Plan
    new: Plan
    fee_difference: Decimal
    """Yuan a month more (less when negative)."""
    lost: tuple[Difference, ...]
    """What there is less of or what gets dearer."""
    gained: tuple[Difference, ...]
    """What there is more of or what gets cheaper."""


def compare(old: Plan, new: Plan) -> PlanComparison:
    """Everything in which `new` is worse or better than `old`."""
    lost: list[Difference] = []
    gained: list[Difference] = []
    for feature, before, after in _amounts(old, new):
        if before != after:
            difference = Difference(feature, _text(feature, before), _text(feature, after))
            (lost if after < before else gained).append(difference)
    for feature, price_before, price_after in _prices(old, new):
        if price_before != price_after:
            texts = (_price(feature, price_before), _price(feature, price_after))
            # No cap at all is dearer than any cap.
            cheaper = price_before is None or (
                price_after is not None and price_after < price_before
            )
            (gained if cheaper else lost).append(Difference(feature, *texts))
    lost += [Difference(Feature.PERK, perk, None) for perk in old.perks if perk not in new.perks]
    gained += [Difference(Feature.PERK, None, perk) for perk in new.perks if perk not in old.perks]
    return PlanComparison(old, new, new.monthly_fee - old.monthly_fee, tuple(lost), tuple(gained))


def data_text(mb: int) -> str:
    """An amount of data as people write it: `20GB`, `1.5GB`, `300MB`."""
    if mb < 1024:
        return f"{mb}MB"
    return f"{Decimal(mb) / 1024:.2f}".rstrip("0").rstrip(".") + "GB"


def _amounts(old: Plan, new: Plan) -> list[tuple[Feature, int, int]]:
    return [
        (Feature.DATA, old.data_mb, new.data_mb),
        (Feature.VOICE, old.voice_minutes, new.voice_minutes),
        (Feature.SMS, old.sms, new.sms),
        (Feature.BROADBAND, old.broadband_mbps or 0, new.broadband_mbps or 0),
        (Feature.EXTRA_CARDS, old.extra_cards, new.extra_cards),
        (Feature.ROLLOVER, int(old.rollover), int(new.rollover)),
    ]


def _prices(old: Plan, new: Plan) -> list[tuple[Feature, Decimal | None, Decimal | None]]:
    before, after = old.tariff, new.tariff
    return [
        (Feature.DATA_PRICE, before.data_per_gb, after.data_per_gb),
        (Feature.VOICE_PRICE, before.voice_per_minute, after.voice_per_minute),
        (Feature.SMS_PRICE, before.sms_each, after.sms_each),
        (Feature.DATA_CAP, before.data_cap, after.data_cap),
    ]


def _text(feature: Feature, amount: int) -> str | None:
    if not amount:
        return None
    if feature is Feature.DATA:
        return data_text(amount)
    if feature is Feature.ROLLOVER:
        return ""
    unit = {
        Feature.VOICE: either("分钟", " minutes"),
        Feature.SMS: either("条", ""),
        Feature.BROADBAND: "M",
        Feature.EXTRA_CARDS: either("张", ""),
    }[feature]
    return f"{amount}{unit}"


def _price(feature: Feature, price: Decimal | None) -> str | None:
    if price is None:
        return None
    unit = {
        Feature.DATA_PRICE: either("元/GB", " yuan/GB"),
        Feature.VOICE_PRICE: either("元/分钟", " yuan/minute"),
        Feature.SMS_PRICE: either("元/条", " yuan each"),
        Feature.DATA_CAP: either("元/月", " yuan a month"),
    }[feature]
    text = f"{price:.2f}"
    return (text.removesuffix(".00")) + unit
