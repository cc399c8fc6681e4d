"""The REST routes of Discord that a bot without a gateway uses."""

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

Handler = Callable[[web.Request], Awaitable[web.Response]]
API = "/api/v10"
REQUEST_BYTES_MAX = 25 * 1024 * 1024
ROUTES = (
    ("GET", "/users/@me", "own_user"),
    ("GET", "/applications/@me", "application"),
    ("GET", "/oauth2/applications/@me", "application"),
    ("GET", "/gateway/bot", "gateway"),
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
    ("PATCH", "/webhooks/{app}/{token}/messages/@original", "edit_reply"),
)


class Rest:
    """Discord's side of each route; `knobs` may be replaced at any time."""

    def __init__(self, knobs: Knobs, holds: Holds, journal: Journal) -> None:
        self.knobs, self.holds, self.journal = knobs, holds, journal
        self.store, self.rates = Store(), Rates()
        self.replies: dict[str, int] = {}
        self.registered: dict[str, list[Json]] = {}

    def add_to(self, app: web.Application) -> None:
        """Put all routes under /api/v10 and the files under /attachments."""
        for method, path, name in ROUTES:
            app.router.add_route(method, API + path, self._wrap(name, f"{method} {path}"))
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._file)
        app.router.add_route("*", API + "/{rest:.*}", self._stray)

    def _wrap(self, name: str, bucket: str) -> Handler:
        """Add what every route does: token, rate limit, error answers, headers."""
        handler: Handler = getattr(self, f"_{name}")

        async def answer(request: web.Request) -> web.Response:
            if not request.headers.get("Authorization", "").startswith("Bot ") and (
                "token" not in request.match_info
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
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        answer = {"url": "ws://127.0.0.1:1", "shards": 1, "session_start_limit": starts}
        return say(answer)

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
        return say(shapes.channel(self._channel_id(request)))

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
        payload, uploads = await self._body(request)
        kind = "ping" if payload.get("message_reference") else "create"
        about = {"channel": channel_id, "nonce": payload.get("nonce")}
        await self.holds.hold(kind, "before", draw(self.knobs.create_before_s), **about)
        forgetful = channel_id in self.knobs.forgetful_channels
        if forgetful and _client_is_gone(request):
            self.journal.add("dropped", **about)
            return refuse(499, 0, "gone")
        nonce_s = 0.0 if forgetful else self.knobs.nonce_s
        message, is_new = self.store.create(channel_id, payload, uploads, nonce_s)
        self._note("create" if is_new else "duplicate", message, payload, uploads)
        await self.holds.hold(kind, "after", draw(self.knobs.create_after_s), **about)
        return say(message)

    async def _edit(self, request: web.Request) -> web.Response:
        channel_id, message_id = self._channel_id(request), int(request.match_info["message"])
        payload, uploads = await self._body(request)
        await self.holds.hold("edit", "before", draw(self.knobs.edit_before_s), channel=channel_id)
        message = self.store.edit(channel_id, message_id, payload, uploads)
        self._note("edit", message, payload, uploads)
        await self.holds.hold("edit", "after", draw(self.knobs.edit_after_s), channel=channel_id)
        return say(message)

    async def _delete(self, request: web.Request) -> web.Response:
        channel_id, message_id = self._channel_id(request), int(request.match_info["message"])
        self.store.delete(channel_id, message_id)
        self.journal.add("delete", channel=channel_id, message=message_id)
        return web.Response(status=204)

    async def _edit_reply(self, request: web.Request) -> web.Response:
        """Edit the answer that belongs to a token; one that begins with `dead` is over."""
        token = request.match_info["token"]
        if token.startswith("dead"):
            raise Refusal(401, 50027, "Invalid Webhook Token")
        payload, uploads = await self._body(request)
        if token not in self.replies:
            first = {"content": "thinking", "flags": shapes.EPHEMERAL}
            self.replies[token] = int(self.store.create(0, first, [], 0.0)[0]["id"])
            self.store.find(0, self.replies[token])["content"] = ""
        message = self.store.edit(0, self.replies[token], payload, uploads)
        self._note("reply", message, payload, uploads)
        return say(message)

    async def _file(self, request: web.Request) -> web.Response:
        data = self.store.files.get(int(request.match_info["file"]))
        if data is None:
            return web.Response(status=404)
        return web.Response(body=data, content_type="image/png")

    async def _stray(self, request: web.Request) -> web.Response:
        self.journal.add("stray", method=request.method, path=request.path)
        return refuse(404, 0, "404: Not Found")

    def _channel_id(self, request: web.Request) -> int:
        channel_id = int(request.match_info["channel"])
        if channel_id in self.knobs.gone_channels:
            raise Refusal(404, 10003, "Unknown Channel")
        if channel_id in self.knobs.closed_channels:
            raise Refusal(403, 50001, "Missing Access")
        return channel_id

    async def _body(self, request: web.Request) -> tuple[Json, list[Upload]]:
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

    def _note(self, what: str, message: Json, payload: Json, uploads: list[Upload]) -> None:
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
        )


def _client_is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()
