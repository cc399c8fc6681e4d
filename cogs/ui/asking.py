"""What an interaction says about who asks and from where, as plain values."""

from datetime import UTC

import discord

from bot.delivery.entrance import AnyInteraction, may_moderate, who
from bot.delivery.permissions import check_card
from bot.domain import EditRequest, Op, Origin, ReplyHandle
from bot.services.listing import Viewer


def reply_handle(interaction: AnyInteraction) -> ReplyHandle:
    """The answer to this interaction, for as long as its token lives."""
    expires_at = interaction.expires_at.astimezone(UTC)
    return ReplyHandle(interaction.application_id, interaction.token, expires_at)


def asked(
    interaction: AnyInteraction, op: Op, parent: str | None = None, n: int | None = None
) -> EditRequest:
    """Who asks, where and on what, before the options."""
    member = who(interaction)
    return EditRequest(
        request_key=str(interaction.id),
        origin=Origin.SLASH,
        user_id=member.user_id,
        guild_id=member.guild_id,
        role_ids=member.role_ids,
        place_ids=member.place_ids,
        age_restricted=member.age_restricted,
        channel_id=interaction.channel_id or 0,
        op=op,
        parent_task_id=parent,
        parent_result_n=n,
        reply=reply_handle(interaction),
        may_view=viewable_channels(interaction) if parent else None,
    )


def viewer(interaction: AnyInteraction) -> Viewer:
    """Who looks at tasks, and at which channels."""
    return Viewer(
        interaction.user.id,
        interaction.guild_id or 0,
        viewable_channels(interaction),
        may_moderate(interaction),
    )


def check_permissions(interaction: AnyInteraction) -> None:
    """Raise MissingPermission when no card could be shown in this channel."""
    check_card(interaction.channel, interaction.app_permissions)


def viewable_channels(interaction: AnyInteraction) -> frozenset[int]:
    """The channels of this server that the member can view now, threads included."""
    here = {interaction.channel_id} if interaction.channel_id else set[int]()
    guild, member = interaction.guild, interaction.user
    if guild is None or not isinstance(member, discord.Member):
        return frozenset(here)
    channels = {each.id for each in guild.channels if each.permissions_for(member).view_channel}
    threads = {each.id for each in guild.threads if _sees_thread(each, member)}
    return frozenset(here | channels | threads)


def _sees_thread(thread: discord.Thread, member: discord.Member) -> bool:
    """A private thread shows only to those in it, whom we do not track, and to moderators."""
    if thread.parent is None:
        return False
    permissions = thread.permissions_for(member)
    return permissions.view_channel and (not thread.is_private() or permissions.manage_threads)
