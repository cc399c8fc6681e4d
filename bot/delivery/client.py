"""The Discord client: the least it may see, its commands, and one way out for errors."""

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

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
        )
        self.app = app
        self.poster = Poster(self)
        self.replies = ReplyKeeper(app, self.poster)
        self.presses: dict[str, Press] = {}
        self.recent = Recent(app.clock)
        self._always_sync = always_sync

    async def setup_hook(self) -> None:
        """Load the cogs, know the buttons again, and tell Discord of commands that changed."""
        for name in COGS:
            await self.load_extension(name)
        self.add_dynamic_items(*DYNAMIC_ITEMS)
        for guild_id in self.app.settings.guild_ids_synced or (None,):
            await self._sync(guild_id)

    async def _sync(self, guild_id: int | None) -> None:
        """Send the commands if they changed; Discord being away must not stop the start."""
        guild = discord.Object(guild_id) if guild_id else None
        if guild:
            self.tree.copy_global_to(guild=guild)
        key, content = f"commands:{self.application_id}:{guild_id or 'all'}", self._content(guild)
        if not self._always_sync and await self.app.state.get(key) == content:
            return
        try:
            await self.tree.sync(guild=guild)
        except (discord.HTTPException, OSError) as error:
            log.error("the commands could not be synced: %s", error)
            return
        await self.app.state.set(key, content)
        log.info("the commands were synced")

    def _content(self, guild: discord.abc.Snowflake | None) -> str:
        """A hash of everything that Discord is told of the commands."""
        payloads: list[Any] = [
            command.to_dict(self.tree) for command in self.tree.get_commands(guild=guild)
        ]
        text = json.dumps(sorted(payloads, key=lambda each: each["name"]), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def build_bot(app: "App", *, always_sync: bool = False) -> InpaintBot:
    """Make the bot; `always_sync` is for a Discord that forgets, like the sandbox's."""
    return InpaintBot(app, always_sync=always_sync)
