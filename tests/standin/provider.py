"""A picture service over HTTP in three variants: none, lookup and key.

`/provider/{variant}/jobs`: `key` honors `Idempotency-Key`, `lookup` answers `?client_ref=`, `none`
does neither. The prompt of a submit names its plan.
"""

import asyncio
import secrets
import time

from aiohttp import web

from tests.standin.holds import Holds
from tests.standin.jobs import Job, Jobs
from tests.standin.plans import Feed, Plan
from tests.standin.png import png

KEY = "standin-key"
SLOW_S = 5.0
LATE_S = 1.0


class PictureService:
    """The provider's routes over its books."""

    def __init__(self, feed: Feed, holds: Holds) -> None:
        self.jobs, self.base_url = Jobs(), ""
        self._feed, self._holds = feed, holds

    def add_to(self, app: web.Application) -> None:
        """Put the routes under /provider/{variant}."""
        root = "/provider/{variant:none|lookup|key}"
        app.router.add_post(f"{root}/jobs", self._submit)
        app.router.add_get(f"{root}/jobs", self._lookup)
        app.router.add_get(f"{root}/jobs/{{job}}", self._poll)
        app.router.add_post(f"{root}/jobs/{{job}}/cancel", self._cancel)
        app.router.add_post(f"{root}/uploads", self._upload)
        app.router.add_get(f"{root}/balance", self._balance)
        app.router.add_get(f"{root}/files/{{job}}/{{n:\\d+}}.png", self._file)

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        """Start a job; the plan says how slowly, and what goes wrong on the way."""
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return _says(401, "wrong key")
        wanted = await _wish(request)
        ref, plan = wanted["client_ref"], self._feed.plan(wanted["prompt"])
        calls = self.jobs.call(ref)
        about = {"client_ref": ref, "key": plan.key, "variant": plan.variant}
        kind = "late" if plan.before_s >= LATE_S else "submit"
        await self._holds.hold(kind, "before", plan.before_s, **about)
        if refusal := _refusal(plan, calls):
            self.jobs.turn_away(ref)
            return refusal
        job = self._start(request, wanted, plan)
        is_slow = plan.submit == "slow" and calls == 1
        await self._holds.hold("submit", "after", SLOW_S if is_slow else plan.after_s, **about)
        if plan.submit == "drop" and calls == 1:
            return _cut(request)
        return web.json_response(job.shown(self._root(request)), status=201)

    def _start(self, request: web.Request, wanted: dict[str, str], plan: Plan) -> Job:
        job = Job(
            id=secrets.token_hex(8),
            variant=request.match_info["variant"],
            client_ref=wanted["client_ref"],
            plan=plan,
            count=int(wanted.get("count", 1)),
            width_px=int(wanted.get("width", 64)),
            height_px=int(wanted.get("height", 64)),
            begun_at=time.monotonic(),
        )
        honored = job.variant == "key"
        return self.jobs.start(job, request.headers.get("Idempotency-Key") if honored else None)

    async def _lookup(self, request: web.Request) -> web.Response:
        variant = request.match_info["variant"]
        if variant != "lookup":
            return _says(405, "no lookup here")
        found = self.jobs.find(variant, request.query["client_ref"])
        return web.json_response({"jobs": [job.shown(self._root(request)) for job in found]})

    async def _poll(self, request: web.Request) -> web.Response:
        job = self.jobs.by_id.get(request.match_info["job"])
        if job is None:
            return _says(404, "no such job")
        return web.json_response(job.shown(self._root(request)))

    async def _cancel(self, request: web.Request) -> web.Response:
        """Take a job back while it is queued or running."""
        job = self.jobs.by_id.get(request.match_info["job"])
        if job is None:
            return _says(404, "no such job")
        job.cancelled = job.cancelled or job.state() in ("queued", "running")
        return web.json_response({"cancelled": job.cancelled})

    async def _upload(self, request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"id": secrets.token_hex(8)})

    async def _balance(self, _: web.Request) -> web.Response:
        return web.json_response({"units": 1_000_000})

    async def _file(self, request: web.Request) -> web.Response:
        job = self.jobs.by_id.get(request.match_info["job"])
        n = int(request.match_info["n"])
        if job is None or n >= job.delivered():
            return _says(404, "no such file")
        color = (200, 40 + 50 * n % 200, 60)
        data = await asyncio.to_thread(png, job.width_px, job.height_px, color)
        return web.Response(body=data, content_type="image/png")

    def _root(self, request: web.Request) -> str:
        return f"{self.base_url}/provider/{request.match_info['variant']}"


async def _wish(request: web.Request) -> dict[str, str]:
    """Read JSON or form fields; files only count as read."""
    if request.content_type == "application/json":
        return {name: str(value) for name, value in (await request.json()).items()}
    fields = await request.post()
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _refusal(plan: Plan, calls: int) -> web.Response | None:
    if plan.submit == "refuse":
        return _says(422, "this cannot be done")
    if plan.submit == "deny" and calls == 1:
        return _says(500, "broken before it began")
    if plan.submit == "busy" and calls == 1:
        return _says(429, "too many", {"Retry-After": "1"})
    return None


def _cut(request: web.Request) -> web.Response:
    """Close the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _says(status: int, text: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": text}, status=status, headers=headers)
