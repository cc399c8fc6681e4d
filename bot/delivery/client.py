"""The Discord client: the least it may see, its commands, and one way out for errors."""

import logging
from typing import TYPE_CHECKING

import discord
from discord import (
    AllowedMentions,
    Intents,
    Interaction,
    InteractionType,
    MemberCacheFlags,
    app_commands,
)
from discord.ext import commands

from bot.delivery.buttons import Press, Recent, TaskButton
from bot.delivery.poster import Poster
from bot.delivery.replies import ReplyKeeper
from bot.delivery.reply import answer, answering
from bot.delivery.syncing import sync

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

COGS = ("cogs.inpaint", "cogs.edits")
DYNAMIC_ITEMS = (TaskButton,)


class Tree(app_commands.CommandTree["InpaintBot"]):
    """The command tree, whose errors go where all errors go."""

    async def interaction_check(self, interaction: Interaction["InpaintBot"], /) -> bool:
        """Refuse servers that the operator has not switched on; autocomplete has no answer."""
        if interaction.type is InteractionType.autocomplete:
            return True
        async with answering(interaction):
            interaction.client.app.access.check(interaction.guild_id or 0)
            return True
        return False

    async def on_error(
        self, interaction: Interaction["InpaintBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member."""
        await answer(interaction, error)


class InpaintBot(commands.AutoShardedBot):
    """Works over REST from `login` on; nothing long-lived is started by it."""

    def __init__(self, app: "App", *, always_sync: bool = False) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            tree_cls=Tree,
            help_command=None,
            intents=Intents(guilds=True),
            allowed_mentions=AllowedMentions.none(),
            member_cache_flags=MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            http_trace=app.watch.trace,
        )
        self.app = app
        self.poster = Poster(self)
        self.replies = ReplyKeeper(app, self.poster)
        self.presses: dict[str, Press] = {}
        self.recent = Recent(app.clock)
        self._always_sync = always_sync

    async def setup_hook(self) -> None:
        """Load everything and tell Discord of commands that changed."""
        await self.load()
        try:
            await sync(self, always=self._always_sync)
        except (discord.HTTPException, OSError) as error:
            # Discord being away must not stop the start.
            log.error("the commands could not be synced: %s", error)

    async def load(self) -> None:
        """Load the cogs and know the buttons again."""
        for name in COGS:
            await self.load_extension(name)
        self.add_dynamic_items(*DYNAMIC_ITEMS)


def build_bot(app: "App", *, always_sync: bool = False) -> InpaintBot:
    """Make the bot; `always_sync` is for a Discord that forgets, like the sandbox's."""
    return InpaintBot(app, always_sync=always_sync)
