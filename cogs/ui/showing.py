"""What a press that makes a task answers: the task's own reply, or that there is one already."""

from collections.abc import Sequence
from typing import cast

import discord

from bot.delivery.client import InpaintBot
from bot.delivery.details import render_details
from bot.delivery.entrance import AnyInteraction
from bot.delivery.poster import overlay_name
from bot.delivery.reply import show, tell
from bot.delivery.reply_card import card_link
from bot.domain import Task
from bot.services.showing import Shown
from cogs.ui.asking import reply_handle


async def show_details(
    interaction: AnyInteraction, shown: Shown, notes: Sequence[str] = ()
) -> None:
    """Tell everything about a task, with its overlay."""
    overlay = shown.view.overlay
    name = overlay_name(overlay) if overlay else None
    files = [discord.File(overlay, filename=name)] if overlay else []
    await show(interaction, render_details(shown, name, notes), files)


async def show_made(interaction: AnyInteraction, task: Task) -> None:
    """Show the task, unless the press before this one has made it."""
    bot = cast("InpaintBot", interaction.client)
    if task.request_key == str(interaction.id):
        await bot.replies.show(task.id, reply_handle(interaction))
        return
    views = await bot.app.cards.view([task.id])
    link = card_link(views[0].task) if views else None
    await tell(interaction, f"That is on its way already{': ' + link if link else ''}.")
