"""What Discord lets nobody do in a thread that is archived or locked; SimCord would allow it."""

from typing import Any

from simcord.builders import ChannelHandle

from tests.cogs.world import World
from tests.rest.faults import Fault, refusal

ARCHIVED = refusal(400, 50083, "Thread is archived")
LOCKED = refusal(403, 160005, "Thread is locked")
NOT_PERMITTED = refusal(403, 50013, "Missing Permissions")


def refused(backend: Any, method: str, path: str) -> Fault | None:
    """The answer in such a thread; a message opens one again that is only archived."""
    match path.strip("/").split("/"):
        case ["channels", channel_id, *rest] if method != "GET":
            channel = backend.channels.get(int(channel_id))
        case _:
            return None
    state = channel.thread_metadata if channel else None
    if state is None or not state.archived:
        return None
    if not rest:
        return NOT_PERMITTED if state.locked else None
    if method != "POST":
        return ARCHIVED
    state.archived = state.locked
    return LOCKED if state.locked else None


async def closed(world: World, thread: ChannelHandle, *, locked: bool = False) -> None:
    """A moderator archives a thread, and may lock it, too."""
    await _change(world, thread, archived=True, locked=locked)


async def opened(world: World, thread: ChannelHandle) -> None:
    """A moderator opens it again."""
    await _change(world, thread, archived=False, locked=False)


async def _change(world: World, thread: ChannelHandle, **state: bool) -> None:
    world.env.backend.edit_channel(thread.id, {}, thread_metadata=state)
    await world.env.settle()
