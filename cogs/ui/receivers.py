"""Who may be given credits: members who are here now, and no bots."""

import discord

from bot.delivery.entrance import AnyInteraction
from bot.errors import BadOption

A_BOT = "A bot has no use for credits. Nothing was moved."
LEFT = "That member is not in this server any more. Nothing was moved."
ONESELF = "You cannot give credits to yourself. Nothing was moved."


def check_receiver(interaction: AnyInteraction, user: discord.User | discord.Member) -> None:
    """Raise BadOption for who cannot get credits; Discord says of each who is still here."""
    if user.id == interaction.user.id:
        raise BadOption(ONESELF)
    if user.bot:
        raise BadOption(A_BOT)
    if not isinstance(user, discord.Member):
        raise BadOption(LEFT)


async def fetch_receiver(interaction: AnyInteraction, user_id: int) -> None:
    """The same for a button that was drawn a while ago."""
    if interaction.guild is None:
        raise BadOption(LEFT)
    try:
        member = await interaction.guild.fetch_member(user_id)
    except discord.NotFound as error:
        raise BadOption(LEFT) from error
    check_receiver(interaction, member)
