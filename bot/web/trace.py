"""Sees every HTTP request that the Discord library makes, and keeps only what kind it was."""

import re
from collections.abc import Callable
from types import SimpleNamespace

from aiohttp import (
    ClientSession,
    TraceConfig,
    TraceRequestEndParams,
    TraceRequestExceptionParams,
)

Called = Callable[[str, str, str], None]
NO_ANSWER = "none"
_API = re.compile(r"/api/v\d+/")
_WORD = re.compile(r"@?[a-z][a-z_-]*\d?")
# Their third part is a token, which may look like anything.
_TOKENS = {"webhooks", "interactions"}


def trace(called: Called) -> TraceConfig:
    """A hook for `http_trace` that calls `called(method, route, status)` for each request."""

    async def ended(_: ClientSession, __: SimpleNamespace, params: TraceRequestEndParams) -> None:
        called(params.method, route(params.url.path), str(params.response.status))

    async def failed(
        _: ClientSession, __: SimpleNamespace, params: TraceRequestExceptionParams
    ) -> None:
        called(params.method, route(params.url.path), NO_ANSWER)

    config = TraceConfig()
    config.on_request_end.append(ended)
    config.on_request_exception.append(failed)
    return config


def route(path: str) -> str:
    """The class of a path: no id, token or name of anything is left in it."""
    api = _API.match(path)
    if api is None:
        return "gateway" if path == "/" else "files"
    parts = path[api.end() :].split("/")
    return "/".join(_kind(parts[0], n, part) for n, part in enumerate(parts))


def _kind(first: str, n: int, part: str) -> str:
    if part.isdecimal():
        return "{id}"
    if n == 2 and first in _TOKENS:
        return "{token}"
    return part if _WORD.fullmatch(part) else "{name}"
