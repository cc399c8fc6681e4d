"""What a failed request to Discord means for a card, as one table."""

from enum import Enum, auto

import discord


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
    return Fault.LATER if error.status == 429 or error.status >= 500 else Fault.REFUSED
