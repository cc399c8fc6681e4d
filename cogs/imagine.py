"""`/imagine`: make pictures from words; and the buttons that go on from one of its results."""

from dataclasses import replace
from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.delivery.client import USE, InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.delivery.going_on import read_about
from bot.domain import Op, Options, Origin
from bot.errors import TaskGone
from bot.services.access import Use
from bot.services.options import parse_extra
from cogs.ui import offering
from cogs.ui.asking import asked, check_permissions
from cogs.ui.choices import quiet
from cogs.ui.showing import show_made

if TYPE_CHECKING:
    from bot.app import App

COUNT_MAX = 8


class Imagine(commands.Cog):
    """The command that begins without a picture, and what goes on from what came of it."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the verbs."""
        self._bot.presses |= {"upscale": self.upscale, "vary": self.vary}

    @app_commands.command(extras={USE: Use.EDIT})
    @app_commands.guild_only()
    @app_commands.describe(
        prompt="What the pictures should show",
        provider="Who makes them; left out, one that can is picked",
        model="A model of that provider",
        count="How many pictures; some providers always make the same number",
        negative_prompt="What should not be there",
        seed="The same seed gives the same picture again",
        guidance="How closely it follows the prompt",
        steps="More steps take longer and show more detail",
        extra="More options of the provider, as name=value",
    )
    async def imagine(
        self,
        interaction: AnyInteraction,
        prompt: str,
        provider: str | None = None,
        model: str | None = None,
        count: Range[int, 1, COUNT_MAX] = 1,
        negative_prompt: str | None = None,
        seed: Range[int, 0] | None = None,
        guidance: float | None = None,
        steps: int | None = None,
        extra: str = "",
    ) -> None:
        """Make pictures from words."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        more = parse_extra(extra)
        request = replace(
            asked(interaction, Op.IMAGINE),
            prompt=prompt,
            provider=provider,
            count=count,
            options=Options(model, negative_prompt, seed, None, guidance, steps, more),
        )
        check_permissions(interaction)
        await show_made(interaction, await self._app.intake.submit(request))

    async def upscale(self, interaction: AnyInteraction, about: str) -> None:
        """Make one picture of a task large."""
        await self._go_on(interaction, Op.UPSCALE, about)

    async def vary(self, interaction: AnyInteraction, about: str) -> None:
        """Make pictures like one of a task."""
        await self._go_on(interaction, Op.VARY, about)

    async def _go_on(self, interaction: AnyInteraction, op: Op, about: str) -> None:
        """The provider and the words are those of the task that is gone on from."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        check_permissions(interaction)
        task_id, n = read_about(about)
        parent = await self._app.tasks.get(task_id)
        if parent is None:
            raise TaskGone
        request = replace(
            asked(interaction, op, task_id, n),
            origin=Origin.BUTTON,
            prompt=parent.prompt,
            provider=parent.provider,
        )
        await show_made(interaction, await self._app.intake.submit(request))

    @imagine.autocomplete("provider")
    @quiet
    async def _providers(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return await offering.offer_providers(self._app, interaction, Op.IMAGINE, current)

    @imagine.autocomplete("model")
    @quiet
    async def _models(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return await offering.offer_models(self._app, interaction, Op.IMAGINE, current)

    @imagine.autocomplete("extra")
    @quiet
    async def _extras(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return await offering.offer_extras(self._app, interaction, Op.IMAGINE, current)


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Imagine(bot))
