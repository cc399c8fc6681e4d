"""What a member chose in `/settings`; it holds in every server."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.engine import Database
from bot.db.models import MemberPreferences, Person
from bot.services import prefs
from bot.services.ports import Clock

_chosen, _people = table(MemberPreferences), table(Person)
_CHOSEN = (
    select(
        _chosen.c.ping,
        _chosen.c.ask_first,
        _chosen.c.default_provider,
        _chosen.c.on_leaderboard,
        _chosen.c.replies_at_once,
    )
    .join(_people, _people.c.id == _chosen.c.person_id)
    .where(_people.c.discord_id == bindparam("user_id"))
)


class Ping(StrEnum):
    """When a member is told that an edit is over."""

    OFF = "off"
    LONG = "long"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Preferences:
    """`ask_first` makes a draft of every edit; no `default_provider` leaves the pick to the bot.

    `replies_at_once` lets what was asked for in a reply go without a Go.
    """

    ping: Ping = Ping.LONG
    ask_first: bool = False
    default_provider: str | None = None
    on_leaderboard: bool = True
    replies_at_once: bool = False


async def preferences_of(session: AsyncSession, user_id: int) -> Preferences:
    """What a member chose, or what everybody begins with."""
    row = (await session.execute(_CHOSEN, {"user_id": user_id})).first()
    return Preferences(Ping(row[0]), *row[1:]) if row else Preferences()


class Members:
    """Reads and keeps preferences."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def preferences(self, user_id: int) -> Preferences:
        """What a member chose."""
        async with self._db.read() as session:
            return await preferences_of(session, user_id)

    async def prefer(self, user_id: int, **choices: Any) -> Preferences:
        """Keep some choices and give all of them."""
        async with self._db.write() as session:
            chosen = replace(await preferences_of(session, user_id), **choices)
            await self._store(session, user_id, chosen)
        return chosen

    async def _store(self, session: AsyncSession, user_id: int, chosen: Preferences) -> None:
        values: Mapping[str, object] = {
            "ping": chosen.ping.value,
            "ask_first": chosen.ask_first,
            "default_provider": chosen.default_provider,
            "on_leaderboard": chosen.on_leaderboard,
            "replies_at_once": chosen.replies_at_once,
            "updated_at": self._clock.now(),
        }
        person_id = await prefs.person_id(session, user_id, self._clock)
        row = insert(MemberPreferences).values(person_id=person_id, **values)
        await session.execute(
            row.on_conflict_do_update(index_elements=["person_id"], set_=dict(values))
        )
