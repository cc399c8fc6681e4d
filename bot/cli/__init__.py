"""The command line. Light by itself: every picture worker imports it with the main module."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 is good, 1 refused or found wrong, 2 for what keeps it from starting."""
    from bot.cli.command import execute

    return execute(argv)
