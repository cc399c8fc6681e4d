"""What admins change in their server; each change is written down with who and when."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.guilds import GuildChange
from bot.db.models import Person
from bot.errors import BadOption
from bot.quoting import cited
from bot.services import blocks, guild_rules, prefs
from bot.services.blocks import Block
from bot.services.guild_rules import GuildRules, said
from bot.services.pages import Page, window
from bot.services.ports import Clock

PER_PAGE = 8
BLOCK, UNBLOCK = "Member blocked", "Member let in again"
REASON_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the log; `name` is a field of GuildRules or a sentence of its own."""

    name: str
    before: str
    after: str
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """A server's settings as its admins see them."""

    rules: GuildRules
    blocked: int


class Guilds:
    """Reads and changes; who may do so is asked at the entrance."""

    def __init__(self, db: Database, clock: Clock, providers: Collection[str]) -> None:
        self._db = db
        self._clock = clock
        self._providers = providers

    async def overview(self, guild_id: int) -> Overview:
        """What holds now."""
        async with self._db.read() as session:
            rules = await guild_rules.load(session, guild_id)
            return Overview(rules, await blocks.count(session, guild_id, self._clock.now()))

    async def change(self, guild_id: int, actor_id: int, **values: Any) -> GuildRules:
        """Set some rules and give all of them; what stays as it was is not written down."""
        async with self._db.write() as session:
            before = await guild_rules.load(session, guild_id)
            after = self._fitting(replace(before, **values))
            changed = [f.name for f in fields(GuildRules) if _differ(before, after, f.name)]
            if changed:
                await guild_rules.store(session, guild_id, after, self._clock)
            for name in changed:
                texts = [said(name, getattr(rules, name)) for rules in (before, after)]
                await self._note(session, guild_id, actor_id, name, *texts)
        return after

    def _fitting(self, rules: GuildRules) -> GuildRules:
        """Providers have to exist, and the default is one of those that are allowed."""
        named = {*rules.providers, *filter(None, [rules.default_provider])}
        if unknown := named - set(self._providers):
            raise BadOption(f"There is no provider `{cited(min(unknown), 32)}` here any more.")
        if rules.default_provider and not rules.allows(rules.default_provider):
            return replace(rules, default_provider=None)
        return rules

    async def block(
        self, guild_id: int, actor_id: int, user_id: int, until: datetime | None, reason: str
    ) -> None:
        """Keep a member from using the bot in this server."""
        now, why = self._clock.now(), " ".join(reason.split())[:REASON_LENGTH_MAX]
        async with self._db.write() as session:
            before = await blocks.block_of(session, guild_id, user_id, now)
            person = await prefs.person_id(session, user_id, self._clock)
            actor = await prefs.person_id(session, actor_id, self._clock)
            await blocks.put(session, guild_id, person, actor, until, why, now)
            after = Block(user_id, until, why)
            await self._note(session, guild_id, actor_id, BLOCK, _told(before), _told(after))

    async def unblock(self, guild_id: int, actor_id: int, user_id: int) -> bool:
        """Let a member in again; False when nothing kept them out."""
        async with self._db.write() as session:
            before = await blocks.block_of(session, guild_id, user_id, self._clock.now())
            person = await prefs.person_id(session, user_id, self._clock)
            lifted = await blocks.lift(session, guild_id, person)
            if lifted and before:
                await self._note(session, guild_id, actor_id, UNBLOCK, f"<@{user_id}>", "")
        return before is not None

    async def blocked(self, guild_id: int, number: int) -> Page[Block]:
        """Members who are kept out, a page at a time."""
        now = self._clock.now()
        async with self._db.read() as session:
            total = await blocks.count(session, guild_id, now)
            place = window(total, number, PER_PAGE)
            found = await blocks.listed(session, guild_id, now, place.offset, PER_PAGE)
        return Page(tuple(found), place.number, place.pages, total)

    async def changes(self, guild_id: int, number: int) -> Page[Change]:
        """The log, the newest first, a page at a time."""
        here = GuildChange.guild_id == guild_id
        async with self._db.read() as session:
            counted = await session.execute(select(func.count()).where(here))
            total = int(counted.scalar_one())
            place = window(total, number, PER_PAGE)
            query = (
                select(
                    GuildChange.name,
                    GuildChange.before,
                    GuildChange.after,
                    Person.discord_id,
                    GuildChange.at,
                )
                .join(Person, Person.id == GuildChange.actor_id)
                .where(here)
                .order_by(GuildChange.id.desc())
                .offset(place.offset)
                .limit(PER_PAGE)
            )
            found = tuple(Change(*row) for row in await session.execute(query))
        return Page(found, place.number, place.pages, total)

    async def _note(
        self,
        session: AsyncSession,
        guild_id: int,
        actor_id: int,
        name: str,
        before: str,
        after: str,
    ) -> None:
        actor = await prefs.person_id(session, actor_id, self._clock)
        texts = {"name": name, "before": before, "after": after}
        await session.execute(
            insert(GuildChange).values(
                guild_id=guild_id, actor_id=actor, at=self._clock.now(), **texts
            )
        )


def _differ(before: GuildRules, after: GuildRules, name: str) -> bool:
    return getattr(before, name) != getattr(after, name)


def _told(block: Block | None) -> str:
    """A block as the log shows it."""
    if block is None:
        return ""
    until = f"until <t:{int(block.until.timestamp())}:f>" if block.until else "for good"
    return f"<@{block.user_id}> {until}" + (f": {block.reason}" if block.reason else "")
