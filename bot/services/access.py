"""Who may do what in a server: the operator's list and the server's own rules, asked in one place.

Every command, button, select, form, page and autocomplete comes through `Access`, and the services
ask it again when something is about to be made.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.domain import Origin
from bot.errors import NotAllowed, NotServed
from bot.services import guild_rules
from bot.services.blocks import Block, block_of
from bot.services.guild_rules import GuildRules
from bot.services.ports import Clock
from bot.services.wordlist import found_word

PAUSED = "This server's admins have paused new edits for now. What is running goes on."
NAMED_MAX = 10


class Use(Enum):
    """What somebody is about to do; `ASKED` says which rules that has to pass."""

    EDIT = "make an edit, or see what it would be"
    LOOK = "look at something"
    REPORT = "report a card"
    TAKE_BACK = "take back what is their own"
    MODERATE = "decide about a report"
    ADMIN = "change the server's settings"


@dataclass(frozen=True, slots=True)
class Who:
    """A member in a server; `place_ids` are the channel and what it lies in."""

    user_id: int
    guild_id: int
    role_ids: frozenset[int] = frozenset()
    place_ids: frozenset[int] = frozenset()
    age_restricted: bool = False

    def moved_to(self, channel_id: int) -> "Who":
        """The same member where a card goes, whatever that channel lies in."""
        if channel_id in self.place_ids:
            return self
        return replace(self, place_ids=frozenset({channel_id}))


def _check_block(rules: GuildRules, block: Block | None, who: Who) -> None:
    if block is None:
        return
    until = f"until {_moment(block.until)}" if block.until else "for good"
    why = f" Reason: {block.reason}" if block.reason else ""
    raise NotAllowed(
        f"This server's admins do not let you use this bot, {until}.{why}\n"
        "You can still cancel and delete your own edits."
    )


def _check_roles(rules: GuildRules, block: Block | None, who: Who) -> None:
    if rules.roles and not who.role_ids & set(rules.roles):
        raise NotAllowed(
            f"In this server, the bot is for {_some(rules.roles, '<@&{}>')} only. "
            "Ask an admin for that role."
        )


def _check_channels(rules: GuildRules, block: Block | None, who: Who) -> None:
    if rules.channels and not who.place_ids & set(rules.channels):
        raise NotAllowed(
            f"In this server, the bot works only in {_some(rules.channels, '<#{}>')}. "
            "Go there and try again."
        )


def _check_pause(rules: GuildRules, block: Block | None, who: Who) -> None:
    if rules.paused:
        raise NotAllowed(PAUSED)


Check = Callable[[GuildRules, Block | None, Who], None]
# Taking back stays open to everybody: it only gives credits back and makes less to be seen.
ASKED: Mapping[Use, tuple[Check, ...]] = {
    Use.EDIT: (_check_block, _check_roles, _check_channels, _check_pause),
    Use.LOOK: (_check_block, _check_roles, _check_channels),
    Use.REPORT: (_check_block,),
    Use.TAKE_BACK: (),
    Use.MODERATE: (),
    Use.ADMIN: (),
}


class Access:
    """Asks the operator's list of servers first; an empty one lets every server in."""

    def __init__(self, db: Database, clock: Clock, guilds: frozenset[int] = frozenset()) -> None:
        self._db = db
        self._clock = clock
        self._guilds = guilds

    def check(self, guild_id: int, origin: Origin | None = None) -> None:
        """Raise NotServed for another server; the command line is the operator's own."""
        if self._guilds and guild_id not in self._guilds and origin is not Origin.CLI:
            raise NotServed

    async def ask(self, who: Who, use: Use) -> GuildRules:
        """The server's rules, or NotServed or NotAllowed with the one that is in the way."""
        async with self._db.read_first() as session:
            return await self.admit(session, who, use)

    async def admit(self, session: AsyncSession, who: Who, use: Use, *texts: str) -> GuildRules:
        """The same inside a transaction; `texts` are what the member wrote for an edit."""
        self.check(who.guild_id)
        rules = await guild_rules.load(session, who.guild_id)
        block = await block_of(session, who.guild_id, who.user_id, self._clock.now())
        for check in ASKED[use]:
            check(rules, block, who)
        _check_words(rules, texts)
        return rules


def _check_words(rules: GuildRules, texts: tuple[str, ...]) -> None:
    word = found_word(rules.blocked_words, texts)
    if word is None:
        return
    said = rules.words_sentence or f"This server does not allow “{word}” in a prompt."
    raise NotAllowed(f"{said}\nWrite it differently and send it again.")


def _some(ids: tuple[int, ...], mention: str) -> str:
    """Name some of the channels or roles."""
    named = [mention.format(each) for each in ids[:NAMED_MAX]]
    return ", ".join(named) + (" and others" if len(ids) > NAMED_MAX else "")


def _moment(when: datetime) -> str:
    """A time that Discord shows in each reader's own zone."""
    return f"<t:{int(when.timestamp())}:f>"
