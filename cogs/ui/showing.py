"""What a press that makes a task answers: the task's own reply, or that there is one already."""

from typing import cast

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.delivery.reply import tell
from bot.delivery.reply_card import card_link
from bot.domain import Task
from cogs.ui.asking import reply_handle


async def show_made(interaction: AnyInteraction, task: Task) -> None:
    """Show the task, unless the press before this one has made it."""
    bot = cast("InpaintBot", interaction.client)
    if task.request_key == str(interaction.id):
        await bot.replies.show(task.id, reply_handle(interaction))
        return
    views = await bot.app.cards.view([task.id])
    link = card_link(views[0].task) if views else None
    await tell(interaction, f"That is on its way already{': ' + link if link else ''}.")
