"""`/settings`: what a member likes."""

from typing import TYPE_CHECKING, Any

from discord import app_commands
from discord.ext import commands

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction, who
from bot.delivery.reply import show
from bot.delivery.settings_page import ANY, ASK_FIRST, RANKED, render_settings
from bot.domain import Op
from bot.services.preferences import Ping, Preferences

if TYPE_CHECKING:
    from bot.app import App


class Settings(commands.Cog):
    """One page; each choice is saved as it is made."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the menus."""
        self._bot.choosers |= {
            "ping": self.ping,
            "askfirst": self.ask_first,
            "replies": self.replies,
            "favorite": self.favorite,
            "ranked": self.ranked,
        }

    @app_commands.command()
    @app_commands.guild_only()
    async def settings(self, interaction: AnyInteraction) -> None:
        """Choose when I ping you, whether I ask first, and your provider."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, await self._app.desk.members.preferences(interaction.user.id))

    async def ping(self, interaction: AnyInteraction, values: list[str]) -> None:
        """When to ping."""
        await self._prefer(interaction, ping=Ping(values[0]))

    async def ask_first(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Whether every edit waits for a Go."""
        await self._prefer(interaction, ask_first=values[0] == ASK_FIRST)

    async def replies(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Whether what they ask for in a reply goes without a Go."""
        await self._prefer(interaction, replies_at_once=values[0] != ASK_FIRST)

    async def favorite(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Which provider comes first."""
        chosen = None if values[0] == ANY else self._app.desk.routing.spec(values[0]).slug
        await self._prefer(interaction, default_provider=chosen)

    async def ranked(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Whether leaderboards name them."""
        await self._prefer(interaction, on_leaderboard=values[0] == RANKED)

    async def _prefer(self, interaction: AnyInteraction, **choices: Any) -> None:
        await interaction.response.defer()
        chosen = await self._app.desk.members.prefer(interaction.user.id, **choices)
        await self._show(interaction, chosen)

    async def _show(self, interaction: AnyInteraction, chosen: Preferences) -> None:
        member = who(interaction)
        offers = await self._app.desk.offers.providers(Op.INPAINT, member.guild_id, member.user_id)
        await show(interaction, render_settings(chosen, offers))


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Settings(bot))
