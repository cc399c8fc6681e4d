"""Who made, spent and gave the most in a server; only those who let themselves be shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.models import Account, MemberPreferences, Person, TaskRow, Transfer
from bot.domain import TaskState
from bot.services.ledger import Purpose
from bot.services.pages import Page, window
from bot.services.treasury import GIFT

PER_PAGE = 10
GIFT_KEYS = (f"{GIFT}:", f"{GIFT};")


class Board(StrEnum):
    """What members are ranked by."""

    MADE = "made"
    SPENT = "spent"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Rank:
    """A member's place, counted from 1, and their number."""

    place: int
    user_id: int
    number: int


class Leaderboards:
    """One grouped statement for a page and one to count."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(
        self, guild_id: int, board: Board, since: datetime | None, number: int
    ) -> Page[Rank]:
        """A page of the ranking; `since` leaves out what is older."""
        numbers = (_given if board is Board.GIVEN else _edits)(guild_id, board, since).subquery()
        async with self._db.read() as session:
            total = int(
                (await session.execute(select(func.count()).select_from(numbers))).scalar_one()
            )
            place = window(total, number, PER_PAGE)
            ranks = await _ranks(session, numbers, place.offset)
        return Page(tuple(ranks), place.number, place.pages, total)


async def _ranks(session: AsyncSession, numbers: Any, offset: int) -> list[Rank]:
    query = (
        select(numbers.c.discord_id, numbers.c.number)
        .order_by(numbers.c.number.desc(), numbers.c.person_id)
        .offset(offset)
        .limit(PER_PAGE)
    )
    rows = await session.execute(query)
    return [Rank(offset + n, row[0], int(row[1])) for n, row in enumerate(rows, start=1)]


def _shown(query: Any) -> Select[Any]:
    """Leave out who was forgotten or does not want to be ranked."""
    return query.outerjoin(MemberPreferences, MemberPreferences.person_id == Person.id).where(
        Person.discord_id.is_not(None),
        or_(MemberPreferences.on_leaderboard.is_(None), MemberPreferences.on_leaderboard),
    )


def _edits(guild_id: int, board: Board, since: datetime | None) -> Select[Any]:
    number = func.count() if board is Board.MADE else func.sum(TaskRow.settled)
    query = (
        select(Person.id.label("person_id"), Person.discord_id, number.label("number"))
        .join(TaskRow, TaskRow.person_id == Person.id)
        .where(TaskRow.guild_id == guild_id, TaskRow.state == TaskState.DONE)
        .group_by(Person.id)
        .having(number > 0)
    )
    return _shown(query.where(TaskRow.finished_at >= since) if since else query)


def _given(guild_id: int, _board: Board, since: datetime | None) -> Select[Any]:
    gifts = (
        select(Transfer.actor_id, Transfer.from_id, Transfer.amount)
        # Their keys lie side by side in the index: all else there is need not be read.
        .where(Transfer.key.between(*GIFT_KEYS), Transfer.purpose == Purpose.GIVE)
        .limit(-1)  # else SQLite takes the subquery apart and reads every transfer of the server
    )
    gifts = (gifts.where(Transfer.at >= since) if since else gifts).subquery()
    query = (
        select(
            Person.id.label("person_id"),
            Person.discord_id,
            func.sum(gifts.c.amount).label("number"),
        )
        .select_from(gifts)
        .join(Person, Person.id == gifts.c.actor_id)
        .join(Account, Account.id == gifts.c.from_id)
        .where(Account.code.like(f"user:{guild_id}:%"))
        .group_by(Person.id)
    )
    return _shown(query)
