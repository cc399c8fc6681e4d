"""What a server's admins chose, as one frozen value; who reads it asks nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import guild_row
from bot.services.ports import Clock
from bot.services.records import from_json, to_json


@dataclass(frozen=True, slots=True)
class GuildRules:
    """None, or empty, leaves it to the operator; `paused` closes intake for the whole server."""

    default_provider: str | None = None
    providers: tuple[str, ...] = ()
    channels: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    report_channel: int | None = None
    live_member_max: int | None = None
    live_guild_max: int | None = None
    prompt_length_max: int | None = None
    retention_days: int | None = None
    blocked_words: tuple[str, ...] = ()
    words_sentence: str = ""
    paused: bool = False

    def allows(self, provider: str) -> bool:
        """Whether this provider may be used here."""
        return not self.providers or provider in self.providers


TITLES: Mapping[str, str] = {
    "default_provider": "Default provider",
    "providers": "Providers allowed",
    "channels": "Channels allowed",
    "roles": "Roles allowed",
    "report_channel": "Report channel",
    "live_member_max": "Edits at once, a member",
    "live_guild_max": "Edits at once, the server",
    "prompt_length_max": "Longest prompt",
    "retention_days": "Days that pictures are kept",
    "blocked_words": "Blocked words",
    "words_sentence": "Sentence about blocked words",
    "paused": "New edits paused",
}
_MENTIONS = {"channels": "<#{}>", "report_channel": "<#{}>", "roles": "<@&{}>"}


def said(name: str, value: Any) -> str:
    """One value as the log shows it; empty for what is not set."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(said(name, each) for each in cast("tuple[Any, ...]", value))
    if value is None:
        return ""
    return _MENTIONS.get(name, "{}").format(value)


async def load(session: AsyncSession, guild_id: int) -> GuildRules:
    """The rules of a server, or the operator's for one that has none."""
    kept = await guild_row.read(session, guild_id)
    return from_json(GuildRules, dict(kept.settings or {}))


async def store(session: AsyncSession, guild_id: int, rules: GuildRules, clock: Clock) -> None:
    """Keep them, beside whatever else the server's row holds."""
    values = {"settings": to_json(rules), "updated_at": clock.now()}
    await guild_row.write(session, guild_id, values)
