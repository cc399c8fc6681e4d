"""How much one member and one server may ask for at a time."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import LimitReached
from bot.services import reading
from bot.services.guild_rules import GuildRules

# Open drafts of a member: one more lets the oldest go, which is free and refuses nobody.
DRAFTS_MAX = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """The operator's limits; counts of tasks that hold credits, and characters."""

    live_member_max: int
    live_guild_max: int
    prompt_length_max: int

    def under(self, rules: GuildRules) -> "Limits":
        """The operator's limits, or a server's own where those are lower."""
        return Limits(
            _lower(self.live_member_max, rules.live_member_max),
            _lower(self.live_guild_max, rules.live_guild_max),
            _lower(self.prompt_length_max, rules.prompt_length_max),
        )

    def check_prompt(self, prompt: str) -> None:
        """Raise LimitReached when the prompt is too long."""
        if len(prompt) > self.prompt_length_max:
            raise LimitReached(
                f"Your prompt has {len(prompt):,} characters, and {self.prompt_length_max:,} fit. "
                "Shorten it and send it again."
            )

    async def check_live(self, session: AsyncSession, person_id: int, guild_id: int) -> None:
        """Raise LimitReached when the member or the server has as many edits running as allowed."""
        mine, everyones = await reading.live_counts(session, person_id, guild_id)
        if mine >= self.live_member_max:
            raise LimitReached(
                f"You already have {_edits(mine)} running, which is the limit here. "
                "Wait for one to finish or cancel one, then send this again."
            )
        if everyones >= self.live_guild_max:
            raise LimitReached(
                f"This server already has {_edits(everyones)} running, which is its limit. "
                "Try again in a minute."
            )


def _lower(operators: int, guilds: int | None) -> int:
    return operators if guilds is None else min(operators, guilds)


def _edits(count: int) -> str:
    return "1 edit" if count == 1 else f"{count} edits"
