"""What the bot needs in a channel to show a card there."""

import discord
from discord import Permissions

from bot.errors import MissingPermission

_NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}
_IN_THREADS = {"send_messages": ("send_messages_in_threads", "Send Messages in Threads")}


def missing_permissions(have: Permissions, in_thread: bool) -> list[str]:
    """Name, as Discord does, the permissions that a card here needs and the bot lacks."""
    swapped = _IN_THREADS if in_thread else {}
    needed = (swapped.get(flag, (flag, name)) for flag, name in _NEEDED.items())
    return [name for flag, name in needed if not getattr(have, flag)]


def check_card(channel: object, have: Permissions) -> None:
    """Raise MissingPermission when no card could be shown in this channel."""
    missing = missing_permissions(have, isinstance(channel, discord.Thread))
    if missing:
        what = "a permission" if len(missing) == 1 else "permissions"
        raise MissingPermission(
            f"I am missing {what} in this channel: **{', '.join(missing)}**. "
            "Ask an admin to allow that, or use another channel."
        )
