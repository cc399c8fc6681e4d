"""Right-click a picture: "Edit this picture" and "Erase from this picture"."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import Attachment, app_commands, ui
from discord.ext import commands

from bot.delivery.client import USE, InpaintBot
from bot.delivery.entrance import AnyInteraction, who
from bot.delivery.forms import ABOUT, Form, attachment, uploads
from bot.delivery.going_on import read_about
from bot.delivery.picked_form import picked_form, read_asked, render_picker
from bot.delivery.reply import show
from bot.domain import EditRequest, MaskTuning, Op, Origin
from bot.errors import BadPicture
from bot.services.access import Use
from bot.services.picks import Picked
from cogs.ui.asking import asked, check_permissions
from cogs.ui.uploads import check_attachment, kept

if TYPE_CHECKING:
    from bot.app import App

PICTURES_MAX = 25
NO_PICTURE = (
    "There is no picture on that message. Use this on a message with a picture, or send one with "
    "`/inpaint`."
)
PAINT_FIRST = "Paint what is to change, then start it there. Nothing is charged before that."
_RESULT = re.compile(r"result-(\d{1,2})\.\w+")


class Picking(commands.Cog):
    """Two commands without options, so a form asks for the rest."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app
        self._menus = (
            app_commands.ContextMenu(
                name="Edit this picture", callback=self.edit, extras={USE: Use.EDIT}
            ),
            app_commands.ContextMenu(
                name="Erase from this picture", callback=self.erase, extras={USE: Use.EDIT}
            ),
        )

    async def cog_load(self) -> None:
        """Take over commands, menu and form."""
        for menu in self._menus:
            self._bot.tree.add_command(menu)
        self._bot.choosers |= {"picture": self.picture}
        self._bot.forms |= {"pick": Form(Use.EDIT, self.sent)}

    async def cog_unload(self) -> None:
        """Let the commands go."""
        for menu in self._menus:
            self._bot.tree.remove_command(menu.name, type=menu.type)

    async def edit(self, interaction: AnyInteraction, message: discord.Message) -> None:
        """Change a part of a picture that is here already."""
        await self._pick(interaction, message, Op.INPAINT)

    async def erase(self, interaction: AnyInteraction, message: discord.Message) -> None:
        """Take something out of it."""
        await self._pick(interaction, message, Op.ERASE)

    async def picture(self, interaction: AnyInteraction, values: list[str]) -> None:
        """One of several pictures was picked."""
        name, n = read_about(values[0])
        member = who(interaction)
        picked = await self._app.picks.get(name, member.user_id, member.guild_id)
        self._check(attachment(interaction, _file(picked, n)))
        await self._ask(interaction, picked, values[0])

    async def sent(self, interaction: AnyInteraction, values: Mapping[str, str]) -> None:
        """The form came back: make the edit of it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        check_permissions(interaction)
        name, n = read_about(values[ABOUT])
        member = who(interaction)
        picked = await self._app.picks.get(name, member.user_id, member.guild_id)
        (mask, *_) = [*uploads(interaction, values.get("mask", "")), None]
        if mask:
            check_attachment(mask, "mask", self._app.settings.image_bytes_max)
        request = self._request(interaction, picked, n, values, mask is not None)
        image = None if picked.parent else attachment(interaction, _file(picked, n))
        async with kept(self._app.settings.data_dir / "work", image, mask) as files:
            task = await self._app.intake.submit(
                replace(request, picture=files.picture, mask=files.mask)
            )
        await self._app.picks.drop(name)
        await self._bot.replies.show(task.id, request.reply)

    async def _pick(self, interaction: AnyInteraction, message: discord.Message, op: Op) -> None:
        check_permissions(interaction)
        files = pictures_of(message)
        if not files:
            raise BadPicture(NO_PICTURE)
        member = who(interaction)
        card = None
        if self._bot.user and message.author.id == self._bot.user.id:
            card = await self._app.picks.card_at(member.guild_id, message.id)
        picked = Picked(
            member.user_id, member.guild_id, message.id, await self._op(member.guild_id, op),
            [each.to_dict() for each in files], card.id if card else None,
        )  # fmt: skip
        if len(files) == 1:
            self._check(files[0])
            await self._ask(interaction, picked, f"{await self._app.picks.keep(picked)}-1")
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        name = await self._app.picks.keep(picked)
        await show(interaction, render_picker(name, picked.files))

    async def _op(self, guild_id: int, op: Op) -> Op:
        """Without anybody who erases, whoever repaints is asked."""
        if op is Op.ERASE and not await self._app.desk.offers.providers(op, guild_id, 0):
            return Op.INPAINT
        return op

    async def _ask(self, interaction: AnyInteraction, picked: Picked, about: str) -> None:
        offers = await self._app.desk.offers.providers(picked.op, picked.guild_id, picked.user_id)
        form = picked_form(
            picked.op,
            about,
            offers,
            from_card=picked.parent is not None,
            paints=bool(self._app.settings.public_url),
        )
        await _open(interaction, form)

    def _request(
        self,
        interaction: AnyInteraction,
        picked: Picked,
        n: int,
        values: Mapping[str, str],
        has_file: bool,
    ) -> EditRequest:
        wish = read_asked(values, has_file=has_file)
        on_card = picked.parent is not None
        result = _result(_file(picked, n)) or n if on_card else None
        return replace(
            asked(interaction, picked.op, picked.parent, result),
            origin=Origin.MENU,
            prompt=wish.prompt,
            provider=wish.provider,
            tuning=MaskTuning(where=wish.where),
            ask=PAINT_FIRST if wish.paints else "",
        )

    def _check(self, picture: Attachment) -> None:
        check_attachment(picture, "picture", self._app.settings.image_bytes_max)


def pictures_of(message: discord.Message) -> list[Attachment]:
    """The files of a message, forwarded ones too, that may be pictures."""
    files = [*message.attachments, *(a for s in message.message_snapshots for a in s.attachments)]
    told = [each for each in files if (each.content_type or "image/").startswith("image/")]
    return told[:PICTURES_MAX]


def _file(picked: Picked, n: int) -> Mapping[str, Any]:
    if not 1 <= n <= len(picked.files):
        raise BadPicture(NO_PICTURE)
    return picked.files[n - 1]


def _result(file: Mapping[str, Any]) -> int | None:
    """The number of the result that a card's file shows."""
    match = _RESULT.fullmatch(str(file["filename"]))
    return int(match[1]) if match else None


async def _open(interaction: AnyInteraction, form: ui.Modal) -> None:
    await interaction.response.send_modal(form)
    # What comes back is read from the interaction: a copy in memory for each form that is opened
    # and never sent would stay for good.
    form.stop()


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Picking(bot))
