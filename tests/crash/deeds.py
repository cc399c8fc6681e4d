"""What people do with credits by hand while the bot is killed: one deed for each request key."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.app import App
from bot.errors import BadOption
from bot.services.allowance import Member
from bot.services.treasury import Deed
from tests.crash.plans import DEEDS, FORGET, FORGETFUL_CHANNELS, USERS, deed_of
from tests.standin.shapes import GUILD_ID

SPONSOR, THREAD = USERS[-1], FORGETFUL_CHANNELS[0]
SPONSORED_S = 2.0
ASK_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """One deed, the same in every life; `key` is the transfer's."""

    kind: str
    key: str
    amount: int
    user_id: int
    receiver_id: int

    @property
    def accounts(self) -> tuple[str, str]:
        """The codes of the accounts that it goes from and to."""
        theirs = f"user:{GUILD_ID}:{self.receiver_id}"
        match self.kind:
            case "give":
                return f"user:{GUILD_ID}:{self.user_id}", theirs
            case "grant":
                return "issuance", theirs
            case "take":
                return theirs, f"pool:{GUILD_ID}"
            case _:
                return f"user:{GUILD_ID}:{SPONSOR}", f"sponsor:{THREAD}"


def asked_with(request_key: str, user_id: int) -> Asked:
    """The deed that goes along with a request."""
    kind = deed_of(int(request_key.rpartition("-")[2]))
    # What is taken is taken from somebody who has it.
    others = kind not in ("take", FORGET)
    receiver = USERS[(USERS.index(user_id) + 1) % len(USERS)] if others else user_id
    return Asked(kind, f"{kind}:{request_key}", DEEDS[kind], user_id, receiver)


async def act(app: App, asked: Asked) -> None:
    """Do it, as every life does again that cannot know whether it was done."""
    deed = Deed(GUILD_ID, asked.user_id, asked.receiver_id, asked.key, "again?")
    match asked.kind:
        case "give":
            await app.credits.treasury.give(deed, asked.amount)
        case "grant":
            await app.credits.treasury.grant(deed, asked.amount)
        case "take":
            await app.credits.treasury.take(deed, asked.amount)
        case "sponsor":
            await _sponsor(app, asked)
        case _:
            return  # comes after a while


async def forget(app: App, user_id: int) -> None:
    """Ask until it is done: what cannot be taken back is waited for."""
    while (await app.credits.erasures.ask(user_id)).live:  # noqa: ASYNC110 (as people do)
        await asyncio.sleep(ASK_AGAIN_S)


async def _sponsor(app: App, asked: Asked) -> None:
    await app.credits.treasury.standing(Member(GUILD_ID, SPONSOR))
    until = app.clock.now() + timedelta(seconds=SPONSORED_S)
    with suppress(BadOption):  # done before, and over by now
        await app.credits.sponsors.start(GUILD_ID, THREAD, SPONSOR, asked.amount, until, asked.key)
