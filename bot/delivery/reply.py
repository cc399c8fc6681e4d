"""The one way from an error to what a member reads, and controls that always use it.

discord.py drops exceptions of dynamic items silently, and takes one in `interaction_check` for a
refusal: so the bases here wrap both. Each of them asks the server's rules before anything else.
"""

import logging
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
from discord import InteractionResponseType, app_commands, ui
from discord.ui.select import BaseSelect

from bot.delivery import words
from bot.delivery.entrance import AnyInteraction, admit
from bot.delivery.faults import Fault, fault
from bot.delivery.origin import came_from_discord
from bot.errors import BotError, ProviderError, StartupError, UserError, not_charged
from bot.services.access import Use
from bot.services.disk import NO_ROOM, is_full

log = logging.getLogger(__name__)

STALE_COMMAND = (
    "This command has just changed. Please restart Discord (Ctrl+R on a computer) and try again."
)
TOO_LATE = "Discord closed this before I could answer. Please try again."
AWAY = (
    "Discord did not let me finish that. Please try again in a minute; `/task list` shows whether "
    "an edit has begun, and nothing else was charged."
)
FORBIDDEN = (
    "Discord does not let me do that here. Ask an admin to allow me **View Channel**, "
    "**Send Messages**, **Attach Files** and **Read Message History** in this channel, then try "
    "again."
)
HALF_LETTER = "There is half a letter in your text, which cannot be kept. Please type it anew."
ANSWERED = 40060
# Unknown webhook or interaction, answered already, and a token that is over.
OVER = (10015, 10062, ANSWERED, 50027)
NOT_ALLOWED = "That cannot be used here."
SAID = {Fault.LATER: AWAY, Fault.CHANNEL_LOST: FORBIDDEN}
NEVER = r"(?!)"  # the bases themselves match no custom_id


@dataclass(frozen=True, slots=True)
class Reply:
    """What a member reads of an error; `ref` is set where the log holds more under it."""

    text: str
    ref: str | None = None


def explain(error: BaseException, use: Use = Use.LOOK) -> Reply:
    """Find the words for an error and log what the operator needs; `use` is what was refused."""
    cause = _cause(error)
    match cause:
        case UserError():
            log.debug("refused: %s", cause)
            return Reply(not_charged(cause.sentence) if use is Use.EDIT else cause.sentence)
        case ProviderError():
            log.warning("provider: %s", cause)
            return Reply(cause.sentence)
        case BotError() if not isinstance(cause, StartupError):
            log.warning("%s: %s", cause.code, cause)
            return Reply(cause.sentence)
        case discord.HTTPException(code=code) if code in OVER:
            # A connection that comes back is told of what happened while it was away.
            log.info("an interaction was over before it was answered (%s)", code)
            return Reply(not_charged(TOO_LATE) if use is Use.EDIT else TOO_LATE)
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return Reply(STALE_COMMAND)
        case app_commands.CheckFailure():
            return Reply(NOT_ALLOWED)
        case _ if came_from_discord(cause) and (text := SAID.get(fault(cause))):
            log.warning("Discord did not take an answer: %s: %s", type(cause).__name__, cause)
            return Reply(text)
        case UnicodeEncodeError():
            log.debug("refused: text that cannot be kept")
            return Reply(not_charged(HALF_LETTER) if use is Use.EDIT else HALF_LETTER)
        case _ if is_full(cause):
            log.error("the disk is full: somebody was refused")
            return Reply(NO_ROOM)
        case _:
            return _bug(cause)


def _cause(error: BaseException) -> BaseException:
    """Unwrap what discord.py puts around an error of a command or a transformer."""
    if isinstance(error, app_commands.CommandInvokeError):
        return _cause(error.original)
    if isinstance(error, app_commands.TransformerError) and error.__cause__ is not None:
        return _cause(error.__cause__)
    return error


def _bug(error: BaseException) -> Reply:
    ref = secrets.token_hex(4)
    log.error("something broke, ref %s", ref, exc_info=error)
    return Reply(
        f"Something broke, ref `{ref}`. That is our fault. Please give the operator this ref.", ref
    )


def note(text: str) -> ui.LayoutView:
    """Put one text into a layout: what shows components can never show `content` again."""
    return ui.LayoutView(timeout=None).add_item(ui.TextDisplay(text))


async def show(
    interaction: AnyInteraction, layout: ui.LayoutView, files: Sequence[discord.File] = ()
) -> None:
    """Put a page into the answer that was deferred, in place of whatever it shows."""
    await interaction.edit_original_response(
        view=layout, attachments=files, allowed_mentions=discord.AllowedMentions.none()
    )


async def tell(interaction: AnyInteraction, text: str) -> None:
    """Answer only the member, whatever has been answered before; a dead token is no error."""
    try:
        await _tell(interaction, text)
    except discord.NotFound:
        log.info("an answer came too late for its interaction")
    except discord.HTTPException as error:
        if error.code not in OVER:
            raise
        log.info("an answer found its interaction over (%s)", error.code)


async def _tell(interaction: AnyInteraction, text: str) -> None:
    if not interaction.response.is_done():
        # No layout here: discord.py would keep a task for it that outlives the handler.
        try:
            await interaction.response.send_message(text, ephemeral=True)
        except discord.HTTPException as error:
            if error.code != ANSWERED:
                raise
            # An answer whose receipt was lost has arrived: without a word it "thinks" for ever.
            await interaction.followup.send(text, ephemeral=True)
    elif interaction.response.type is InteractionResponseType.deferred_channel_message:
        # Until it is edited it would go on "thinking"; a follow-up would leave it so one day.
        await interaction.edit_original_response(view=note(text), attachments=[])
    else:
        await interaction.followup.send(text, ephemeral=True)


async def answer(interaction: AnyInteraction, error: BaseException, use: Use = Use.LOOK) -> None:
    """Tell the member what went wrong; raises nothing, since it stands at the exits."""
    reply = explain(error, use)
    try:
        # It may quote what they wrote.
        await tell(interaction, words.seen(reply.text))
    except Exception:
        # Not the text: it may quote what they wrote.
        log.exception("could not tell a member what went wrong, ref %s", reply.ref or "-")


@asynccontextmanager
async def answering(interaction: AnyInteraction, use: Use = Use.LOOK) -> AsyncGenerator[None]:
    """Answer whatever is raised inside the block, where the member is about to do `use`."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (one of the exits)
        await answer(interaction, error, use)


class SafeButton(ui.DynamicItem[ui.Button[Any]], template=NEVER):
    """A button that outlives restarts and answers its own errors: override `pressed`."""

    use = Use.LOOK

    async def may_press(self, interaction: AnyInteraction) -> bool:
        """Refuse with False after answering, or by raising."""
        return True

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Do what the button is for."""
        raise NotImplementedError

    async def interaction_check(self, interaction: AnyInteraction, /) -> bool:
        """Ask the server's rules and `may_press`."""
        async with answering(interaction, self.use):
            await admit(interaction, self.use)
            return await self.may_press(interaction)
        return False

    async def callback(self, interaction: AnyInteraction) -> None:
        """Run `pressed`."""
        async with answering(interaction, self.use):
            await self.pressed(interaction)


class SafeSelect(ui.DynamicItem[BaseSelect[Any]], template=NEVER):
    """A select menu that outlives restarts and answers its own errors: override `chosen`."""

    use = Use.LOOK

    async def may_choose(self, interaction: AnyInteraction) -> bool:
        """Refuse with False after answering, or by raising."""
        return True

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Do what was chosen: the values of a text menu, the ids of any other."""
        raise NotImplementedError

    async def interaction_check(self, interaction: AnyInteraction, /) -> bool:
        """Ask the server's rules and `may_choose`."""
        async with answering(interaction, self.use):
            await admit(interaction, self.use)
            return await self.may_choose(interaction)
        return False

    async def callback(self, interaction: AnyInteraction) -> None:
        """Run `chosen`."""
        async with answering(interaction, self.use):
            values = [str(getattr(each, "id", each)) for each in self.item.values]
            await self.chosen(interaction, values)
