"""Amounts that people write: whole, above zero, and not beyond any sense."""

from bot.errors import BadOption

AMOUNT_MAX = 1_000_000_000


def check(amount: int, least: int = 1) -> None:
    """Raise BadOption for an amount that cannot be moved."""
    if not least <= amount <= AMOUNT_MAX:
        raise BadOption(
            f"An amount goes from {least} to {AMOUNT_MAX:,} whole credits, and {amount:,} does "
            "not fit. Nothing was moved."
        )


def too_few(amount: int, available: int) -> str:
    """What a member reads who has less than they want to move."""
    return f"That takes {amount:,} credits and you have {available:,}. Nothing was moved."
