"""A reply to a picture: the wish as text, a mask or a painted copy attached if there is one."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import AllowedMentions, Attachment, DeletedReferencedMessage
from discord.ext import commands

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction, who_in
from bot.delivery.faults import is_discords
from bot.delivery.permissions import check_card
from bot.delivery.reply import explain
from bot.domain import EditRequest, Origin, Task, TaskState
from bot.errors import BadMask, BadOption, BadPicture, NotYours, TaskGone
from bot.providers.base import PromptUse
from bot.services.access import Use, Who
from bot.services.looking import NO_MASK
from bot.services.wished import Wished, wished
from cogs.picking import pictures_of
from cogs.ui.asking import reply_handle
from cogs.ui.uploads import check_attachment, kept

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

ASKED = "You asked for this in a reply. Press Go if it is right; nothing is charged before that."
RIGHT_CLICK = "right-click it, or hold it on a phone: **Apps**, then **Edit this picture**"
UNREADABLE = f"I cannot see pictures in other people's messages. To edit that one, {RIGHT_CLICK}."
DELETED = "The message that you replied to is gone, so there is no picture to edit."
NO_PICTURE = "There is no picture on the message that you replied to."
WHICH = (
    "That message has {} pictures. Begin with the number of the one that you mean, such as "
    f"`2: a red boat`, or {RIGHT_CLICK}."
)
NO_SUCH = "That message has no picture {}. It has {}."
WHERE = (
    "Say where, please: attach to your reply a copy of the picture that you painted on, or a mask "
    f"(white is what to change). Or {RIGHT_CLICK}."
)


class Replying(commands.Cog):
    """Hears replies that call the bot, and prepares what they ask for; Go alone spends."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the verb."""
        self._bot.presses |= {"change": self.change}

    async def change(self, interaction: AnyInteraction, task_id: str) -> None:
        """Show the draft with all that can be done with it, to its author alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        task = await self._app.tasks.get(task_id)
        if task is None or task.state is not TaskState.DRAFT:
            raise TaskGone
        if task.user_id != interaction.user.id:
            raise NotYours
        await self._bot.replies.show(task_id, reply_handle(interaction))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer what is meant for the bot, and leave all else alone."""
        try:
            await self._hear(message)
        except Exception as error:  # noqa: BLE001 (one of the exits)
            await self._say(message, explain(error, Use.EDIT).text)

    async def _hear(self, message: discord.Message) -> None:
        me = self._bot.user
        if me is None or message.author.bot or message.guild is None:
            return
        if message.type is not discord.MessageType.reply or me not in message.mentions:
            return
        wish = wished(message.content, me.id)
        files = pictures_of(message)
        if not wish.text and not files:
            return
        target = await _target(message)
        to_us = target is not None and target.author.id == me.id
        card = await self._card(message) if to_us else None
        if to_us and card is None and not wish.called:
            return
        who = who_in(message.author, message.guild.id, message.channel.id, message.channel)
        await self._app.desk.access.ask(who, Use.EDIT)
        check_card(message.channel, message.channel.permissions_for(message.guild.me))
        if target is None:
            raise BadPicture(DELETED)
        image = None if card else await self._picture(message, target, wish)
        if image or card:
            request = await self._request(message, who, wish)
            n = _number(wish, len(pictures_of(target))) if card else None
            request = replace(request, parent_task_id=card.id if card else None, parent_result_n=n)
            if card:
                request = replace(request, provider=await self._same(request, card))
            await self._submit(request, image, files[0] if files else None)

    async def _card(self, message: discord.Message) -> Task | None:
        if message.guild is None or message.reference is None or not message.reference.message_id:
            return None
        return await self._app.picks.card_at(message.guild.id, message.reference.message_id)

    async def _request(self, message: discord.Message, who: Who, wish: Wished) -> EditRequest:
        """The wish, before it is known of which picture."""
        liked = await self._app.desk.members.preferences(who.user_id)
        return EditRequest(
            request_key=f"reply:{message.id}",
            origin=Origin.REPLY,
            user_id=who.user_id,
            guild_id=who.guild_id,
            channel_id=message.channel.id,
            role_ids=who.role_ids,
            place_ids=who.place_ids,
            age_restricted=who.age_restricted,
            prompt=wish.text,
            may_view=frozenset({message.channel.id}),
            ask="" if liked.replies_at_once else ASKED,
        )

    async def _same(self, request: EditRequest, card: Task) -> str | None:
        """Who made the picture goes on with it, where that one reads what is wished."""
        for spec in await self._app.desk.offers.fitting(request):
            reads = spec.ops[request.op].prompt is not PromptUse.UNUSED
            if spec.slug == card.provider and (reads or not request.prompt):
                return spec.slug
        return None

    async def _submit(
        self, request: EditRequest, image: Attachment | None, mask: Attachment | None
    ) -> None:
        for file, what in ((image, "picture"), (mask, "mask")):
            if file:
                check_attachment(file, what, self._app.settings.image_bytes_max)
        async with kept(self._app.settings.data_dir / "work", image, mask) as files:
            wish = replace(request, picture=files.picture, mask=files.mask)
            try:
                await self._app.intake.submit(wish)
            except BadMask as error:
                raise (BadMask(WHERE) if error.sentence == NO_MASK else error) from error

    async def _picture(
        self, message: discord.Message, target: discord.Message, wish: Wished
    ) -> Attachment | None:
        """The picture that is meant; None where the member has been told of another way."""
        files = pictures_of(target)
        if files:
            return files[_number(wish, len(files)) - 1]
        ours = self._bot.user is not None and target.author.id == self._bot.user.id
        told = ours or self._app.settings.message_content or target.content or target.attachments
        if told:
            raise BadPicture(NO_PICTURE)
        if await self._app.picks.first_today(message.author.id):
            await self._say(message, UNREADABLE)
        return None

    async def _say(self, message: discord.Message, text: str) -> None:
        """Answer with a few words that ping nobody."""
        try:
            await message.reply(text, mention_author=False, allowed_mentions=AllowedMentions.none())
        except Exception as error:
            if not is_discords(error):
                raise
            log.info("a reply could not be answered: %s", error)


async def _target(message: discord.Message) -> discord.Message | None:
    """The message that is replied to; None when it is gone."""
    reference = message.reference
    if reference is None or reference.message_id is None:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    if isinstance(reference.resolved, DeletedReferencedMessage):
        return None
    try:
        return await message.channel.fetch_message(reference.message_id)
    except discord.NotFound:
        return None


def _number(wish: Wished, there: int) -> int:
    """The number of the picture that is meant, from 1."""
    if wish.n is None and there > 1:
        raise BadOption(WHICH.format(there))
    n = wish.n or 1
    if n > max(there, 1):
        raise BadOption(NO_SUCH.format(n, there))
    return n


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Replying(bot))
