"""One file per provider; NEW_PROVIDER.md tells how to add one."""

from bot.providers import aithriving, apiframe, iopaint, local, modelslab, qolaba, scenario
from bot.providers.parts import Built, Factory, Off, Parts, built

__all__ = ["PROVIDERS", "Built", "Factory", "Off", "Parts", "built"]

PROVIDERS: tuple[Factory, ...] = (
    local.provider,
    aithriving.provider,
    apiframe.provider,
    iopaint.provider,
    modelslab.provider,
    qolaba.provider,
    scenario.provider,
)
