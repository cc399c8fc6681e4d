"""`/help`: what one wants to do, and how."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.delivery.help_page import FIRST, TOPICS, render_help
from bot.delivery.reply import show

if TYPE_CHECKING:
    from bot.app import App


class Help(commands.Cog):
    """One page; its menu turns to another topic."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the menu."""
        self._bot.choosers["topic"] = self.topic

    @app_commands.command()
    @app_commands.guild_only()
    async def help(self, interaction: AnyInteraction) -> None:
        """How to edit a picture, step by step."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, FIRST)

    async def topic(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Turn to a topic; one of an older version's menu is the first."""
        await interaction.response.defer()
        await self._show(interaction, values[0] if values[0] in TOPICS else FIRST)

    async def _show(self, interaction: AnyInteraction, topic: str) -> None:
        name = TOPICS[topic].picture
        picture = await self._app.desk.guide.picture(name) if name else None
        sent_as = f"how-{name}{picture.suffix}" if picture else None
        files = [discord.File(picture, filename=sent_as)] if picture else []
        await show(interaction, render_help(topic, sent_as), files)


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Help(bot))
