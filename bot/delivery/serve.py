"""The bot on Discord, from login to the graceful stop."""

import asyncio
from typing import TYPE_CHECKING

import discord

from bot.delivery.client import build_bot
from bot.errors import BadSettings, StartupError

if TYPE_CHECKING:
    from bot.app import App

UNSET = (
    "DISCORD_TOKEN is not set. Make a bot in Discord's developer portal, put its token into .env, "
    "or try everything without one: make sandbox."
)
REFUSED = "Discord does not accept DISCORD_TOKEN. Copy the token again from the developer portal."
NO_DISCORD = "Discord cannot be reached. Check the network and start again."


async def serve(app: "App", stop: asyncio.Event) -> None:
    """Log in, work until `stop` is set, and stop gracefully. Raises StartupError."""
    token = app.settings.discord_token.get_secret_value()
    if not token:
        raise BadSettings(UNSET)
    async with build_bot(app) as bot:
        try:
            await bot.login(token)
        except discord.LoginFailure as error:
            raise BadSettings(REFUSED) from error
        except OSError as error:
            raise StartupError(NO_DISCORD, log=repr(error)) from error
        async with app.running(bot):
            await _until(stop, asyncio.create_task(bot.connect(), name="gateway"))


async def _until(stop: asyncio.Event, gateway: asyncio.Task[None]) -> None:
    asked = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.wait({gateway, asked}, return_when=asyncio.FIRST_COMPLETED)
        if gateway.done():
            gateway.result()
    finally:
        asked.cancel()
        gateway.cancel()
        await asyncio.gather(gateway, asked, return_exceptions=True)
