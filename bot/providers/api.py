"""HTTP to the providers: time-outs, retries and logs without secrets; the only user of httpx.

A call that starts paid work is made once, whatever happens; every other call is tried again while
the failure may pass. Bodies, keys, query strings and prompts are never logged.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from bot.errors import AmbiguousSubmit, BadAnswer, NotSent, ProviderError, Unavailable
from bot.providers.answer import Answer, other_error, read, submit_error
from bot.providers.fetch import Fetched, Fetcher, keep
from bot.providers.guard import MIB, FetchPolicy, allowed

log = logging.getLogger(__name__)
T = TypeVar("T")

CONNECT_S_MAX = 5.0
RETRIES_MAX = 3
RETRY_PAUSE_S = 0.5
RETRY_AFTER_S_MAX = 60.0
ANSWER_BYTES_MAX = 64 * MIB
CONNECTIONS_MAX = 100
KEEPALIVE_S = 5.0
SURELY_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

Explain = Callable[[int, Any], ProviderError | None]


def open_client() -> httpx.AsyncClient:
    """Return the one client of the process; no proxy, redirect or retry of its own."""
    return httpx.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": "inpaint-bot"},
        limits=httpx.Limits(max_connections=CONNECTIONS_MAX, keepalive_expiry=KEEPALIVE_S),
    )


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart body, as bytes so that it can be sent again."""

    name: str
    data: bytes = field(repr=False)
    content_type: str = "image/png"


@dataclass(frozen=True, slots=True)
class _Call:
    """One call, ready to be made any number of times."""

    build: Callable[[], httpx.Request]
    timeout_s: float
    explain: Explain | None
    wants_picture: bool = False

    def takes(self, answer: Answer) -> bool:
        """Whether a good answer is of the kind that was asked for."""
        if self.wants_picture:
            return answer.is_picture
        return answer.is_readable or answer.is_empty

    def error(self, answer: Answer, mapped: Callable[[Answer], ProviderError]) -> ProviderError:
        """Return what the provider's own file makes of an answer, else what its status says."""
        named = self.explain and not answer.is_good and self.explain(answer.status, answer.body)
        if isinstance(named, NotSent) and named.retry_after_s is None:
            named.retry_after_s = answer.retry_after_s
        return named or mapped(answer)


class _Later(Exception):
    """A failure that may pass: `error` is what it is when patience ends."""

    def __init__(self, error: ProviderError, after_s: float | None = None) -> None:
        super().__init__(error.log)
        self.error = error
        self.after_s = after_s


class ApiClient:
    """Speaks to all providers over one client; a policy says where each call may go."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        fetcher: Fetcher | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._fetcher = fetcher or Fetcher()
        self._sleep = sleep

    async def request(
        self,
        policy: FetchPolicy,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        files: Mapping[str, FilePart] | None = None,
        timeout_s: float = 30.0,
        submit: bool = False,
        explain: Explain | None = None,
    ) -> Any:
        """Return the answer's JSON (None for an empty one); raises ProviderError.

        `submit` marks the call that starts paid work: made once, it raises NotSent,
        AmbiguousSubmit or a refusal. `explain` may name the error of an answer that is not 2xx.
        """
        place = allowed(policy, _with(url, params))
        parts = {name: (each.name, each.data, each.content_type) for name, each in _items(files)}

        def build() -> httpx.Request:
            return self._client.build_request(
                method,
                place.url,
                headers=headers,
                json=json,
                data=data,
                files=parts or None,
                timeout=httpx.Timeout(timeout_s, connect=CONNECT_S_MAX, pool=CONNECT_S_MAX),
            )

        call = _Call(build, timeout_s, explain)
        if submit:
            return await self._once(call)
        return (await self._patiently(lambda: self._try(call))).body

    async def picture(
        self,
        policy: FetchPolicy,
        url: str,
        target: Path,
        *,
        json: Any,
        headers: Mapping[str, str] | None = None,
        timeout_s: float,
        explain: Explain | None = None,
    ) -> Fetched:
        """POST once to a service that answers with the picture itself, and write it to `target`.

        Only for services where the same call may be made again: by the caller, who knows how long
        a picture takes. Raises ProviderError.
        """
        place = allowed(policy, url)
        timeout = httpx.Timeout(timeout_s, connect=CONNECT_S_MAX, pool=CONNECT_S_MAX)

        def build() -> httpx.Request:
            return self._client.build_request(
                "POST", place.url, headers=headers, json=json, timeout=timeout
            )

        call = _Call(build, timeout_s, explain, wants_picture=True)
        try:
            answer = await self._try(call)
        except _Later as later:
            raise later.error from later.__cause__
        if len(answer.data) > policy.bytes_max:
            raise BadAnswer(log=f"a picture of more than {policy.bytes_max} bytes")
        return await keep(answer.data, target)

    async def download(self, policy: FetchPolicy, url: str, target: Path) -> Fetched:
        """Write the picture behind `url` to `target`, guarded; raises ProviderError."""

        async def attempt() -> Fetched:
            try:
                return await self._fetcher.fetch(policy, url, target)
            except Unavailable as error:
                raise _Later(error) from error

        return await self._patiently(attempt)

    async def _once(self, call: _Call) -> Any:
        """Start paid work: only what surely never arrived may be sent again by the caller."""
        try:
            answer = await self._send(call, logging.INFO)
        except SURELY_NOT_SENT as error:
            raise NotSent(log=f"not sent: {type(error).__name__}") from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise AmbiguousSubmit(log=f"lost: {type(error).__name__}") from error
        if answer.is_good and answer.is_readable:
            return answer.body
        raise call.error(answer, submit_error)

    async def _try(self, call: _Call) -> Answer:
        """Make one attempt at a call that may be repeated."""
        try:
            answer = await self._send(call, logging.DEBUG)
        except (httpx.HTTPError, TimeoutError) as error:
            raise _Later(Unavailable(log=f"no answer: {type(error).__name__}")) from error
        if answer.is_good and call.takes(answer):
            return answer
        error, after_s = call.error(answer, other_error), answer.retry_after_s
        if isinstance(error, NotSent):
            # Its own words for being busy: what began before goes on all the same.
            error, after_s = Unavailable(log=error.log), error.retry_after_s
        if isinstance(error, Unavailable) or answer.is_good:
            raise _Later(error, after_s)
        raise error

    async def _patiently(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Repeat a few times what failed in a way that may pass, as late as the server asks."""
        for turn in range(RETRIES_MAX):
            try:
                return await attempt()
            except _Later as later:
                pause_s = later.after_s or _pause_s(turn)
                if pause_s > RETRY_AFTER_S_MAX:
                    raise later.error from later.__cause__
                log.info("again in %.1f s: %s", pause_s, later)
                await self._sleep(pause_s)
        try:
            return await attempt()
        except _Later as later:
            raise later.error from later.__cause__

    async def _send(self, call: _Call, level: int) -> Answer:
        """Send once, read the whole answer within the time, and log how it went."""
        request, begun_at, outcome = call.build(), time.monotonic(), "cancelled"
        try:
            async with asyncio.timeout(call.timeout_s):
                answer = await self._exchange(request)
            outcome = str(answer.status)
        except (httpx.HTTPError, TimeoutError) as error:
            outcome = type(error).__name__
            raise
        finally:
            took_ms = (time.monotonic() - begun_at) * 1000
            where = f"{request.method} {request.url.host}{request.url.path}"
            went_well = outcome.startswith("2")
            log.log(
                level if went_well else logging.INFO, "%s -> %s, %.0f ms", where, outcome, took_ms
            )
        return answer

    async def _exchange(self, request: httpx.Request) -> Answer:
        """Never read more than allowed, however long the answer is."""
        response = await self._client.send(request, stream=True)
        try:
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > ANSWER_BYTES_MAX:
                    raise httpx.DecodingError("an answer longer than allowed")
        finally:
            await response.aclose()
        headers = response.headers
        return read(
            response.status_code,
            bytes(data),
            headers.get("Retry-After", ""),
            headers.get("Content-Type", ""),
        )


def _with(url: str, params: Mapping[str, str] | None) -> str:
    """Add parameters to a URL (httpx would put them in the place of those it has)."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url


def _items(files: Mapping[str, FilePart] | None) -> list[tuple[str, FilePart]]:
    return list(files.items()) if files else []


def _pause_s(turn: int) -> float:
    """Double each time, and spread callers that failed together."""
    return RETRY_PAUSE_S * 2**turn * random.uniform(0.5, 1.0)  # noqa: S311 (not a secret)
