"""One file per provider; NEW_PROVIDER.md tells how to add one."""

from bot.providers import apiframe, iopaint, local, scenario
from bot.providers.parts import Built, Factory, Off, Parts, built

__all__ = ["PROVIDERS", "Built", "Factory", "Off", "Parts", "built"]

PROVIDERS: tuple[Factory, ...] = (
    local.provider,
    apiframe.provider,
    iopaint.provider,
    scenario.provider,
)
