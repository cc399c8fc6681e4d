"""What Discord says of a member and a channel now, for those who come from outside of it."""

import discord

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import who_in
from bot.delivery.faults import is_discords
from bot.delivery.permissions import check_card
from bot.errors import LimitReached, NotAllowed
from bot.services.access import Who

GONE = (
    "You are not in that server any more, or I am not. Nothing was charged. "
    "Open this page again once both of us are there."
)
NO_CHANNEL = (
    "The channel that this edit goes to is not there any more, or you cannot see it. "
    "Nothing was charged. Begin anew in another channel."
)
NO_ANSWER = "Discord does not answer right now. Your drawing is kept; try again in a minute."


class Membership:
    """Asks over REST: the bot keeps no list of members."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot

    async def who(self, user_id: int, guild_id: int, channel_id: int) -> Who:
        """Roles and place of a member who may write there, where a card can be shown.

        Raises NotAllowed, MissingPermission, or LimitReached while Discord does not answer.
        """
        guild = self._bot.get_guild(guild_id)
        if guild is None:
            raise NotAllowed(GONE)
        try:
            member = await guild.fetch_member(user_id)
        except discord.NotFound:
            raise NotAllowed(GONE) from None
        except Exception as error:
            if not is_discords(error):
                raise
            raise LimitReached(NO_ANSWER, log=repr(error)) from error
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None or not channel.permissions_for(member).view_channel:
            raise NotAllowed(NO_CHANNEL)
        check_card(channel, channel.permissions_for(guild.me))
        return who_in(member, guild_id, channel_id, channel)
