"""Report under a card, and what a server's moderators decide."""

import logging
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.delivery.faults import is_discords
from bot.delivery.reply import show, tell
from bot.delivery.report_card import render_report, report_id
from bot.errors import TaskGone
from bot.services.reports import Decision, Reported, ReportView

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

SAID = {
    Reported.HIDDEN: (
        "Thank you. The pictures are hidden from everybody until a moderator has looked at them."
    ),
    Reported.ALREADY: "Somebody has reported this already, so it is hidden. Nothing was changed.",
    Reported.KEPT: "A moderator has looked at this before and kept it. Nothing was changed.",
}


class Reports(commands.Cog):
    """Does what the buttons say."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the verbs."""
        self._bot.presses |= {
            "report": self.report,
            "restore": self.restore,
            "remove": self.remove,
        }

    async def report(self, interaction: AnyInteraction, task_id: str) -> None:
        """Hide the pictures and tell the moderators."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        outcome = await self._app.desk.reports.report(
            task_id, interaction.guild_id or 0, interaction.user.id
        )
        await tell(interaction, SAID[outcome])

    async def restore(self, interaction: AnyInteraction, about: str) -> None:
        """Show the pictures again."""
        await self._decide(interaction, about, Decision.RESTORE)

    async def remove(self, interaction: AnyInteraction, about: str) -> None:
        """Take the card away."""
        await self._decide(interaction, about, Decision.DELETE)

    async def _decide(self, interaction: AnyInteraction, about: str, decision: Decision) -> None:
        await interaction.response.defer()
        report = report_id(about)
        if report is None:
            raise TaskGone
        view = await self._app.desk.reports.decide(
            report, interaction.guild_id or 0, interaction.user.id, decision
        )
        await show(interaction, render_report(view))
        if interaction.message is None or interaction.message.id != view.message_id:
            await self._redraw(view)

    async def _redraw(self, view: ReportView) -> None:
        """Say it in the report channel too, where the decision was made elsewhere."""
        channel_id, message_id = view.channel_id, view.message_id
        if channel_id is None or message_id is None:
            return
        try:
            await self._bot.poster.redraw(
                channel_id, view.task.guild_id, message_id, render_report(view)
            )
        except Exception as error:
            if not is_discords(error):
                raise
            log.info("the report's message could not be changed: %s", error)


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Reports(bot))
