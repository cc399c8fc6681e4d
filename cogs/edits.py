"""The buttons under drafts and cards: Go, Invert, Cancel, Again and Delete."""

from typing import TYPE_CHECKING

from discord.ext import commands

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import may_moderate, who
from bot.delivery.reply import tell
from bot.errors import TaskGone
from bot.services.tasks import CancelOutcome
from cogs.ui.asking import AnyInteraction, check_permissions, reply_handle
from cogs.ui.showing import show_made

if TYPE_CHECKING:
    from bot.app import App

TOO_LATE = "It is already at the provider and cannot be taken back. It will end by itself."


class Edits(commands.Cog):
    """Does what the buttons say."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the verbs."""
        self._bot.presses |= {
            "go": self.go,
            "take": self.take,
            "invert": self.invert,
            "cancel": self.cancel,
            "again": self.again,
            "delete": self.delete,
        }

    async def go(self, interaction: AnyInteraction, task_id: str) -> None:
        """Start a draft."""
        await interaction.response.defer()
        check_permissions(interaction)
        # The answer to a reply is everybody's, and becomes the card: the view loop's.
        public = interaction.message is not None and not interaction.message.flags.ephemeral
        reply = None if public else reply_handle(interaction)
        await self._app.intake.go(task_id, who(interaction), reply)
        if reply:
            await self._bot.replies.show(task_id, reply)

    async def take(self, interaction: AnyInteraction, about: str) -> None:
        """Start a draft by another provider than the one that is paused."""
        await interaction.response.defer()
        check_permissions(interaction)
        reply = reply_handle(interaction)
        task_id, _, slug = about.partition("-")
        await self._app.taking.take(task_id, slug, who(interaction), reply)
        await self._bot.replies.show(task_id, reply)

    async def invert(self, interaction: AnyInteraction, task_id: str) -> None:
        """Turn a draft's mask around."""
        await interaction.response.defer()
        await self._app.intake.invert(task_id, who(interaction))
        await self._bot.replies.show(task_id, reply_handle(interaction))

    async def cancel(self, interaction: AnyInteraction, task_id: str) -> None:
        """Take an edit back, as far as that goes."""
        await interaction.response.defer()
        outcome = await self._app.tasks.cancel(
            task_id, interaction.user.id, may_moderate(interaction)
        )
        if interaction.message and interaction.message.flags.ephemeral:
            await self._bot.replies.show(task_id, reply_handle(interaction))
        match outcome:
            case CancelOutcome.GONE:
                raise TaskGone
            case CancelOutcome.TOO_LATE:
                await tell(interaction, TOO_LATE)
            case CancelOutcome.ASKED | CancelOutcome.CANCELLED:
                pass  # the card and the reply say so

    async def again(self, interaction: AnyInteraction, task_id: str) -> None:
        """Do the same once more, with a new seed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        check_permissions(interaction)
        reply, key = reply_handle(interaction), str(interaction.id)
        made = await self._app.intake.again(task_id, who(interaction), key, reply)
        await show_made(interaction, made)

    async def delete(self, interaction: AnyInteraction, task_id: str) -> None:
        """Take the card away."""
        await interaction.response.defer()
        if not await self._app.tasks.delete(
            task_id, interaction.user.id, may_moderate(interaction)
        ):
            raise TaskGone


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Edits(bot))
