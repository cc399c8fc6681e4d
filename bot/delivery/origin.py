"""Whether an error that reached a command came from Discord, or from our own work."""

import traceback

from bot.delivery.faults import is_discords

# Python's own names for a lost or slow connection: ours raise them, too.
_ANYBODYS = (ConnectionError, TimeoutError)
_SENDERS = ("aiohttp", "discord.http", "discord.webhook")


def came_from_discord(error: BaseException) -> bool:
    """Whether a request to Discord raised it: a bare time-out is told by where it was raised."""
    if not is_discords(error):
        return False
    is_bare = isinstance(error, _ANYBODYS) and type(error).__module__ == "builtins"
    return not is_bare or _was_sending(error)


def _was_sending(error: BaseException) -> bool:
    frames = traceback.walk_tb(error.__traceback__)
    modules = (str(frame.f_globals.get("__name__", "")) for frame, _ in frames)
    return any(module.startswith(_SENDERS) for module in modules)
