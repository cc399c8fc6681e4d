"""`/about`: which version this is, how it does, and what it keeps."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.delivery.about_page import render_about
from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.delivery.reply import show
from bot.services.version import version

if TYPE_CHECKING:
    from bot.app import App


class About(commands.Cog):
    """Tells of the bot itself."""

    def __init__(self, bot: InpaintBot) -> None:
        self._app: App = bot.app

    @app_commands.command()
    @app_commands.guild_only()
    async def about(self, interaction: AnyInteraction) -> None:
        """How the bot is doing, and what it keeps of you."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings, seen = self._app.settings, await self._app.desk.standings.now()
        layout = render_about(
            version(),
            seen,
            self._app.clock.now(),
            settings.retention_days,
            settings.privacy_url,
        )
        await show(interaction, layout)


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(About(bot))
