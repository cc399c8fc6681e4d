"""`/inpaint`: change a part of a picture."""

from dataclasses import replace
from typing import TYPE_CHECKING

from discord import Attachment, app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.delivery.client import USE, InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.domain import EditRequest, MaskTuning, Op, Options
from bot.errors import BadParent, BadPicture
from bot.services.access import Use
from bot.services.options import parse_extra
from bot.services.places import check_place, suggested
from bot.services.sources import BOTH, NEITHER, RESULT_OF_NOTHING
from cogs.ui import choices, offering
from cogs.ui.asking import asked, check_permissions, viewable_channels
from cogs.ui.choices import quiet
from cogs.ui.uploads import check_attachment, kept

if TYPE_CHECKING:
    from bot.app import App

COUNT_MAX = 8
SIZE_PX_MAX = 512


class Inpaint(commands.Cog):
    """The command that begins an edit."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    @app_commands.command(extras={USE: Use.EDIT})
    @app_commands.guild_only()
    @app_commands.describe(
        image="The picture to change (JPEG, PNG, WebP or GIF)",
        mask="A copy of it that you painted on, or a mask: white changes, black stays",
        where="Instead of a mask: a place such as “center 40%”, or room to add such as “left 25%”",
        prompt="What should be there",
        parent="Go on from an earlier edit instead of an image",
        result="Which picture of the earlier edit (1 if left out)",
        provider="Who does it; left out, one that can is picked",
        model="A model of that provider",
        count="How many pictures",
        negative_prompt="What should not be there",
        seed="The same seed gives the same picture again",
        strength="How far it may go from the picture that is there",
        guidance="How closely it follows the prompt",
        steps="More steps take longer and show more detail",
        invert="Turn the mask around: black changes, white stays",
        grow="Widen the mask by this many pixels",
        feather="Soften the mask's edge over this many pixels",
        extra="More options of the provider, as name=value",
    )
    async def inpaint(
        self,
        interaction: AnyInteraction,
        image: Attachment | None = None,
        mask: Attachment | None = None,
        where: str = "",
        prompt: str = "",
        parent: str | None = None,
        result: Range[int, 1] | None = None,
        provider: str | None = None,
        model: str | None = None,
        count: Range[int, 1, COUNT_MAX] = 1,
        negative_prompt: str | None = None,
        seed: Range[int, 0] | None = None,
        strength: float | None = None,
        guidance: float | None = None,
        steps: int | None = None,
        invert: bool = False,
        grow: Range[int, 0, SIZE_PX_MAX] | None = None,
        feather: Range[int, 0, SIZE_PX_MAX] | None = None,
        extra: str = "",
    ) -> None:
        """Repaint a part of a picture."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        tuned = Options(model, negative_prompt, seed, strength, guidance, steps, parse_extra(extra))
        request = replace(
            asked(interaction, Op.INPAINT, parent, result),
            prompt=prompt,
            provider=provider,
            count=count,
            tuning=MaskTuning(invert, grow, feather, where=where),
            options=tuned,
            may_view=viewable_channels(interaction) if parent or where else None,
        )
        await self._begin(interaction, request, image, mask)

    async def _begin(
        self,
        interaction: AnyInteraction,
        request: EditRequest,
        image: Attachment | None,
        mask: Attachment | None,
    ) -> None:
        check_permissions(interaction)
        self._check_files(request, image, mask)
        async with kept(self._app.settings.data_dir / "work", image, mask) as files:
            task = await self._app.intake.submit(
                replace(request, picture=files.picture, mask=files.mask)
            )
        await self._bot.replies.show(task.id, request.reply)

    def _check_files(
        self, request: EditRequest, image: Attachment | None, mask: Attachment | None
    ) -> None:
        """Refuse what can be refused before anything is downloaded."""
        if image and request.parent_task_id:
            raise BadParent(BOTH)
        if not image and not request.parent_task_id:
            raise BadPicture(NEITHER)
        if image and request.parent_result_n is not None:
            raise BadParent(RESULT_OF_NOTHING)
        for attachment, what in ((image, "picture"), (mask, "mask")):
            if attachment:
                check_attachment(attachment, what, self._app.settings.image_bytes_max)
        check_place(request.tuning.where, has_mask=mask is not None)

    @inpaint.autocomplete("where")
    @quiet
    async def _places(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return choices.place_choices(suggested(current))

    @inpaint.autocomplete("parent")
    @quiet
    async def _parents(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        tasks = await self._app.tasks.usable_parents(
            interaction.user.id,
            interaction.guild_id or 0,
            viewable_channels(interaction),
            current.strip(),
        )
        return choices.parent_choices(tasks, self._app.clock.now())

    @inpaint.autocomplete("provider")
    @quiet
    async def _providers(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return await offering.offer_providers(self._app, interaction, Op.INPAINT, current)

    @inpaint.autocomplete("model")
    @quiet
    async def _models(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return await offering.offer_models(self._app, interaction, Op.INPAINT, current)

    @inpaint.autocomplete("extra")
    @quiet
    async def _extras(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        return await offering.offer_extras(self._app, interaction, Op.INPAINT, current)


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Inpaint(bot))
