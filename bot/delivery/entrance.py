"""The one way in: whatever a member runs, presses, picks, fills in or types comes through here."""

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import Interaction

from bot.errors import NotAllowed
from bot.services.access import Use, Who

if TYPE_CHECKING:
    from bot.delivery.client import InpaintBot

AnyInteraction = Interaction[Any]

# Where people write; each may be marked as age-restricted.
_MARKED = (discord.TextChannel, discord.VoiceChannel, discord.StageChannel, discord.Thread)
ADMINS_ONLY = "That is for members who may **Manage Server**. Nothing was changed."
MODERATORS_ONLY = (
    "That is for members who may **Manage Messages** or **Manage Server**. Nothing was changed."
)


async def admit(interaction: AnyInteraction, use: Use) -> None:
    """Raise NotServed or NotAllowed with what is in the way, permissions first."""
    if use is Use.ADMIN and not may_administer(interaction):
        raise NotAllowed(ADMINS_ONLY)
    if use is Use.MODERATE and not may_moderate(interaction):
        raise NotAllowed(MODERATORS_ONLY)
    bot = cast("InpaintBot", interaction.client)
    await bot.app.desk.access.ask(who(interaction), use)


def may_administer(interaction: AnyInteraction) -> bool:
    """Whether the member may change what holds for the whole server, now."""
    return interaction.permissions.administrator or interaction.permissions.manage_guild


def may_moderate(interaction: AnyInteraction) -> bool:
    """Whether the member may decide about others' cards."""
    return may_administer(interaction) or interaction.permissions.manage_messages


def who(interaction: AnyInteraction) -> Who:
    """The member as plain ids, with the channel and what it lies in."""
    return who_in(
        interaction.user, interaction.guild_id, interaction.channel_id, interaction.channel
    )


def who_in(
    member: discord.User | discord.Member,
    guild_id: int | None,
    channel_id: int | None,
    channel: object,
) -> Who:
    """The same of anybody in a channel, however they came."""
    roles = member.roles if isinstance(member, discord.Member) else ()
    around = (channel_id, _parent_id(channel), _category_id(channel))
    return Who(
        member.id,
        guild_id or 0,
        frozenset(role.id for role in roles),
        frozenset(place for place in around if place),
        isinstance(channel, _MARKED) and channel.is_nsfw(),
    )


def _parent_id(channel: object) -> int | None:
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def _category_id(channel: object) -> int | None:
    """The category of a channel, or of the channel that a thread is in."""
    home = channel.parent if isinstance(channel, discord.Thread) else channel
    return home.category_id if isinstance(home, discord.abc.GuildChannel) else None
