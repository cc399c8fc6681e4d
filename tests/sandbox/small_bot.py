"""A bot of one command, for tests of the world around a bot."""

import discord
from discord.ext import commands


class SmallBot(commands.AutoShardedBot):
    """`/echo` answers ephemerally; `filler` more commands take ids as a later version's would."""

    def __init__(self, filler: int = 0) -> None:
        super().__init__(commands.when_mentioned, intents=discord.Intents(guilds=True))
        for number in range(filler):
            self._add(f"filler{number}")
        self._add("echo")
        self.interaction_ids: list[int] = []

    async def setup_hook(self) -> None:
        await self.tree.sync()

    def _add(self, name: str) -> None:
        @self.tree.command(name=name, description="Say it back")
        async def _(interaction: discord.Interaction) -> None:
            self.interaction_ids.append(interaction.id)
            await interaction.response.send_message("here", ephemeral=True)
