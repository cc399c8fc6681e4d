"""Discord's answers and what they mean."""

from typing import Any

import aiohttp
import discord
import pytest

from bot.delivery.faults import WAIT_MAX_S, Fault, fault, is_away, is_discords, wait_s


class Response:
    reason = ""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.status, self.headers = status, headers or {}


def refused(status: int, code: int, headers: dict[str, str] | None = None) -> discord.HTTPException:
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    response: Any = Response(status, headers)
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
    (401, 0, Fault.LATER),
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


# Whatever aiohttp raises on the way to Discord, of which not all are OSErrors.
CLIENT_ERRORS = [
    each
    for each in vars(aiohttp.client_exceptions).values()
    if isinstance(each, type) and issubclass(each, aiohttp.ClientError)
]


@pytest.mark.parametrize("kind", CLIENT_ERRORS)
def test_what_the_way_to_discord_raises_is_known(kind: type[aiohttp.ClientError]) -> None:
    error = kind.__new__(kind)
    assert is_discords(error)
    assert is_away(error)
    assert fault(error) is Fault.LATER


@pytest.mark.parametrize("error", [KeyError("x"), ValueError("y"), FileNotFoundError("z")])
def test_a_bug_of_ours_is_not_discords(error: Exception) -> None:
    assert not is_discords(error)
    assert not is_away(error)


@pytest.mark.parametrize(("status", "away"), [(500, False), (502, True), (429, True), (400, False)])
def test_other_requests_would_fail_too(status: int, away: bool) -> None:
    assert is_away(refused(status, 0)) is away


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (refused(429, 0, {"Retry-After": "90"}), 90),
        (refused(429, 0, {"Retry-After": "soon"}), 0),
        (refused(429, 0, {"Retry-After": "999999"}), WAIT_MAX_S),
        (refused(503, 0, {"Retry-After": "90"}), 0),
        (discord.RateLimited(600.0), 600),
        (ConnectionError("reset"), 0),
    ],
)
def test_how_long_discord_wants_us_to_wait(error: Exception, seconds: float) -> None:
    assert wait_s(error) == seconds
