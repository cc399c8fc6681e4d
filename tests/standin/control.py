"""The routes by which a test turns knobs, feeds requests, waits for a moment and counts."""

from aiohttp import web

from tests.standin import plans
from tests.standin.knobs import turned
from tests.standin.provider import PictureService
from tests.standin.rest import Rest

WAIT_S_MAX = 30.0


class Control:
    """`/_control/...` over everything in this process."""

    def __init__(self, rest: Rest, service: PictureService, feed: plans.Feed) -> None:
        self._rest, self._service, self._feed = rest, service, feed

    def add_to(self, app: web.Application) -> None:
        """Put the routes under /_control."""
        app.router.add_get("/_control/state", self._state)
        app.router.add_get("/_control/events", self._events)
        app.router.add_post("/_control/knobs", self._knobs)
        app.router.add_get("/_control/keys", self._keys)
        app.router.add_post("/_control/keys", self._add_keys)
        app.router.add_post("/_control/release", self._release)
        app.router.add_get("/_control/wait", self._wait)

    async def _state(self, _: web.Request) -> web.Response:
        """Answer with all counts."""
        jobs, journal = self._service.jobs, self._rest.journal
        state = {
            "events": journal.counts(),
            "refused_429": self._rest.rates.refused,
            "held": self._rest.holds.now(),
            "calls": jobs.calls,
            "turned_away": jobs.turned_away,
            "started": jobs.started(),
            "jobs": [
                {"client_ref": job.client_ref, "key": job.plan.key, "state": job.state()}
                for job in jobs.by_id.values()
            ],
        }
        return web.json_response(state)

    async def _events(self, request: web.Request) -> web.Response:
        start, what = int(request.query.get("since", 0)), request.query.get("what", "")
        return web.json_response({"events": self._rest.journal.since(start, what)})

    async def _knobs(self, request: web.Request) -> web.Response:
        try:
            self._rest.knobs = turned(self._rest.knobs, await request.json())
        except KeyError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({})

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": self._feed.offered()})

    async def _add_keys(self, request: web.Request) -> web.Response:
        try:
            self._feed.add([plans.from_json(body) for body in (await request.json())["plans"]])
        except (KeyError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"plans": len(self._feed.plans)})

    async def _release(self, request: web.Request) -> web.Response:
        return web.json_response({"released": self._feed.release((await request.json())["count"])})

    async def _wait(self, request: web.Request) -> web.Response:
        """Answer as soon as a request of a wanted kind is held open, or when time is over."""
        kinds = request.query["kinds"].split(",")
        timeout_s = min(WAIT_S_MAX, float(request.query.get("timeout_s", 5)))
        return web.json_response({"held": await self._rest.holds.wait(kinds, timeout_s)})
