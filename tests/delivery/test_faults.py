"""Discord's answers and what they mean."""

from typing import Any

import discord
import pytest

from bot.delivery.faults import Fault, fault


class Response:
    reason = ""

    def __init__(self, status: int) -> None:
        self.status = status


def refused(status: int, code: int) -> discord.HTTPException:
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    response: Any = Response(status)
    return kind(response, {"code": code, "message": "no"})


TABLE = [
    (404, 10003, Fault.CHANNEL_LOST),
    (404, 10008, Fault.MESSAGE_GONE),
    (404, 10015, Fault.TOKEN_DEAD),
    (404, 10062, Fault.TOKEN_DEAD),
    (401, 50027, Fault.TOKEN_DEAD),
    (429, 30046, Fault.OLD_EDIT),
    (400, 30046, Fault.OLD_EDIT),
    (413, 40005, Fault.TOO_LARGE),
    (413, 0, Fault.TOO_LARGE),
    (400, 50045, Fault.TOO_LARGE),
    (403, 50001, Fault.CHANNEL_LOST),
    (403, 50013, Fault.CHANNEL_LOST),
    (403, 0, Fault.CHANNEL_LOST),
    (400, 50083, Fault.ARCHIVED),
    (404, 0, Fault.MESSAGE_GONE),
    (400, 50035, Fault.REFUSED),
    (429, 0, Fault.LATER),
    (500, 0, Fault.LATER),
    (503, 0, Fault.LATER),
]


@pytest.mark.parametrize(("status", "code", "expected"), TABLE)
def test_an_answer_means(status: int, code: int, expected: Fault) -> None:
    assert fault(refused(status, code)) is expected


@pytest.mark.parametrize("error", [OSError("reset"), TimeoutError(), RuntimeError("closed")])
def test_what_is_not_from_discord_passes(error: Exception) -> None:
    assert fault(error) is Fault.LATER
