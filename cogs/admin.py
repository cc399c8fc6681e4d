"""`/server`: what a server's admins choose, and whom they keep out."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.delivery.client import USE, InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.delivery.forms import Form
from bot.delivery.lists import render_blocked, render_changes
from bot.delivery.reply import show, tell
from bot.delivery.server_page import Operator, limits_form, render_server, words_form
from bot.delivery.settings_page import ANY
from bot.delivery.words import date, mention
from bot.domain import Op
from bot.errors import MissingPermission
from bot.services.access import Use
from bot.services.guilds import REASON_LENGTH_MAX
from bot.services.spans import IDEAS, parse_until
from cogs.tasks import page_number
from cogs.ui.choices import quiet, text_choices
from cogs.ui.numbers import read_limits, read_words

if TYPE_CHECKING:
    from bot.app import App

NOT_BLOCKED = "That member is not blocked here. Nothing was changed."
CANNOT_POST = (
    "I cannot post in <#{}>. I need **View Channel**, **Send Messages** and **Read Message "
    "History** there. Nothing was changed."
)


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class Server(
    commands.GroupCog,
    group_name="server",
    group_description="How the bot works in this server",
    group_extras={USE: Use.ADMIN},
):
    """Everything here asks for Manage Server, in Discord and at the entrance."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over pages, menus and forms."""
        self._bot.presses |= {
            "server": self.back,
            "blocked": self.blocked_page,
            "changes": self.changes_page,
            "limits": self.open_limits,
            "words": self.open_words,
            "pause": self.pause,
            "resume": self.resume,
        }
        self._bot.choosers |= {
            "providers": self.choose_providers,
            "default": self.choose_default,
            "channels": self.choose_channels,
            "roles": self.choose_roles,
            "reports": self.choose_reports,
        }
        self._bot.forms |= {
            "limits": Form(Use.ADMIN, self.limits_sent),
            "words": Form(Use.ADMIN, self.words_sent),
        }

    @app_commands.command()
    async def settings(self, interaction: AnyInteraction) -> None:
        """Providers, channels, roles, limits, blocked words, reports, pause."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction)

    @app_commands.command()
    @app_commands.describe(
        member="Who may not use the bot here any more",
        until="12h, 7d, a day like 2027-01-31; for good if left out",
        reason="What the member reads when trying",
    )
    async def block(
        self,
        interaction: AnyInteraction,
        member: discord.User,
        until: str = "",
        reason: Range[str, 0, REASON_LENGTH_MAX] = "",
    ) -> None:
        """Keep a member from using the bot here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        end = parse_until(until, self._app.clock.now())
        await self._app.desk.guilds.block(
            interaction.guild_id or 0, interaction.user.id, member.id, end, reason
        )
        when = f"until {date(end)}" if end else "for good"
        await tell(interaction, f"{mention(member.id)} may not use the bot here, {when}.")

    @app_commands.command()
    @app_commands.describe(member="Who may use the bot here again")
    async def unblock(self, interaction: AnyInteraction, member: discord.User) -> None:
        """Let a blocked member use the bot again."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        lifted = await self._app.desk.guilds.unblock(
            interaction.guild_id or 0, interaction.user.id, member.id
        )
        said = f"{mention(member.id)} may use the bot here again."
        await tell(interaction, said if lifted else NOT_BLOCKED)

    @app_commands.command()
    async def blocked(self, interaction: AnyInteraction) -> None:
        """List the members who may not use the bot here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._blocked(interaction, 1)

    @app_commands.command()
    async def log(self, interaction: AnyInteraction) -> None:
        """List what was changed, by whom and when."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._changes(interaction, 1)

    @block.autocomplete("until")
    @quiet
    async def _spans(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        typed = current.strip().lower()
        return text_choices(idea for idea in IDEAS if typed in idea)

    async def back(self, interaction: AnyInteraction, _about: str) -> None:
        """Return to the settings."""
        await interaction.response.defer()
        await self._show(interaction)

    async def blocked_page(self, interaction: AnyInteraction, number: str) -> None:
        """Turn to a page of blocked members."""
        await interaction.response.defer()
        await self._blocked(interaction, page_number(number))

    async def changes_page(self, interaction: AnyInteraction, number: str) -> None:
        """Turn to a page of the log."""
        await interaction.response.defer()
        await self._changes(interaction, page_number(number))

    async def open_limits(self, interaction: AnyInteraction, _about: str) -> None:
        """Open the form for the numbers."""
        seen = await self._app.desk.guilds.overview(interaction.guild_id or 0)
        await interaction.response.send_modal(limits_form(seen.rules, self._operator()))

    async def open_words(self, interaction: AnyInteraction, _about: str) -> None:
        """Open the form for the blocked words."""
        seen = await self._app.desk.guilds.overview(interaction.guild_id or 0)
        await interaction.response.send_modal(words_form(seen.rules))

    async def limits_sent(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Keep the numbers."""
        await self._change(interaction, lambda: read_limits(values, self._operator()))

    async def words_sent(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Keep the words and their sentence."""
        await self._change(interaction, lambda: read_words(values))

    async def pause(self, interaction: AnyInteraction, _about: str) -> None:
        """Take no new edits."""
        await self._change(interaction, lambda: {"paused": True})

    async def resume(self, interaction: AnyInteraction, _about: str) -> None:
        """Take edits again."""
        await self._change(interaction, lambda: {"paused": False})

    async def choose_providers(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Which providers may be used; none is all."""
        await self._change(interaction, lambda: {"providers": tuple(values)})

    async def choose_default(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Which provider comes first."""
        chosen = None if values[0] == ANY else values[0]
        await self._change(interaction, lambda: {"default_provider": chosen})

    async def choose_channels(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Where the bot may be used; none is everywhere."""
        await self._change(interaction, lambda: {"channels": tuple(map(int, values))})

    async def choose_roles(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Who may use it; none is everyone."""
        await self._change(interaction, lambda: {"roles": tuple(map(int, values))})

    async def choose_reports(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Where reports go."""
        channel_id = int(values[0]) if values else None
        await self._change(interaction, lambda: _report_channel(interaction, channel_id))
        self._app.desk.reports.waiting.set()

    async def _change(
        self, interaction: AnyInteraction, read: Callable[[], Mapping[str, Any]]
    ) -> None:
        """Keep what was chosen and show the page anew, also after a refusal."""
        await interaction.response.defer()
        try:
            await self._app.desk.guilds.change(
                interaction.guild_id or 0, interaction.user.id, **read()
            )
        finally:
            await self._show(interaction)

    async def _show(self, interaction: AnyInteraction) -> None:
        seen = await self._app.desk.guilds.overview(interaction.guild_id or 0)
        offers = self._app.desk.routing.offers(Op.INPAINT)
        await show(interaction, render_server(seen, offers, self._operator()))

    async def _blocked(self, interaction: AnyInteraction, number: int) -> None:
        page = await self._app.desk.guilds.blocked(interaction.guild_id or 0, number)
        await show(interaction, render_blocked(page))

    async def _changes(self, interaction: AnyInteraction, number: int) -> None:
        page = await self._app.desk.guilds.changes(interaction.guild_id or 0, number)
        await show(interaction, render_changes(page))

    def _operator(self) -> Operator:
        return Operator(self._app.desk.limits, self._app.settings.retention_days)


def _report_channel(interaction: AnyInteraction, channel_id: int | None) -> dict[str, Any]:
    """The channel, once the bot may post there."""
    guild = interaction.guild
    channel = guild.get_channel(channel_id) if guild and channel_id else None
    if guild and channel:
        may = channel.permissions_for(guild.me)
        if not (may.view_channel and may.send_messages and may.read_message_history):
            raise MissingPermission(CANNOT_POST.format(channel_id))
    return {"report_channel": channel_id}


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Server(bot))
