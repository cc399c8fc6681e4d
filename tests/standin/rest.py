"""The REST routes of Discord; what answers interactions is in `replies.py`."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.standin import shapes
from tests.standin.answers import refuse, say
from tests.standin.holds import Holds
from tests.standin.journal import Journal
from tests.standin.knobs import Knobs, draw
from tests.standin.messages import HISTORY_MAX, Refusal, Store, Upload
from tests.standin.rates import Rates
from tests.standin.shapes import Json
from tests.standin.world import Guild, World

Handler = Callable[[web.Request], Awaitable[web.Response]]
Tell = Callable[[str, Json], None]
API = "/api/v10"
GATEWAY = "/gateway-socket"
STARTS_MAX = 1000
REQUEST_BYTES_MAX = 25 * 1024 * 1024
ROUTES = (
    ("GET", "/users/@me", "own_user"),
    ("GET", "/applications/@me", "application"),
    ("GET", "/oauth2/applications/@me", "application"),
    ("GET", "/gateway", "gateway"),
    ("GET", "/gateway/bot", "gateway"),
    ("GET", "/guilds/{guild}", "guild"),
    ("GET", "/guilds/{guild}/members/{user}", "member"),
    ("GET", "/applications/{app}/commands", "commands"),
    ("PUT", "/applications/{app}/commands", "put_commands"),
    ("GET", "/applications/{app}/guilds/{guild}/commands", "commands"),
    ("PUT", "/applications/{app}/guilds/{guild}/commands", "put_commands"),
    ("GET", "/channels/{channel}", "channel"),
    ("GET", "/channels/{channel}/messages", "history"),
    ("POST", "/channels/{channel}/messages", "create"),
    ("GET", "/channels/{channel}/messages/{message}", "message"),
    ("PATCH", "/channels/{channel}/messages/{message}", "edit"),
    ("DELETE", "/channels/{channel}/messages/{message}", "delete"),
)


class Rest:
    """Discord's side of each route; `knobs` may be replaced at any time."""

    def __init__(self, knobs: Knobs, holds: Holds, journal: Journal, world: World) -> None:
        self.knobs, self.holds, self.journal, self.world = knobs, holds, journal, world
        self.store, self.rates = Store(), Rates()
        self.registered: dict[str, list[Json]] = {}
        self.starts = 0
        self.tell: Tell = lambda _event, _message: None

    @property
    def gateway_url(self) -> str:
        """Where the websocket is."""
        return self.store.base_url.replace("http", "ws", 1) + GATEWAY

    def accepts(self, token: str) -> bool:
        """Whether this is the bot's token."""
        return self.knobs.token in ("", token.removeprefix("Bot "))

    def add_to(self, app: web.Application) -> None:
        """Put all routes under /api/v10 and the files under /attachments."""
        for method, path, name in ROUTES:
            self.add_route(app, method, path, getattr(self, f"_{name}"))
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._file)
        app.router.add_route("*", API + "/{rest:.*}", self._stray)

    def add_route(self, app: web.Application, method: str, path: str, handler: Handler) -> None:
        """Put a route under /api/v10 that does what every route does."""
        app.router.add_route(method, API + path, self._wrap(handler, f"{method} {path}"))

    def _wrap(self, handler: Handler, bucket: str) -> Handler:
        """Add what every route does: token, rate limit, error answers, headers."""

        async def answer(request: web.Request) -> web.Response:
            told = request.headers.get("Authorization", "")
            if "token" not in request.match_info and not (
                told.startswith("Bot ") and self.accepts(told)
            ):
                return refuse(401, 0, "401: Unauthorized")
            major = request.match_info.get("channel") or request.match_info.get("token", "")
            passes, headers = self.rates.take(self.knobs, bucket, major)
            if not passes:
                return self.rates.refusal(headers)
            try:
                response = await handler(request)
            except Refusal as refusal:
                response = refuse(refusal.status, refusal.code, refusal.text)
            response.headers.update(headers)
            return response

        return answer

    async def _own_user(self, _: web.Request) -> web.Response:
        return say(shapes.me())

    async def _application(self, _: web.Request) -> web.Response:
        return say(shapes.application())

    async def _gateway(self, _: web.Request) -> web.Response:
        starts = {
            "total": STARTS_MAX,
            "remaining": max(0, STARTS_MAX - self.starts),
            "reset_after": 0,
            "max_concurrency": 1,
        }
        shards = self.knobs.shards
        return say({"url": self.gateway_url, "shards": shards, "session_start_limit": starts})

    async def _guild(self, request: web.Request) -> web.Response:
        return say(self._guild_of(request).shown())

    async def _member(self, request: web.Request) -> web.Response:
        return say(self._guild_of(request).member(int(request.match_info["user"])))

    async def _commands(self, request: web.Request) -> web.Response:
        scope = request.match_info.get("guild", "")
        return say(self.registered.get(scope, []))

    async def _put_commands(self, request: web.Request) -> web.Response:
        scope = request.match_info.get("guild", "")
        fresh = {"application_id": str(shapes.APPLICATION_ID), "version": "1"}
        self.registered[scope] = [
            {"description": "", "id": str(self.store.ids.new()), **fresh, **command}
            for command in await request.json()
        ]
        self.journal.add("commands", guild=scope, count=len(self.registered[scope]))
        return say(self.registered[scope])

    async def _channel(self, request: web.Request) -> web.Response:
        channel_id = self._channel_id(request)
        return say(self.world.home(channel_id).channel(channel_id))

    async def _history(self, request: web.Request) -> web.Response:
        channel_id, query = self._channel_id(request), request.query
        limit = max(1, min(HISTORY_MAX, int(query.get("limit", 50))))
        self.journal.add("history", channel=channel_id, limit=limit)
        found = self.store.history(
            channel_id, int(query.get("before", 0)), int(query.get("after", 0)), limit
        )
        return say(found)

    async def _message(self, request: web.Request) -> web.Response:
        channel_id, message_id = self._channel_id(request), int(request.match_info["message"])
        self.journal.add("fetch", channel=channel_id, message=message_id)
        return say(self.store.shown(self.store.find(channel_id, message_id)))

    async def _create(self, request: web.Request) -> web.Response:
        channel_id = self._channel_id(request)
        payload, uploads = await self.body(request)
        kind = "ping" if payload.get("message_reference") else "create"
        about = {"channel": channel_id, "nonce": payload.get("nonce")}
        await self.holds.hold(kind, "before", draw(self.knobs.create_before_s), **about)
        forgetful = channel_id in self.knobs.forgetful_channels
        if forgetful and _client_is_gone(request):
            self.journal.add("dropped", **about)
            return refuse(499, 0, "gone")
        nonce_s = 0.0 if forgetful else self.knobs.nonce_s
        message, is_new = self.store.create(channel_id, payload, uploads, nonce_s)
        self.note("create" if is_new else "duplicate", message, payload, uploads)
        if is_new:
            self.tell("MESSAGE_CREATE", message)
        await self.holds.hold(kind, "after", draw(self.knobs.create_after_s), **about)
        return say(message)

    async def _edit(self, request: web.Request) -> web.Response:
        channel_id, message_id = self._channel_id(request), int(request.match_info["message"])
        payload, uploads = await self.body(request)
        await self.holds.hold("edit", "before", draw(self.knobs.edit_before_s), channel=channel_id)
        message = self.store.edit(channel_id, message_id, payload, uploads)
        self.note("edit", message, payload, uploads)
        self.tell("MESSAGE_UPDATE", message)
        await self.holds.hold("edit", "after", draw(self.knobs.edit_after_s), channel=channel_id)
        return say(message)

    async def _delete(self, request: web.Request) -> web.Response:
        channel_id, message_id = self._channel_id(request), int(request.match_info["message"])
        self.store.delete(channel_id, message_id)
        self.journal.add("delete", channel=channel_id, message=message_id)
        self.tell("MESSAGE_DELETE", {"id": str(message_id), "channel_id": str(channel_id)})
        return web.Response(status=204)

    async def _file(self, request: web.Request) -> web.Response:
        data = self.store.files.get(int(request.match_info["file"]))
        if data is None:
            return web.Response(status=404)
        return web.Response(body=data, content_type="image/png")

    async def _stray(self, request: web.Request) -> web.Response:
        self.journal.add("stray", method=request.method, path=request.path)
        return refuse(404, 0, "404: Not Found")

    def _guild_of(self, request: web.Request) -> Guild:
        found = self.world.guilds.get(int(request.match_info["guild"]))
        if found is None:
            raise Refusal(404, 10004, "Unknown Guild")
        return found

    def _channel_id(self, request: web.Request) -> int:
        channel_id = int(request.match_info["channel"])
        if channel_id in self.knobs.gone_channels:
            raise Refusal(404, 10003, "Unknown Channel")
        if channel_id in self.knobs.closed_channels or not self.world.is_in(channel_id):
            raise Refusal(403, 50001, "Missing Access")
        return channel_id

    async def body(self, request: web.Request) -> tuple[Json, list[Upload]]:
        """Read JSON, or a multipart of payload_json and files[n]."""
        if not request.content_type.startswith("multipart/"):
            return await request.json(), []
        payload: Json = {}
        uploads: list[Upload] = []
        for name, part in (await request.post()).items():
            if isinstance(part, web.FileField):
                data = await asyncio.to_thread(part.file.read)
                uploads.append(Upload(int(name[len("files[") : -1]), part.filename, data))
            elif name == "payload_json":
                payload = json.loads(str(part))
        if any(len(each.data) > self.knobs.file_bytes_max for each in uploads):
            raise Refusal(413, 40005, "Request entity too large")
        return payload, uploads

    def note(
        self, what: str, message: Json, payload: Json, uploads: list[Upload], **about: int
    ) -> None:
        """Record a create or edit with everything that a test may count."""
        self.journal.add(
            what,
            channel=int(message["channel_id"]),
            message=int(message["id"]),
            nonce=payload.get("nonce"),
            enforced=bool(payload.get("enforce_nonce")),
            custom_ids=shapes.custom_ids(message),
            mentions=shapes.pinged(payload),
            reply_to=int((payload.get("message_reference") or {}).get("message_id", 0)),
            files=[{"name": each.name, "bytes": len(each.data)} for each in uploads],
            attachments=len(message["attachments"]),
            **about,
        )


def _client_is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()
