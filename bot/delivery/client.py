"""The Discord client: the least it may see, its commands, and one way out for errors."""

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

from bot.delivery import forms
from bot.delivery.buttons import Press, Recent, TaskButton
from bot.delivery.entrance import admit
from bot.delivery.faults import brief
from bot.delivery.forms import Form
from bot.delivery.gateway import LaunchingBot
from bot.delivery.menus import Picked, TaskMenu
from bot.delivery.origin import came_from_discord
from bot.delivery.poster import Poster
from bot.delivery.replies import ReplyKeeper
from bot.delivery.reply import answer, answering, explain
from bot.delivery.selects import Chooser, Chosen
from bot.delivery.syncing import sync
from bot.services.access import Use

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

COGS = (
    "cogs.inpaint",
    "cogs.picking",
    "cogs.replying",
    "cogs.imagine",
    "cogs.edits",
    "cogs.results",
    "cogs.drafts",
    "cogs.tasks",
    "cogs.settings",
    "cogs.admin",
    "cogs.credits",
    "cogs.credits_admin",
    "cogs.privacy",
    "cogs.reports",
    "cogs.providers",
    "cogs.help",
    "cogs.about",
)
DYNAMIC_ITEMS = (TaskButton, Chooser, TaskMenu)
# What Discord wants us to wait longer for is held up by whoever asked, and holds nobody else up.
RATELIMIT_WAIT_S = 60.0
USE = "use"  # in a command's or group's extras


class Tree(app_commands.CommandTree["InpaintBot"]):
    """The command tree, whose errors go where all errors go."""

    async def interaction_check(self, interaction: Interaction["InpaintBot"], /) -> bool:
        """Ask the server's rules; autocomplete has no answer but to offer nothing."""
        use = use_of(interaction.command)
        if interaction.type is not InteractionType.autocomplete:
            async with answering(interaction, use):
                await admit(interaction, use)
                return True
            return False
        try:
            await admit(interaction, use)
        except Exception as error:  # noqa: BLE001 (one of the exits)
            explain(error)
            await interaction.response.autocomplete([])
            return False
        return True

    async def on_error(
        self, interaction: Interaction["InpaintBot"], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the member."""
        await answer(interaction, error, use_of(interaction.command))


def use_of(command: object) -> Use:
    """What a command asks of the member: its own word, or that of the group it is in."""
    if isinstance(command, app_commands.ContextMenu):
        return command.extras.get(USE, Use.LOOK)
    while isinstance(command, app_commands.Command | app_commands.Group):
        if USE in command.extras:
            return command.extras[USE]
        command = command.parent
    return Use.LOOK


class InpaintBot(LaunchingBot):
    """Works over REST from `login` on; nothing long-lived is started by it."""

    def __init__(self, app: "App", *, always_sync: bool = False) -> None:
        super().__init__(
            clock=app.clock,
            command_prefix=commands.when_mentioned,
            tree_cls=Tree,
            help_command=None,
            intents=Intents(
                guilds=True, guild_messages=True, message_content=app.settings.message_content
            ),
            allowed_mentions=AllowedMentions.none(),
            member_cache_flags=MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_contexts=app_commands.AppCommandContext(guild=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            http_trace=app.watch.trace,
            max_ratelimit_timeout=RATELIMIT_WAIT_S,
        )
        self.app = app
        self.poster = Poster(self)
        self.replies = ReplyKeeper(app, self.poster)
        self.presses: dict[str, Press] = {}
        self.choosers: dict[str, Chosen] = {}
        self.menus: dict[str, Picked] = {}
        self.forms: dict[str, Form] = {}
        self.recent = Recent(app.clock)
        self._always_sync = always_sync

    async def on_interaction(self, interaction: Interaction[Any]) -> None:
        """Take the forms; commands and components have handlers of their own."""
        if interaction.type is InteractionType.modal_submit:
            await forms.submitted(interaction)

    async def on_message(self, message: discord.Message, /) -> None:
        """There are no text commands; `cogs/replying.py` takes replies."""

    async def setup_hook(self) -> None:
        """Load everything and tell Discord of commands that changed."""
        await self.load()
        try:
            await sync(self, always=self._always_sync)
        except Exception as error:
            if not came_from_discord(error):
                raise
            # Discord being away must not stop the start.
            log.error(
                "the commands could not be synced: %s; `inpaint-bot sync` sends them", brief(error)
            )

    async def load(self) -> None:
        """Load the cogs and know the buttons again."""
        for name in COGS:
            await self.load_extension(name)
        self.add_dynamic_items(*DYNAMIC_ITEMS)


def build_bot(app: "App", *, always_sync: bool = False) -> InpaintBot:
    """Make the bot; `always_sync` is for a Discord that forgets, like the sandbox's."""
    return InpaintBot(app, always_sync=always_sync)
