"""`/privacy`: everything that is kept about a member, given to them or gone."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.client import USE, InpaintBot
from bot.delivery.credit_pages import said, with_file
from bot.delivery.entrance import AnyInteraction
from bot.delivery.privacy_page import NOTHING_KEPT, after_text, export_text, render_before
from bot.delivery.reply import show, tell
from bot.services.access import Use
from bot.services.passing import passing_folder

if TYPE_CHECKING:
    from bot.app import App

FILE = "my-data.zip"


@app_commands.guild_only()
class Privacy(
    commands.GroupCog,
    group_name="privacy",
    group_description="What is kept about you",
    group_extras={USE: Use.TAKE_BACK},
):
    """Open to everybody, also to those whom a server's rules keep out."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the button."""
        self._bot.presses["forget"] = self.forget

    @app_commands.command()
    async def export(self, interaction: AnyInteraction) -> None:
        """Get a file of everything that is kept about you."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with passing_folder(self._app.settings.data_dir / "work") as folder:
            packed = await self._app.credits.dossiers.write(
                interaction.user.id, folder / FILE, interaction.filesize_limit
            )
            if packed is None:
                await tell(interaction, NOTHING_KEPT)
                return
            page = with_file(export_text(packed), FILE)
            await show(interaction, page, [discord.File(folder / FILE, FILE)])

    @app_commands.command()
    async def delete(self, interaction: AnyInteraction) -> None:
        """Delete everything that is kept about you, in every server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await show(interaction, render_before())

    async def forget(self, interaction: AnyInteraction, _about: str) -> None:
        """Do it."""
        await interaction.response.defer()
        asked = await self._app.credits.erasures.ask(interaction.user.id)
        await show(interaction, said(after_text(asked)))


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Privacy(bot))
