"""Which servers may use the bot at all."""

from dataclasses import dataclass

from bot.domain import Origin
from bot.errors import NotServed


@dataclass(frozen=True, slots=True)
class Access:
    """The operator's list of servers; empty lets every server in."""

    guilds: frozenset[int] = frozenset()

    def check(self, guild_id: int, origin: Origin | None = None) -> None:
        """Raise NotServed for another server; the command line is the operator's own."""
        if self.guilds and guild_id not in self.guilds and origin is not Origin.CLI:
            raise NotServed
