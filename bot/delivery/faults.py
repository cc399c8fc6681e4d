"""What a failed request to Discord means for a card, as one table."""

from enum import Enum, auto

import discord

WAIT_MAX_S = 3600.0
BRIEF_LENGTH_MAX = 300
# Files of ours raise OSErrors, too: only those of a connection are Discord's.
_WIRE = (
    discord.HTTPException,
    discord.RateLimited,
    discord.GatewayNotFound,
    ConnectionError,
    TimeoutError,
)
# Discord as a whole, or the way to it; a 500 may be about this very request.
_AWAY = frozenset({429, 502, 503, 504, 520, 521, 522, 523, 524})


class Fault(Enum):
    """Why a message could not be made, changed or taken away."""

    MESSAGE_GONE = auto()
    CHANNEL_LOST = auto()
    ARCHIVED = auto()
    TOO_LARGE = auto()
    OLD_EDIT = auto()
    TOKEN_DEAD = auto()
    REFUSED = auto()
    LATER = auto()


# https://discord.com/developers/docs/topics/opcodes-and-status-codes
CODES: dict[int, Fault] = {
    10003: Fault.CHANNEL_LOST,  # unknown channel
    10004: Fault.CHANNEL_LOST,  # unknown guild
    10008: Fault.MESSAGE_GONE,  # unknown message
    10015: Fault.TOKEN_DEAD,  # unknown webhook: how a late interaction token answers
    10062: Fault.TOKEN_DEAD,  # unknown interaction
    20022: Fault.LATER,  # slow mode of announcements
    20028: Fault.LATER,  # write rate limit of a channel
    30046: Fault.OLD_EDIT,  # too many edits of messages older than an hour
    40005: Fault.TOO_LARGE,  # request entity too large
    40333: Fault.LATER,  # Discord's edge refuses for a moment
    50001: Fault.CHANNEL_LOST,  # missing access
    50013: Fault.CHANNEL_LOST,  # missing permissions
    50024: Fault.CHANNEL_LOST,  # not in this type of channel
    50027: Fault.TOKEN_DEAD,  # invalid webhook token
    50045: Fault.TOO_LARGE,  # file too large
    50083: Fault.ARCHIVED,  # thread is archived
    160005: Fault.CHANNEL_LOST,  # thread is locked
}


def fault(error: BaseException) -> Fault:
    """Judge a request's exception; one not from Discord (a lost connection) passes with time."""
    if not isinstance(error, discord.HTTPException):
        return Fault.LATER
    if error.code in CODES:
        return CODES[error.code]
    if error.status == 413:
        return Fault.TOO_LARGE
    if error.status == 404:
        return Fault.MESSAGE_GONE
    if error.status == 403:
        return Fault.CHANNEL_LOST
    # 401 is about the bot's token: nothing is wrong with what was sent.
    passes = error.status in {401, 429} or error.status >= 500
    return Fault.LATER if passes else Fault.REFUSED


def is_discords(error: BaseException) -> bool:
    """Whether Discord, or the way to it, failed; discord.py lets aiohttp's own errors through."""
    return isinstance(error, _WIRE) or type(error).__module__.partition(".")[0] == "aiohttp"


def is_away(error: BaseException) -> bool:
    """Whether other requests would fail now, too."""
    if isinstance(error, discord.HTTPException):
        return error.status in _AWAY
    return is_discords(error)


def brief(error: BaseException) -> str:
    """What failed, on one line: of a proxy's page only its status."""
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, discord.HTTPException) and (error.status >= 500 or "<" in text):
        return f"it answers {error.status}"
    return text if len(text) <= BRIEF_LENGTH_MAX else f"{text[:BRIEF_LENGTH_MAX]} ..."


def wait_s(error: BaseException) -> float:
    """How long Discord asks us to wait, in seconds; 0 where it does not say."""
    if isinstance(error, discord.RateLimited):
        return min(error.retry_after, WAIT_MAX_S)
    if not isinstance(error, discord.HTTPException) or error.status != 429:
        return 0.0
    told = str(getattr(error.response, "headers", {}).get("Retry-After", ""))
    return min(float(told), WAIT_MAX_S) if told.isdecimal() else 0.0
