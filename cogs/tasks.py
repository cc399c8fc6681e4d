"""`/task`: find an edit, see everything about it, take it back."""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.delivery.client import USE, InpaintBot
from bot.delivery.details import BROUGHT_BACK, gone_note
from bot.delivery.entrance import AnyInteraction, may_moderate
from bot.delivery.family import is_family, render_family
from bot.delivery.faults import Fault
from bot.delivery.lists import render_tasks
from bot.delivery.reply import show, tell
from bot.errors import MissingPermission, TaskGone
from bot.services.access import Use
from bot.services.passing import passing_folder
from bot.services.showing import Shown
from bot.services.tasks import CancelOutcome
from cogs.ui import choices
from cogs.ui.asking import check_permissions, viewer
from cogs.ui.choices import quiet
from cogs.ui.showing import show_details

if TYPE_CHECKING:
    from bot.app import App

MINE, ALL = "mine", "all"
OUTCOMES = {
    CancelOutcome.CANCELLED: "Cancelled. Nothing was charged.",
    CancelOutcome.ASKED: "I asked the provider to stop. The card says what comes of it.",
    CancelOutcome.TOO_LATE: (
        "It is already at the provider and cannot be taken back. It will end by itself."
    ),
}


@app_commands.guild_only()
class Tasks(commands.GroupCog, group_name="task", group_description="Your edits, old and new"):
    """Looks at tasks; edits are made elsewhere."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the pages."""
        self._bot.presses |= {MINE: self.mine, ALL: self.all, "tree": self.turn}
        self._bot.menus |= {"member": self.member}

    @app_commands.command(name="list")
    @app_commands.describe(whose="Whose edits; yours if left out")
    @app_commands.choices(
        whose=[Choice(name="Mine", value=MINE), Choice(name="Everyone's", value=ALL)]
    )
    async def list_(self, interaction: AnyInteraction, whose: str = MINE) -> None:
        """List edits, the newest first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._page(interaction, 1, everyone=whose == ALL)

    async def mine(self, interaction: AnyInteraction, number: str) -> None:
        """Turn to a page of one's own edits."""
        await interaction.response.defer()
        await self._page(interaction, page_number(number), everyone=False)

    async def all(self, interaction: AnyInteraction, number: str) -> None:
        """Turn to a page of everyone's edits."""
        await interaction.response.defer()
        await self._page(interaction, page_number(number), everyone=True)

    async def _page(self, interaction: AnyInteraction, number: int, *, everyone: bool) -> None:
        page = await self._app.desk.listing.page(viewer(interaction), number, everyone=everyone)
        await show(interaction, render_tasks(page, everyone=everyone))

    @app_commands.command(name="show")
    @app_commands.describe(task="Which edit: type a part of its prompt")
    async def show_(self, interaction: AnyInteraction, task: str) -> None:
        """Tell everything about an edit, and bring its card back if it is gone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await self._looked(interaction, task)
        note = await self._returned(interaction, shown)
        await show_details(interaction, shown, [note])

    async def _looked(self, interaction: AnyInteraction, task_id: str) -> Shown:
        """All that is known, once it is known whether the card is still there."""
        showing = self._app.desk.showing
        shown = await showing.look(viewer(interaction), task_id)
        why = await self._bot.poster.lost(shown.view.task)
        if why is None:
            return shown
        is_gone = why is Fault.MESSAGE_GONE
        await self._app.cards.card_lost(shown.view.task.id, is_gone=is_gone)
        return await showing.look(viewer(interaction), task_id)

    async def _returned(self, interaction: AnyInteraction, shown: Shown) -> str:
        """Have a gone card posted anew, and say what comes of that."""
        if not shown.may_return:
            return gone_note(shown)
        try:
            check_permissions(interaction)
        except MissingPermission as error:
            return f"Its card is gone and cannot be posted here. {error.sentence}"
        task = shown.view.task
        owed = await self._app.desk.showing.bring_back(task, interaction.channel_id or 0)
        return BROUGHT_BACK if owed else ""

    @app_commands.command()
    @app_commands.describe(task="Which edit: type a part of its prompt")
    async def tree(self, interaction: AnyInteraction, task: str) -> None:
        """List what an edit came from and all that came of it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._family(interaction, task, 1)

    async def turn(self, interaction: AnyInteraction, about: str) -> None:
        """Turn to a page of a family."""
        task_id, _, number = about.partition("-")
        listed = interaction.message is not None and is_family(interaction.message)
        await interaction.response.defer(ephemeral=not listed, thinking=not listed)
        await self._family(interaction, task_id, page_number(number))

    async def member(self, interaction: AnyInteraction, _about: str, values: list[str]) -> None:
        """Tell everything about one of a family, with the ways on from it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await self._app.desk.showing.look(viewer(interaction), values[0])
        await show_details(interaction, shown)

    async def _family(self, interaction: AnyInteraction, task: str, number: int) -> None:
        families = self._app.desk.families
        family = await families.of(viewer(interaction), task, number)
        async with passing_folder(self._app.settings.data_dir / "work") as folder:
            sheet = await families.sheet(family, folder)
            files = [discord.File(sheet.path)] if sheet else []
            await show(interaction, render_family(family, sheet), files)

    @app_commands.command(extras={USE: Use.TAKE_BACK})
    @app_commands.describe(task="Which edit: type a part of its prompt")
    async def cancel(self, interaction: AnyInteraction, task: str) -> None:
        """Take an edit back, as far as that goes."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._app.desk.showing.find(viewer(interaction), task)
        outcome = await self._app.tasks.cancel(
            found.id, interaction.user.id, may_moderate(interaction)
        )
        if outcome is CancelOutcome.GONE:
            raise TaskGone
        await tell(interaction, OUTCOMES[outcome])

    @show_.autocomplete("task")
    @tree.autocomplete("task")
    @quiet
    async def _any(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        tasks = await self._app.desk.listing.choices(viewer(interaction), current)
        return choices.task_choices(tasks, self._app.clock.now())

    @cancel.autocomplete("task")
    @quiet
    async def _live(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        tasks = await self._app.desk.listing.choices(viewer(interaction), current, live=True)
        return choices.task_choices(tasks, self._app.clock.now())


def page_number(text: str) -> int:
    """The page that a button asks for; nonsense is the first one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Tasks(bot))
