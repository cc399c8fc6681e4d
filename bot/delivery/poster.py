"""The few requests that the view loop makes of Discord; everything here works over REST alone."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import discord
from discord import AllowedMentions, ui
from discord.http import handle_message_parameters
from discord.utils import time_snowflake
from discord.webhook.async_ import async_context

from bot.delivery.cards import alt_text
from bot.delivery.faults import Fault, fault
from bot.domain import CardState, Origin, ReplyHandle, Task, TaskState
from bot.services.cards import PostFile, TaskView

MIB = 2**20
UPLOAD_LIMIT_BYTES = 10 * MIB
CLOCK_SKEW = timedelta(seconds=60)
SEARCHED_MESSAGES_MAX = 300
# How a message's last words begin; findings were told so before they had a reference.
SIGNED = ("task", "reference", "finding")

Attachments = Sequence[discord.File | discord.Attachment]


class Poster:
    """Makes, changes, finds and takes away messages by ids; every failure is discord.py's own."""

    def __init__(self, bot: discord.Client) -> None:
        self._bot = bot

    def limit_bytes(self, guild_id: int) -> int:
        """The largest file this guild takes now."""
        guild = self._bot.get_guild(guild_id)
        return guild.filesize_limit if guild else UPLOAD_LIMIT_BYTES

    async def post_card(
        self, task: Task, layout: ui.LayoutView, files: Sequence[discord.File], nonce: str
    ) -> int:
        """Make the card; for some minutes the same nonce gets the same message again."""
        message = await self._channel(task).send(
            view=layout,
            files=files,
            nonce=nonce,
            allowed_mentions=AllowedMentions.none(),
            reference=_answered(task),
        )
        return message.id

    async def attachments(self, task: Task) -> list[discord.Attachment]:
        """The files that the card has in the channel."""
        return (await self._message(task, task.message_id).fetch()).attachments

    async def lost(self, task: Task) -> Fault | None:
        """Why a posted card is not to be seen any more; None while it is, or nobody can say."""
        if task.card_state is not CardState.POSTED:
            return None
        try:
            await self.attachments(task)
        except Exception as error:  # noqa: BLE001 (judged by the table)
            why = fault(error)
            return why if why in {Fault.MESSAGE_GONE, Fault.CHANNEL_LOST} else None
        return None

    async def edit_card(self, task: Task, layout: ui.LayoutView, files: Attachments) -> None:
        """Change the card; `files` are all it has from now on."""
        await self._message(task, task.message_id).edit(
            view=layout, attachments=files, allowed_mentions=AllowedMentions.none()
        )

    async def find_card(self, task: Task, posting_at: datetime) -> int | None:
        """Look for a card that was posted by a process that died before it could say so."""
        return await self.find(task.channel_id, task.guild_id, task.id, posting_at)

    async def find(self, channel_id: int, guild_id: int, about: str, since: datetime) -> int | None:
        """The first message since then that is about this task, report or finding."""
        async for message in self._own_messages(channel_id, guild_id, since):
            if any(_names(component, about) for component in message.components):
                return message.id
        return None

    async def post(self, channel_id: int, guild_id: int, layout: ui.LayoutView, nonce: str) -> int:
        """Make a message that belongs to no task's card."""
        channel = self._bot.get_partial_messageable(channel_id, guild_id=guild_id or None)
        none = AllowedMentions.none()
        return (await channel.send(view=layout, nonce=nonce, allowed_mentions=none)).id

    async def redraw(
        self, channel_id: int, guild_id: int, message_id: int, layout: ui.LayoutView
    ) -> None:
        """Change a message that `post` made."""
        channel = self._bot.get_partial_messageable(channel_id, guild_id=guild_id or None)
        message = channel.get_partial_message(message_id)
        await message.edit(view=layout, allowed_mentions=AllowedMentions.none())

    async def post_ping(self, task: Task, text: str) -> int:
        """Reply to the card, mentioning nobody but the member."""
        member = [discord.Object(task.user_id)] if task.user_id else []
        message = await self._channel(task).send(
            text,
            reference=self._message(task, task.message_id),
            nonce=ping_nonce(task.id),
            allowed_mentions=AllowedMentions(
                everyone=False, roles=False, users=member, replied_user=False
            ),
        )
        return message.id

    async def find_ping(self, task: Task, posting_at: datetime) -> int | None:
        """Look for a ping whose id was not kept."""
        async for message in self._own_messages(task.channel_id, task.guild_id, posting_at):
            if message.reference and message.reference.message_id == task.message_id:
                return message.id
        return None

    async def delete(self, task: Task, message_id: int) -> None:
        """Take a message away; one that is gone already is no error."""
        try:
            await self._message(task, message_id).delete()
        except discord.NotFound as error:
            if fault(error) is not Fault.MESSAGE_GONE:
                raise

    async def unarchive(self, task: Task) -> None:
        """Open an archived thread again."""
        await self._bot.http.edit_channel(task.channel_id, archived=False)

    async def edit_reply(
        self, handle: ReplyHandle, layout: ui.LayoutView, attachments: Attachments
    ) -> list[discord.Attachment]:
        """Change the answer to an interaction by its token; returns the attachments it has now."""
        # What `Interaction.edit_original_response` does, with nothing but the token at hand.
        hook = discord.Webhook.partial(handle.application_id, handle.token, client=self._bot)
        with handle_message_parameters(
            view=layout, attachments=attachments, allowed_mentions=AllowedMentions.none()
        ) as params:
            message: Any = await async_context.get().edit_original_interaction_response(
                handle.application_id,
                handle.token,
                session=hook.session,
                proxy=self._bot.http.proxy,
                proxy_auth=self._bot.http.proxy_auth,
                payload=params.payload,
                multipart=params.multipart,
                files=params.files,
            )
        state = self._bot._connection  # pyright: ignore[reportPrivateUsage]
        return [discord.Attachment(data=data, state=state) for data in message["attachments"]]

    def _channel(self, task: Task) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(task.channel_id, guild_id=task.guild_id or None)

    def _message(self, task: Task, message_id: int | None) -> discord.PartialMessage:
        return self._channel(task).get_partial_message(message_id or 0)

    async def _own_messages(
        self, channel_id: int, guild_id: int, since: datetime
    ) -> AsyncIterator[discord.Message]:
        after = discord.Object(time_snowflake(since - CLOCK_SKEW))
        channel = self._bot.get_partial_messageable(channel_id, guild_id=guild_id or None)
        history = channel.history(after=after, oldest_first=True, limit=SEARCHED_MESSAGES_MAX)
        async for message in history:
            if self._bot.user and message.author.id == self._bot.user.id:
                yield message


def _answered(task: Task) -> Any:
    """A reply's draft answers that reply, if it is still there; None for all else."""
    if task.origin is not Origin.REPLY or task.state is not TaskState.DRAFT:
        return None
    return discord.MessageReference(
        message_id=int(task.request_key.rpartition(":")[2]),
        channel_id=task.channel_id,
        guild_id=task.guild_id,
        fail_if_not_exists=False,
    )


def card_nonce(task: Task, posting_at: datetime) -> str:
    """The nonce of a task's card; one that is posted anew must not get the one that is gone."""
    begun_anew = task.ping_message_id is not None
    return f"{task.id}-{int(posting_at.timestamp()):x}"[:25] if begun_anew else task.id


def ping_nonce(task_id: str) -> str:
    """The nonce of a task's ping; Discord takes 25 characters."""
    return f"p-{task_id}"[:25]


def card_files(view: TaskView, files: Sequence[PostFile]) -> list[discord.File]:
    """Open files for one request, which closes them."""
    return [
        discord.File(file.path, filename=file.name, description=alt_text(view, file))
        for file in files
    ]


def posted_files(attachments: Sequence[discord.Attachment]) -> list[PostFile]:
    """Files that are in the channel already, for drawing around them."""
    return [
        PostFile(n, Path(each.filename), each.filename, each.size, lossy=False)
        for n, each in enumerate(attachments, 1)
    ]


def overlay_name(overlay: Path) -> str:
    """What the overlay is called in a message; the name changes with the picture."""
    return f"mask-{overlay.stem[:12]}{overlay.suffix}"


def _names(component: Any, about: str) -> bool:
    """Whether a component, or one inside it, belongs to the task, report or finding."""
    custom_id = getattr(component, "custom_id", None) or ""
    text = getattr(component, "content", None) or ""
    if custom_id.endswith(f":{about}") or text.endswith(tuple(f"{of} {about}" for of in SIGNED)):
        return True
    return any(_names(child, about) for child in getattr(component, "children", ()))
