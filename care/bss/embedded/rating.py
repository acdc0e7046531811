"""What usage beyond the allowance costs (TMF635 rating), from a plan's tariff."""

from decimal import ROUND_HALF_UP, Decimal

from care.bss.protocol import Tariff

FEN = Decimal("0.01")


def data_charge(tariff: Tariff, mb: int) -> Decimal:
    """Yuan for `mb` MB beyond the allowance, rounded half up to the fen, at most the cap."""
    amount = (tariff.data_per_gb * mb / 1024).quantize(FEN, ROUND_HALF_UP)
    return amount if tariff.data_cap is None else min(amount, tariff.data_cap.quantize(FEN))


def voice_charge(tariff: Tariff, minutes: int) -> Decimal:
    """Yuan for `minutes` beyond the allowance."""
    return (tariff.voice_per_minute * minutes).quantize(FEN, ROUND_HALF_UP)


def sms_charge(tariff: Tariff, messages: int) -> Decimal:
    """Yuan for `messages` beyond the allowance."""
    return (tariff.sms_each * messages).quantize(FEN, ROUND_HALF_UP)


def late_fee(arrears: Decimal, per_mille: Decimal, days: int) -> Decimal:
    """Yuan for arrears that are `days` days late (电信条例 Art. 34), rounded half up."""
    return (arrears * per_mille * days / 1000).quantize(FEN, ROUND_HALF_UP)
