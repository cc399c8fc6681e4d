"""What changes a draft before it goes: its mask's size and edge, its cells, its words."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.delivery.buttons import Press
from bot.delivery.cells_page import WHOLE, names_in, render_cells
from bot.delivery.client import InpaintBot
from bot.delivery.draft_rows import prompt_form
from bot.delivery.entrance import AnyInteraction, who
from bot.delivery.forms import ABOUT, Form
from bot.delivery.reply import show
from bot.errors import TaskGone
from bot.services import tuning
from bot.services.access import Use
from bot.services.passing import passing_folder
from bot.services.tuning import Change
from cogs.ui.asking import reply_handle

if TYPE_CHECKING:
    from bot.app import App

CHANGES: Mapping[str, Change] = {
    "grow": tuning.grown,
    "shrink": tuning.shrunk,
    "outline": tuning.outlined,
}


class Drafts(commands.Cog):
    """Makes the overlay anew in the worker, and shows it in the same answer."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the buttons, the menus and the form."""
        changes: dict[str, Press] = {
            verb: partial(self.change, change=change) for verb, change in CHANGES.items()
        }
        self._bot.presses |= changes | {"prompt": self.prompt, "cells": self.cells}
        self._bot.menus |= {"feather": self.feather, "cells": self.pick, "zoom": self.zoom}
        self._bot.forms |= {"prompt": Form(Use.EDIT, self.reworded)}

    async def change(self, interaction: AnyInteraction, task_id: str, change: Change) -> None:
        """Make the mask anew."""
        await interaction.response.defer()
        await self._app.intake.redraw(task_id, who(interaction), change)
        await self._bot.replies.show(task_id, reply_handle(interaction))

    async def feather(self, interaction: AnyInteraction, task_id: str, values: list[str]) -> None:
        """Make the mask's edge as soft as was chosen."""
        (value,) = values
        if not value.isdecimal() or len(value) > 4:
            raise TaskGone(log=f"a feather of {value!r}")
        await self.change(interaction, task_id, tuning.feathered(int(value)))

    async def prompt(self, interaction: AnyInteraction, task_id: str) -> None:
        """Open the draft's words."""
        task = await self._app.intake.own(task_id, who(interaction))
        form = prompt_form(task, self._app.desk.limits.prompt_length_max)
        await interaction.response.send_modal(form)

    async def reworded(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Keep the draft's new words."""
        await interaction.response.defer()
        task_id = values[ABOUT]
        await self._app.intake.reword(task_id, who(interaction), values.get("prompt", ""))
        await self._bot.replies.show(task_id, reply_handle(interaction))

    async def cells(self, interaction: AnyInteraction, task_id: str) -> None:
        """Show the grid beside the draft."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._grid(interaction, task_id, "")

    async def pick(self, interaction: AnyInteraction, about: str, values: list[str]) -> None:
        """Make the mask of the cells that are picked now."""
        await interaction.response.defer()
        task_id, _, within = about.partition("-")
        change = tuning.picked([each for each in values if each in names_in(within)], within)
        await self._app.intake.redraw(task_id, who(interaction), change)
        await self._bot.replies.show(task_id)
        await self._grid(interaction, task_id, within)

    async def zoom(self, interaction: AnyInteraction, task_id: str, values: list[str]) -> None:
        """Show one cell large, or the whole picture again."""
        await interaction.response.defer()
        (value,) = values
        if value not in (WHOLE, *names_in("")):
            raise TaskGone(log=f"a cell {value!r}")
        await self._grid(interaction, task_id, "" if value == WHOLE else value)

    async def _grid(self, interaction: AnyInteraction, task_id: str, within: str) -> None:
        intake = self._app.intake
        task = await intake.own(task_id, who(interaction))
        async with passing_folder(intake.tools.work) as folder:
            path = await tuning.draw_cells(intake.tools, task, within, folder)
            layout = render_cells(task, tuning.cells_of(task), within, path.name)
            await show(interaction, layout, [discord.File(path)])


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Drafts(bot))
