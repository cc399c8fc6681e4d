"""What an edit costs: units of the provider times credits per unit, rounded up to whole credits."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from bot.domain import Op
from bot.providers.base import PricedPer, ProviderSpec


@dataclass(frozen=True, slots=True)
class Quote:
    """Fixed on the task when it is made; `credits` is for the whole count."""

    credits: int
    per: PricedPer


def quote(spec: ProviderSpec, op: Op, count: int, credits_per_unit: Decimal = Decimal(1)) -> Quote:
    """The price of `count` pictures, in whole credits."""
    price = spec.ops[op].price
    whole = _whole(price.units, credits_per_unit)
    return Quote(whole * count if price.per is PricedPer.PICTURE else whole, price.per)


def quote_job(units: Decimal, credits_per_unit: Decimal = Decimal(1)) -> Quote:
    """The price of a job whose provider was asked for it."""
    return Quote(_whole(units, credits_per_unit), PricedPer.JOB)


def settlement(quoted: int, per: PricedPer, asked: int, delivered: int) -> int:
    """What is charged when `delivered` of `asked` pictures came; never more than was quoted."""
    delivered = min(delivered, asked)
    if per is PricedPer.PICTURE:
        return quoted // asked * delivered
    return quoted * delivered // asked


def _whole(units: Decimal, credits_per_unit: Decimal) -> int:
    return int((units * credits_per_unit).to_integral_value(ROUND_CEILING))
