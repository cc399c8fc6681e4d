"""What was read in a transaction, kept for the rest of it: some rows are asked for often."""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")
_KEPT = "read_once"


async def once(session: AsyncSession, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
    """What `read` gave first in this transaction; who writes it has to call `read_again`."""
    kept = session.info.setdefault(_KEPT, {})
    if key not in kept:
        kept[key] = await read()
    return kept[key]


def read_again(session: AsyncSession, key: Hashable) -> None:
    """Forget what was kept, because it was just written."""
    session.info.get(_KEPT, {}).pop(key, None)
