"""Which providers are paused and why, as rows: a restart changes nothing about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.models import ProviderPause
from bot.db.once import once, read_again

_pauses = table(ProviderPause)
_KEPT = select(
    _pauses.c.provider,
    _pauses.c.why,
    _pauses.c.since,
    _pauses.c.until,
    _pauses.c.tries,
    _pauses.c.code,
).order_by(_pauses.c.why.desc(), _pauses.c.provider)


class Why(StrEnum):
    """What paused a provider."""

    FAULTS = "faults"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause for a limit ends at `until`; one for faults is probed then, for the `tries`th time.

    `code` names the last fault.
    """

    provider: str
    why: Why
    since: datetime
    until: datetime
    tries: int = 0
    code: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.why is Why.FAULTS or self.until > now


async def all_pauses(session: AsyncSession, now: datetime) -> list[Pause]:
    """Those in force, a limit's, which no probe can end, before the others."""
    return [each for each in await kept(session) if each.holds(now)]


async def kept(session: AsyncSession) -> list[Pause]:
    """All that are written down, some of which may be over."""

    async def asked() -> list[Pause]:
        rows = await session.execute(_KEPT)
        return [Pause(row[0], Why(row[1]), *row[2:]) for row in rows]

    return await once(session, _KEPT, asked)


async def paused(session: AsyncSession, now: datetime) -> dict[str, Pause]:
    """The pause that holds for each provider that is paused."""
    return {each.provider: each for each in reversed(await all_pauses(session, now))}


async def put(session: AsyncSession, pause: Pause) -> bool:
    """Pause a provider; False where it is paused already, and then nothing is changed."""
    over = delete(ProviderPause).where(
        ProviderPause.provider == pause.provider,
        ProviderPause.why == Why.LIMIT,
        ProviderPause.until <= pause.since,
    )
    read_again(session, _KEPT)
    await session.execute(over)
    row = insert(ProviderPause).values(
        provider=pause.provider,
        why=pause.why,
        since=pause.since,
        until=pause.until,
        tries=pause.tries,
        code=pause.code,
    )
    made = row.on_conflict_do_nothing().returning(ProviderPause.provider)
    return (await session.execute(made)).first() is not None


async def put_off(session: AsyncSession, pause: Pause, until: datetime) -> None:
    """Probe it again later."""
    row = insert(ProviderPause).values(
        provider=pause.provider, why=pause.why, since=pause.since, until=until
    )
    read_again(session, _KEPT)
    later = {"until": until, "tries": ProviderPause.tries + 1}
    await session.execute(row.on_conflict_do_update(index_elements=["provider", "why"], set_=later))


async def lift(session: AsyncSession, provider: str, why: Why) -> None:
    """End a pause."""
    read_again(session, _KEPT)
    here = (ProviderPause.provider == provider, ProviderPause.why == why)
    await session.execute(delete(ProviderPause).where(*here))
