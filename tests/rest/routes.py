"""Every request that the bot makes of Discord, as (method, path template)."""

import re
from collections.abc import Iterable

Route = tuple[str, str]

LOGIN: tuple[Route, ...] = (
    ("GET", "/users/@me"),
    ("GET", "/oauth2/applications/@me"),
    ("GET", "/gateway/bot"),
)
# No request like the others, but a start fails at it like at them.
SOCKET: Route = ("GET", "/?v=10")
SYNC: tuple[Route, ...] = (
    ("PUT", "/applications/{application}/commands"),
    ("PUT", "/applications/{application}/guilds/{guild}/commands"),
)
CHANNEL: tuple[Route, ...] = (
    ("POST", "/channels/{channel}/messages"),
    ("GET", "/channels/{channel}/messages"),
    ("GET", "/channels/{channel}/messages/{message}"),
    ("PATCH", "/channels/{channel}/messages/{message}"),
    ("DELETE", "/channels/{channel}/messages/{message}"),
    ("PATCH", "/channels/{channel}"),
)
INTERACTION: tuple[Route, ...] = (
    ("POST", "/interactions/{interaction}/{token}/callback"),
    ("POST", "/webhooks/{application}/{token}"),
    ("PATCH", "/webhooks/{application}/{token}/messages/@original"),
)
MEMBER: tuple[Route, ...] = (("GET", "/guilds/{guild}/members/{member}"),)
# What a member attached comes from Discord's file servers.
FILES: tuple[Route, ...] = (("GET", "/attachments/{channel}/{file}/{name}"),)

ROUTES = (*LOGIN, *SYNC, *CHANNEL, *INTERACTION, *MEMBER, *FILES)


def route_of(method: str, path: str) -> Route | None:
    """The route that a request takes, the one with the most literal words first."""
    fits = [route for route in ROUTES if route[0] == method and _pattern(route[1]).fullmatch(path)]
    return min(fits, key=lambda route: route[1].count("{"), default=None)


def strays(requests: Iterable[Route]) -> list[Route]:
    """The requests that no route on the list explains."""
    return sorted({each for each in requests if route_of(*each) is None})


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\?\{\w+\\?\}", "[^/]+", re.escape(template)))
