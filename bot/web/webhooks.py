"""Where a provider may call us when a job moves on: a reason to ask it, never an answer.

Each task has a path of its own that nobody can guess, and a secret that comes back in a header
where the provider offers that. Nothing is read from or written to the database here: what is told
twice, too early or too late changes nothing, and polling goes on whatever is told.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from aiohttp import web

from bot.log import task_context
from bot.web.listen import read_body
from bot.web.tokens import Tokens

log = logging.getLogger(__name__)
BODY_BYTES_MAX, BODY_TIMEOUT_S = 64 * 1024, 10.0
_PATH, _SECRET = "webhook path", "webhook secret"


class Listener(Protocol):
    """What a provider makes of a call; pure."""

    def __call__(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool | None:
        """Whether it is a reason to ask for the job; None where it is forged."""
        ...


class HookLinks:
    """The addresses and secrets, made anew from the key whenever they are needed."""

    def __init__(self, base_url: str, tokens: Tokens) -> None:
        self._base_url = base_url
        self._tokens = tokens

    def url(self, slug: str, task_id: str) -> str:
        """Where a provider may call about this task."""
        stamp = self._tokens.stamp(_PATH, slug, task_id)
        return f"{self._base_url}/hooks/{slug}/{task_id}/{stamp}"

    def secret(self, slug: str, task_id: str) -> str:
        """What it has to show then."""
        return self._tokens.stamp(_SECRET, slug, task_id)

    def is_ours(self, slug: str, task_id: str, stamp: str) -> bool:
        """Whether a path was made here."""
        return self._tokens.is_stamp(stamp, _PATH, slug, task_id)


class Webhooks:
    """Takes calls; `hurry` makes the bot ask the provider for a task soon."""

    def __init__(
        self,
        links: HookLinks,
        listeners: Mapping[str, Listener],
        hurry: Callable[[str], None],
    ) -> None:
        self._links = links
        self._listeners = listeners
        self._hurry = hurry

    def routes(self) -> tuple[web.RouteDef, ...]:
        """What the public server answers for it."""
        return (web.post("/hooks/{slug}/{task_id}/{stamp}", self._take),)

    async def _take(self, request: web.Request) -> web.Response:
        """Say 200 to whatever came over the right path: asking again would change nothing."""
        found = request.match_info
        slug, task_id = found["slug"], found["task_id"]
        listener = self._listeners.get(slug)
        if listener is None or not self._links.is_ours(slug, task_id, found["stamp"]):
            raise web.HTTPNotFound
        body = await read_body(request, BODY_BYTES_MAX, BODY_TIMEOUT_S)
        is_news = listener(request.headers, body, self._links.secret(slug, task_id))
        with task_context(task_id):
            if is_news is None:
                log.warning("a forged webhook of %s was refused", slug)
                raise web.HTTPNotFound
            log.debug("webhook of %s, %s", slug, "news" if is_news else "nothing new")
        if is_news:
            self._hurry(task_id)
        return web.Response()
