"""What goes on from a finished edit: Edit again, and the menu below the buttons of its card."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.delivery import more
from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction, admit, who
from bot.delivery.faults import Fault, fault
from bot.delivery.forms import ABOUT, Form
from bot.delivery.going_on import read_about
from bot.delivery.reply import show, tell
from bot.domain import MaskTuning, Op, Origin, Task
from bot.errors import TaskGone
from bot.services.access import Use
from bot.services.passing import passing_folder
from bot.services.places import check_sides
from bot.services.records import from_json
from cogs.ui.asking import asked, check_permissions, reply_handle, viewer
from cogs.ui.showing import show_details, show_made

if TYPE_CHECKING:
    from bot.app import App


PAINT_ASKED = "This is what I would change. Press Go, or mark another place first."
FORMS = {"same": more.same_form, "paint": more.paint_form, "expand": more.expand_form}


class Results(commands.Cog):
    """Opens the forms, takes what was filled in, and shows what is only looked at."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the button, the menus and the forms."""
        self._bot.presses |= {"edit": self.edit}
        self._bot.menus |= {"more": self.more, "which": self.which}
        self._bot.forms |= {
            "edit": Form(Use.EDIT, self.edited),
            "same": Form(Use.EDIT, self.replaced),
            "paint": Form(Use.EDIT, self.painted),
            "expand": Form(Use.EDIT, self.expanded),
        }

    async def edit(self, interaction: AnyInteraction, task_id: str) -> None:
        """Open the prompt of the same edit."""
        view = await self._app.desk.looks.task(viewer(interaction), task_id)
        await interaction.response.send_modal(more.reword_form(view, self._prompt_max))

    async def more(self, interaction: AnyInteraction, task_id: str, values: list[str]) -> None:
        """Do what was chosen, after asking which of several results is meant."""
        (action,) = values
        view = await self._app.desk.looks.task(viewer(interaction), task_id)
        known = more.ACTIONS.get(action)
        results = more.pickable(view)
        if known is None or not results:
            raise TaskGone(log=f"a menu's {action!r}")
        if known.each and len(results) > 1:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show(interaction, more.render_which(view, action))
            return
        await self._act(interaction, action, task_id, results[0].n)

    async def which(self, interaction: AnyInteraction, about: str, values: list[str]) -> None:
        """Do it with the result that was picked."""
        action, _, task_id = about.partition("-")
        task_id, n = read_about(f"{task_id}-{values[0]}")
        await self._act(interaction, action, task_id, n)

    async def _act(self, interaction: AnyInteraction, action: str, task_id: str, n: int) -> None:
        match action:
            case "same" | "paint" | "expand":
                await self._open(interaction, action, task_id, n)
            case "compare":
                await self._compare(interaction, task_id, n)
            case "original":
                await self._original(interaction, task_id, n)
            case "info":
                await self._info(interaction, task_id)
            case _:
                raise TaskGone(log=f"a menu's {action!r}")

    async def _open(self, interaction: AnyInteraction, action: str, task_id: str, n: int) -> None:
        await admit(interaction, Use.EDIT)
        view, _ = await self._app.desk.looks.result(viewer(interaction), task_id, n)
        await interaction.response.send_modal(FORMS[action](view, n, self._prompt_max))

    async def edited(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Make the same edit with other words."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        check_permissions(interaction)
        reply, key = reply_handle(interaction), str(interaction.id)
        made = await self._app.intake.again(
            values[ABOUT], who(interaction), key, reply, values.get("prompt", "")
        )
        await show_made(interaction, made)

    async def replaced(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Change the same place of a result."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        task_id, n = read_about(values[ABOUT])
        parent = await self._parent(task_id)
        kept = from_json(MaskTuning, parent.mask_operations)
        tuning = MaskTuning(grow_px=kept.grow_px, feather_px=kept.feather_px)
        await self._submit(interaction, _op_on(parent), parent, n, values, tuning)

    async def painted(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Prepare a draft of a result that waits for its place to be marked."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        task_id, n = read_about(values[ABOUT])
        parent = await self._parent(task_id)
        await self._submit(
            interaction, _op_on(parent), parent, n, values, MaskTuning(), PAINT_ASKED
        )

    async def expanded(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """Add room at the sides of a result."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        task_id, n = read_about(values[ABOUT])
        where = check_sides(values.get("where", ""))
        parent = await self._parent(task_id)
        await self._submit(interaction, Op.OUTPAINT, parent, n, values, MaskTuning(where=where))

    async def _parent(self, task_id: str) -> Task:
        parent = await self._app.tasks.get(task_id)
        if parent is None:
            raise TaskGone
        return parent

    async def _submit(
        self,
        interaction: AnyInteraction,
        op: Op,
        parent: Task,
        n: int,
        values: Mapping[str, str],
        tuning: MaskTuning,
        ask: str = "",
    ) -> None:
        """By the same provider, where that can do it; with `ask`, a draft without a mask."""
        check_permissions(interaction)
        can = {spec.slug for spec in self._app.desk.routing.offers(op)}
        request = replace(
            asked(interaction, op, parent.id, n),
            origin=Origin.BUTTON,
            prompt=values.get("prompt", ""),
            provider=parent.provider if parent.provider in can else None,
            tuning=tuning,
            ask=ask,
            anew=bool(ask),
        )
        await show_made(interaction, await self._app.intake.submit(request))

    async def _compare(self, interaction: AnyInteraction, task_id: str, n: int) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        looks = self._app.desk.looks
        view, result = await looks.result(viewer(interaction), task_id, n)
        async with passing_folder(self._app.settings.data_dir / "work") as folder:
            path = await looks.compared(view, result, folder)
            layout = more.render_compared(view, n, path.name)
            await show(interaction, layout, [discord.File(path)])

    async def _original(self, interaction: AnyInteraction, task_id: str, n: int) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        _, result = found = await self._app.desk.looks.result(viewer(interaction), task_id, n)
        if result.path is None:
            raise TaskGone
        size_bytes = (await asyncio.to_thread(result.path.stat)).st_size
        limit_bytes = interaction.filesize_limit
        if size_bytes > limit_bytes:
            await tell(interaction, more.too_large(size_bytes, limit_bytes))
            return
        name = f"{task_id}-{n}{result.path.suffix}"
        layout = more.render_original(found[0], n, name)
        try:
            await show(interaction, layout, [discord.File(result.path, filename=name)])
        except discord.HTTPException as error:
            if fault(error) is not Fault.TOO_LARGE:
                raise
            await tell(interaction, more.too_large(size_bytes, min(limit_bytes, size_bytes - 1)))

    async def _info(self, interaction: AnyInteraction, task_id: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await self._app.desk.showing.look(viewer(interaction), task_id)
        await show_details(interaction, shown)

    @property
    def _prompt_max(self) -> int:
        return self._app.desk.limits.prompt_length_max


def _op_on(parent: Task) -> Op:
    """What is done to a place of its result."""
    return Op.ERASE if parent.op is Op.ERASE else Op.INPAINT


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Results(bot))
