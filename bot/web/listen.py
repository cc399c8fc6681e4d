"""One way to serve: every answer fresh, of the type it says, and silent where it is an error."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import hdrs, web
from aiohttp.http import HttpProcessingError

from bot.web.address import refusal

log = logging.getLogger(__name__)
server_log = logging.getLogger(f"{__name__}.server")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BODY_BYTES_MAX = 64 * 1024
BODY_TIMEOUT_S = 10.0
IDLE_S = 30.0
# How long the rest of a refused body is taken and thrown away.
LINGER_S = 1.0
# A route may set its own; what it leaves out is this.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Not what is no HTTP: anybody can send it, and its traceback quotes what was sent."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)


server_log.addFilter(_is_worth_a_line)


def guarded_application(*, body_bytes_max: int = BODY_BYTES_MAX) -> web.Application:
    """An application without routes, whose answers tell nothing that was not asked for."""
    app = web.Application(middlewares=[_quiet], client_max_size=body_bytes_max)
    app.on_response_prepare.append(_stamped)
    return app


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, setting: str
) -> AsyncGenerator[str]:
    """Serve while the block runs and give the address; port 0 takes any free one.

    `setting` is how the names of the two settings begin. Raises PortTaken or BadSettings.
    """
    # No log of requests: addresses hold tokens.
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=server_log,
        keepalive_timeout=IDLE_S,
        lingering_time=LINGER_S,
        shutdown_timeout=1.0,
    )
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise refusal(error, host, port, setting) from error
        yield _address(runner)
    finally:
        await runner.cleanup()


async def read_body(
    request: web.Request, bytes_max: int, timeout_s: float = BODY_TIMEOUT_S
) -> bytes:
    """The whole body; raises 413 as soon as it is longer, 408 when it is slow, 400 when broken."""
    if (request.content_length or 0) > bytes_max:
        raise web.HTTPRequestEntityTooLarge(bytes_max, request.content_length or 0)
    data = bytearray()
    try:
        async with asyncio.timeout(timeout_s):
            async for chunk in request.content.iter_any():
                data += chunk
                if len(data) > bytes_max:
                    raise web.HTTPRequestEntityTooLarge(bytes_max, len(data))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (web.RequestPayloadError, ConnectionResetError):
        # It cannot be decoded, or whoever sent it has hung up and reads no answer.
        raise web.HTTPBadRequest from None
    return bytes(data)


@web.middleware
async def _quiet(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors have a status and no body, whoever raised them."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        allowed = error.headers.get(hdrs.ALLOW)
        kept = {hdrs.ALLOW: allowed} if allowed else {}
        return web.Response(status=error.status, headers=kept)
    except Exception:
        log.exception("a request broke")
        return web.Response(status=500)


async def _stamped(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "inpaint-bot"


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
