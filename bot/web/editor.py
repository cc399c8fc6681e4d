"""The painting page: its files for everybody, and a draft for whoever has its link.

The link's token stands behind a `#`, so that no log, proxy or preview of links reads it; the page
sends it as a header. There are no cookies, so nothing is done in anybody's name unasked.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import wraps
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.domain import JsonObject, Op, Task, TaskState
from bot.errors import (
    BotError,
    LimitReached,
    MissingPermission,
    NotAllowed,
    NotEnoughCredits,
    NotServed,
    NotYours,
    ProviderError,
    TaskGone,
    UserError,
    not_charged,
)
from bot.services.painting import STROKES_MAX_BYTES, Painted, Painting, PriceChanged
from bot.services.ports import Clock
from bot.services.records import from_json
from bot.web import painted
from bot.web.listen import read_body
from bot.web.pace import Pace
from bot.web.pages import PAGE, read_static
from bot.web.tokens import SUBJECT_BYTES, Tokens

log = logging.getLogger(__name__)

PURPOSE = "edit"
PAINTED = frozenset({Op.INPAINT, Op.ERASE})
# A link outlives its draft, to show how the edit goes on.
LOOK_ON = timedelta(hours=1)
BODY_BYTES_MAX = STROKES_MAX_BYTES + 64 * 1024
BODY_TIMEOUT_S = 60.0
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
BAD_LINK = "This link is not whole, or over. In Discord, press Paint in browser for a new one."
UNREADABLE = "I cannot read what this page sent. Reload it and try again.\nNothing was charged."
TOO_FAST = "That was a lot at once. Wait a few seconds and try again."
_STATUS: tuple[tuple[type[BotError], int], ...] = (
    (PriceChanged, 409),
    (NotEnoughCredits, 402),
    (LimitReached, 429),
    (NotAllowed, 403),
    (NotServed, 403),
    (NotYours, 403),
    (MissingPermission, 403),
    (TaskGone, 410),
    (UserError, 400),
    (ProviderError, 410),
)
Answer = Callable[["Editor", web.Request, str], Awaitable[web.Response]]


class EditLinks:
    """Makes the links, and reads them back."""

    def __init__(self, base_url: str, tokens: Tokens, clock: Clock) -> None:
        self._base_url = base_url
        self._tokens = tokens
        self._clock = clock

    def link(self, task: Task) -> str | None:
        """Where this draft is painted on, the same each time; None where it is none."""
        if task.state is not TaskState.DRAFT or task.draft_expires_at is None:
            return None
        if task.op not in PAINTED or task.picture_blob is None:
            return None
        subject = task.id.encode().ljust(SUBJECT_BYTES, b"\0")
        ends_at = (task.draft_expires_at + LOOK_ON).replace(microsecond=0)
        # Half a second on: the token rounds up, and must not do so by chance.
        life_s = (ends_at - self._clock.now()).total_seconds() + 0.5
        return f"{self._base_url}/edit/#t={self._tokens.make(PURPOSE, subject, life_s)}"

    def read(self, token: str) -> str | None:
        """The task that a token stands for."""
        subject = self._tokens.read(PURPOSE, token)
        return subject.rstrip(b"\0").decode("ascii", "replace") if subject else None

    @property
    def is_secure(self) -> bool:
        """Whether browsers come over https."""
        return urlsplit(self._base_url).scheme == "https"


def answered(handler: Answer) -> Callable[["Editor", web.Request], Awaitable[web.Response]]:
    """Ask for the token first, and give every refusal as a sentence in JSON."""

    @wraps(handler)
    async def answer(editor: "Editor", request: web.Request) -> web.Response:
        task_id = editor.task_of(request)
        if task_id is None:
            return _refusal(401, BAD_LINK)
        if not editor.pace.take(task_id):
            return _refusal(429, TOO_FAST, headers={"Retry-After": "5"})
        try:
            return await handler(editor, request, task_id)
        except BotError as error:
            return _explained(error)

    return answer


class Editor:
    """Answers the page."""

    def __init__(self, links: EditLinks, painting: Painting, clock: Clock) -> None:
        self._links = links
        self._painting = painting
        self._files = read_static()
        self.pace = Pace(clock)
        self._headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
        if links.is_secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    def routes(self) -> tuple[web.RouteDef, ...]:
        """What the public server answers for it."""
        return (
            web.get("/edit", self._home),
            web.get("/edit/", self._page),
            web.get(r"/edit/{token:[\w-]{50}}", self._page),
            web.get("/edit/static/{name}", self._static),
            web.get("/edit/api/draft", self._draft),
            web.get("/edit/api/glance", self._glance),
            web.get("/edit/api/picture", self._picture),
            web.get("/edit/api/mask", self._mask),
            web.get("/edit/api/progress", self._progress),
            web.get(r"/edit/api/result/{n:[1-9]\d?}", self._result),
            web.post("/edit/api/submit", self._submit),
        )

    def task_of(self, request: web.Request) -> str | None:
        """The task that the request's token stands for."""
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        return self._links.read(token) if scheme == "Bearer" else None

    async def _home(self, _request: web.Request) -> web.Response:
        # Without a slash at its end, nothing on the page would be found.
        return web.Response(status=308, headers={"Location": "edit/"})

    async def _page(self, request: web.Request) -> web.Response:
        return self._files[PAGE].answer(request, self._headers)

    async def _static(self, request: web.Request) -> web.Response:
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return found.answer(request, self._headers)

    @answered
    async def _draft(self, _request: web.Request, task_id: str) -> web.Response:
        view = await self._painting.look(task_id)
        if view.task.state is not TaskState.DRAFT:
            return web.json_response(painted.begun(view))
        return web.json_response(painted.draft(await self._painting.open(view), view))

    @answered
    async def _glance(self, _request: web.Request, task_id: str) -> web.Response:
        view = await self._painting.look(task_id)
        return _image(await self._painting.glance(view.task), "image/jpeg")

    @answered
    async def _picture(self, _request: web.Request, task_id: str) -> web.Response:
        view = await self._painting.look(task_id)
        return _image(await self._painting.picture(view.task), "image/jpeg")

    @answered
    async def _mask(self, _request: web.Request, task_id: str) -> web.Response:
        view = await self._painting.look(task_id)
        return _image(await self._painting.mask(view.task), "image/png")

    @answered
    async def _progress(self, _request: web.Request, task_id: str) -> web.Response:
        return web.json_response(painted.progress(await self._painting.look(task_id)))

    @answered
    async def _result(self, request: web.Request, task_id: str) -> web.Response:
        view = await self._painting.look(task_id)
        n = int(request.match_info["n"])
        return _image(await self._painting.result(view, n), "image/jpeg")

    @answered
    async def _submit(self, request: web.Request, task_id: str) -> web.Response:
        if request.content_type != "application/json":
            return _refusal(415, UNREADABLE)
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return _refusal(403, UNREADABLE)
        wish = _read(await read_body(request, BODY_BYTES_MAX, BODY_TIMEOUT_S))
        if wish is None:
            return _refusal(400, UNREADABLE)
        task = await self._painting.submit(task_id, wish)
        return web.json_response({"state": task.state.value})


def _read(body: bytes) -> Painted | None:
    """The wish; its operations travel as one text, so that reading this takes no time."""
    try:
        given: JsonObject = json.loads(body)
        wish = from_json(Painted, given)
        # Half of a pair of code units is no text that could be kept.
        json.dumps([given], ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return wish


def _image(data: bytes, kind: str) -> web.Response:
    return web.Response(body=data, headers={"Content-Type": kind})


def _explained(error: BotError) -> web.Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 400)
    log.debug("refused with %s: %s", status, error)
    more = {"price": error.credits} if isinstance(error, PriceChanged) else {}
    return _refusal(status, not_charged(painted.plain(error.sentence)), more)


def _refusal(
    status: int,
    sentence: str,
    more: Mapping[str, int] | None = None,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    body: JsonObject = {"error": sentence, **(more or {})}
    return web.json_response(body, status=status, headers=headers)
