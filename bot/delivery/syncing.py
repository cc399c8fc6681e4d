"""Tells Discord of the commands: when they changed, or when asked to."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

if TYPE_CHECKING:
    from bot.delivery.client import InpaintBot

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Synced:
    """The commands of one server, or of all (`guild_id` is None), as Discord has them now."""

    guild_id: int | None
    names: Sequence[str]


async def sync(bot: "InpaintBot", *, always: bool) -> list[Synced]:
    """Send the commands, unless they are the same as last time; raises what discord.py raises."""
    places = bot.app.settings.guild_ids_synced or (None,)
    return [
        await _sync(bot, guild_id) for guild_id in places if always or await _changed(bot, guild_id)
    ]


async def _changed(bot: "InpaintBot", guild_id: int | None) -> bool:
    return await bot.app.state.get(_key(bot, guild_id)) != _content(bot, guild_id)


async def _sync(bot: "InpaintBot", guild_id: int | None) -> Synced:
    content = _content(bot, guild_id)
    sent = await bot.tree.sync(guild=_guild(guild_id))
    await bot.app.state.set(_key(bot, guild_id), content)
    log.info("the commands were synced")
    return Synced(guild_id, [command.name for command in sent])


def _content(bot: "InpaintBot", guild_id: int | None) -> str:
    """A hash of everything that Discord is told of the commands."""
    guild = _guild(guild_id)
    if guild:
        bot.tree.copy_global_to(guild=guild)
    commands = bot.tree.get_commands(guild=guild)
    payloads: list[dict[str, Any]] = [command.to_dict(bot.tree) for command in commands]
    text = json.dumps(sorted(payloads, key=lambda each: each["name"]), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _key(bot: "InpaintBot", guild_id: int | None) -> str:
    return f"commands:{bot.application_id}:{guild_id or 'all'}"


def _guild(guild_id: int | None) -> discord.Object | None:
    return discord.Object(guild_id) if guild_id else None
