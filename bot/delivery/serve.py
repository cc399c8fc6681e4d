"""The bot on Discord, from login to the graceful stop, and what can keep it from getting there."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import discord

from bot.delivery.client import InpaintBot, build_bot
from bot.delivery.faults import brief, is_discords
from bot.delivery.gateway import coming_back_soon
from bot.delivery.invite import invite_url
from bot.delivery.origin import came_from_discord
from bot.delivery.patience import cause_of, patiently, unless
from bot.delivery.syncing import Synced, sync
from bot.errors import BadSettings, StartupError

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

UNSET = (
    "DISCORD_TOKEN is not set. Make a bot in Discord's developer portal, put its token into .env, "
    "or try everything without one: make sandbox."
)
MISSHAPEN = (
    "DISCORD_TOKEN does not look like a bot's token, which is three parts joined by dots. "
    "In the developer portal it is on the page Bot, not on General Information or OAuth2."
)
REFUSED = "Discord does not accept DISCORD_TOKEN. Copy the token again from the developer portal."
NO_DISCORD = "Discord cannot be reached. Check the network and start again."
NO_INTENTS = (
    "Discord refuses the bot's intents. Of the privileged ones it asks for Message Content alone, "
    "and only where MESSAGE_CONTENT is set: switch that on in the developer portal, on the page "
    "Bot, or leave the setting out."
)
CLOSED = "Discord ended the connection for good (code {}). Start again; the tasks go on."
NO_SYNC = "Discord did not take the commands: {}."
TOKEN_CLOSED = 4004  # as with a token that was made anew while the bot ran
SHAPE = re.compile(r"(?:[\w-]+\.){2}[\w-]+", re.ASCII)


def check_token(token: str) -> None:
    """Judge a token by its looks. Raises BadSettings."""
    if not token.strip():
        raise BadSettings(UNSET)
    if not SHAPE.fullmatch(token.strip()):
        raise BadSettings(MISSHAPEN)


async def try_token(token: str) -> None:
    """Ask Discord whether it takes the token. Raises StartupError."""
    check_token(token)
    # This client is none that works: what discord.py warns of does not matter.
    logging.getLogger("discord").setLevel(logging.ERROR)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await _log_in(client, token)


async def serve(app: "App", stop: asyncio.Event, begun: Callable[[], None] = lambda: None) -> None:
    """Log in, work until `stop` is set, and stop gracefully. Raises StartupError.

    A Discord that is away is waited for; edits go on over REST as soon as the login is done.
    `begun` is called once everything is loaded and at work, before the gateway is asked.
    """
    # The bot never speaks, and what discord.py warns of would send a newcomer looking.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    # Watched before all else, so that a port in use is told first, and a start that waits is alive.
    async with app.watched(), AsyncExitStack() as stack:
        stack.enter_context(coming_back_soon())
        # A bot of its own for each attempt: what discord.py opened for one is closed with it.
        login = patiently(
            lambda: stack.enter_async_context(_logged_in(app, build_bot(app))), app.clock
        )
        if (bot := await unless(stop, login)) is None:
            return
        app.look_at(bot)
        async with app.running(bot):
            begun()
            gateway = patiently(lambda: _connect(bot), app.clock)
            await _until(stop, gateway)


async def sync_now(app: "App") -> list[Synced]:
    """Send the commands whether they changed or not. Raises StartupError."""
    async with _logged_in(app, _Quiet(app)) as bot:
        try:
            return await sync(bot, always=True)
        except Exception as error:
            if not is_discords(error):
                raise
            raise StartupError(NO_SYNC.format(brief(error))) from error


class _Quiet(InpaintBot):
    """Knows its commands and sends none by itself."""

    async def setup_hook(self) -> None:
        await self.load()


@asynccontextmanager
async def _logged_in(app: "App", bot: InpaintBot) -> AsyncGenerator[InpaintBot]:
    token = app.settings.discord_token.get_secret_value()
    check_token(token)
    async with bot:
        await _log_in(bot, token)
        if bot.application_id:
            log.info(
                "logged in as %s; its invite link: %s", bot.user, invite_url(bot.application_id)
            )
        yield bot


async def _log_in(client: discord.Client, token: str) -> None:
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        raise BadSettings(REFUSED) from error
    except Exception as error:
        if not came_from_discord(error):
            raise
        raise _away(error) from error


async def _connect(bot: InpaintBot) -> None:
    """Stay on the gateway; of what ends that, only what came before may be tried again."""
    try:
        await bot.connect()
    except Exception as error:
        if bot.is_closed() and is_discords(error):
            raise StartupError(NO_DISCORD, log=repr(error)) from None
        raise


def _away(error: Exception) -> StartupError:
    cause = cause_of(error)
    if isinstance(cause, discord.HTTPException) and cause.status == 401:
        return BadSettings(REFUSED)
    return StartupError(NO_DISCORD, log=repr(error))


async def _until(stop: asyncio.Event, gateway: Awaitable[None]) -> None:
    try:
        await unless(stop, gateway)
    except discord.PrivilegedIntentsRequired as error:
        raise BadSettings(NO_INTENTS) from error
    except discord.ConnectionClosed as error:
        if error.code == TOKEN_CLOSED:
            raise BadSettings(REFUSED) from error
        raise StartupError(CLOSED.format(error.code)) from error
    except Exception as error:
        if not is_discords(error):
            raise
        raise _away(error) from error
