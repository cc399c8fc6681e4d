"""What members do and what becomes of the gateway, told over `/_control/...` (see `member.py`)."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.standin import payloads, shapes, world
from tests.standin.gateway import Gateway
from tests.standin.interactions import FORM, Interactions, Spot
from tests.standin.messages import Refusal, Upload
from tests.standin.payloads import Place, Resolved
from tests.standin.replies import Replies
from tests.standin.rest import Rest
from tests.standin.shapes import Json

WAIT_S_MAX = 60.0
KINDS = {
    "command": payloads.COMMAND,
    "menu": payloads.COMMAND,
    "autocomplete": payloads.AUTOCOMPLETE,
    "press": payloads.COMPONENT,
    "form": payloads.MODAL,
}
Handler = Callable[[web.Request], Awaitable[web.Response]]


class People:
    """Members, and the weather between them and the bot."""

    def __init__(
        self, rest: Rest, gateway: Gateway, interactions: Interactions, replies: Replies
    ) -> None:
        self._rest, self._gateway = rest, gateway
        self._interactions, self._replies = interactions, replies
        self._uploads: dict[int, Json] = {}

    def add_to(self, app: web.Application) -> None:
        """Put the routes under /_control."""
        add = app.router.add_route
        add("POST", "/_control/guilds", _told(self._guilds))
        add("POST", "/_control/files", _told(self._file))
        add("POST", "/_control/interactions", _told(self._act))
        add("GET", "/_control/interactions", _told(self._all))
        add("GET", "/_control/interactions/{id}", _told(self._one))
        add("GET", "/_control/messages/{channel}", _told(self._messages))
        add("POST", "/_control/say", _told(self._say))
        add("POST", "/_control/gateway", _told(self._weather))
        add("GET", "/_control/sessions", _told(self._sessions))

    async def _guilds(self, request: web.Request) -> Any:
        """Let the bot be in servers, or see another state of them."""
        for body in (await request.json())["guilds"]:
            self._gateway.join(world.guild(body))
        return {}

    async def _file(self, request: web.Request) -> Any:
        """Keep an uploaded file, for any number of interactions."""
        query, data = request.query, await request.read()
        number = self._rest.store.ids.new()
        self._rest.store.files[number] = data
        self._uploads[number] = {
            "filename": query.get("name", "picture.png"),
            "size": len(data),
            "content_type": query.get("type", "image/png"),
            "width": int(query["width"]) if "width" in query else None,
            "height": int(query["height"]) if "height" in query else None,
            "ephemeral": True,
        }
        return {"file": number}

    async def _act(self, request: web.Request) -> Any:
        """Do something as a member, and tell the bot of it."""
        body = await request.json()
        place, kind = self._place(body), KINDS[body["kind"]]
        source = self._source(body)
        data = self._data(body, place, source)
        name = data.get("name") or data["custom_id"]
        made = self._interactions.make(kind, name, place, body.get("age_s", 0.0), source)
        payload = payloads.interaction(made.id, made.token, kind, place, data)
        if source is not None and body["kind"] != "menu":
            payload["message"] = self._seen(source, place)
        prompt = body.get("options", {}).get("prompt", "")
        about = {"kind": body["kind"], "name": name, "user": place.user_id, "prompt": prompt}
        self._rest.journal.add("interaction", interaction=made.id, guild=place.guild.id, **about)
        heard = self._gateway.tell("INTERACTION_CREATE", payload, place.guild.id)
        return {"id": made.id, "sessions": heard}

    def _place(self, body: Json) -> Place:
        guild = self._rest.world.home(body["channel"])
        roles, allowed = tuple(body.get("roles", ())), body.get("permissions")
        return Place(guild, body["channel"], body["user"], allowed, roles)

    def _data(self, body: Json, place: Place, source: Spot | None) -> Json:
        found = Resolved(place, self._attach)
        registered = [*self._rest.registered.get("", ())]
        registered += self._rest.registered.get(str(place.guild.id), ())
        match body["kind"]:
            case "press":
                message = self._rest.store.find(*_there(source))
                return payloads.component(message, body["custom_id"], body.get("values"))
            case "form":
                opened = self._interactions.by_id[body["of"]]
                if opened.callback != FORM or opened.form is None:
                    raise Refusal(400, 0, "no form was opened")
                return payloads.modal(opened.form, body.get("values", {}), found)
            case "menu":
                return payloads.menu(registered, body["name"], self._seen(_there(source), place))
            case _:
                options, focused = body.get("options", {}), body.get("focused", "")
                return payloads.command(registered, body["name"], options, focused, found)

    def _source(self, body: Json) -> Spot | None:
        """Where the message is that a press, a form or a menu is about."""
        if "of" in body:
            of = self._interactions.by_id[body["of"]]
            if body["kind"] == "form":
                return of.source
            spots = [spot for spot in (of.original, *of.followups) if spot]
            wanted = body.get("message", spots[0][1] if spots else 0)
            return next((spot for spot in spots if spot[1] == wanted), None)
        return (body["channel"], body["message"]) if "message" in body else None

    def _seen(self, spot: Spot, place: Place) -> Json:
        store = self._rest.store
        alone = 0 if spot[0] == place.channel_id else shapes.EPHEMERAL
        message = store.shown(store.find(*spot))
        flags = message["flags"] | alone
        return {**message, "channel_id": str(place.channel_id), "flags": flags}

    def _attach(self, value: Json) -> Json:
        """An uploaded file as one more attachment."""
        store, number = self._rest.store, self._rest.store.ids.new()
        about = self._uploads[int(value["file"])]
        store.files[number] = store.files[int(value["file"])]
        url = f"{store.base_url}/attachments/0/{number}/{about['filename']}"
        return {**about, "id": str(number), "url": url, "proxy_url": url}

    async def _all(self, request: web.Request) -> Any:
        """Return all that was done, from a place on."""
        known = list(self._interactions.by_id.values())[int(request.query.get("since", 0)) :]
        return {"interactions": [each.summary() for each in known]}

    async def _one(self, request: web.Request) -> Any:
        """Return one with what it shows, as soon as it changed since a revision."""
        known, query = self._interactions.by_id[int(request.match_info["id"])], request.query
        timeout_s = min(WAIT_S_MAX, float(query.get("timeout_s", 0)))
        await self._interactions.wait(known, int(query.get("revision", -1)), timeout_s)
        return {**known.summary(), "shown": self._replies.everything(known)}

    async def _messages(self, request: web.Request) -> Any:
        """Return a channel's messages, oldest first."""
        channel, since = int(request.match_info["channel"]), int(request.query.get("since", 0))
        known = self._rest.store.channels.get(channel, {})
        return {"messages": [each for number, each in known.items() if number > since]}

    async def _say(self, request: web.Request) -> Any:
        """Post a message as a member."""
        body, store = await request.json(), self._rest.store
        place = self._place(body)
        files = [self._uploads[each] | {"file": each} for each in body.get("files", ())]
        uploads = [
            Upload(n, about["filename"], store.files[about["file"]])
            for n, about in enumerate(files)
        ]
        payload: Json = {"content": body.get("content", "")}
        if "reply_to" in body:
            payload["message_reference"] = {"message_id": body["reply_to"]}
        message, _ = store.create(place.channel_id, payload, uploads, 0.0)
        kept = store.find(place.channel_id, int(message["id"]))
        kept["author"] = place.guild.member(place.user_id)["user"]
        del kept["application_id"]
        if "reply_to" in body:  # with its ping on, as it is unless a member switches it off
            kept["mentions"].append(store.find(place.channel_id, body["reply_to"])["author"])
        self._rest.tell("MESSAGE_CREATE", store.shown(kept))
        return {"id": int(message["id"])}

    async def _weather(self, request: web.Request) -> Any:
        """Drop, mute, close, or ask to reconnect; return how many connections that met."""
        body, gateway = await request.json(), self._gateway
        match body["do"]:
            case "drop":
                count = gateway.drop(body.get("away_s", 0.0), hangs=body.get("hangs", False))
            case "mute":
                count = gateway.mute()
            case "close":
                count = gateway.close(body["code"])
            case "reconnect":
                count = gateway.reconnect()
            case "invalidate":
                count = gateway.invalidate(resumable=body.get("resumable", False))
            case unknown:
                raise Refusal(400, 0, f"cannot {unknown}")
        return {"connections": count}

    async def _sessions(self, _: web.Request) -> Any:
        return {"sessions": self._gateway.sessions()}


def _there(spot: Spot | None) -> Spot:
    if spot is None:
        raise Refusal(404, 10008, "Unknown Message")
    return spot


def _told(handler: Callable[[web.Request], Awaitable[Any]]) -> Handler:
    """Answer JSON; what cannot be done is told in words."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except Refusal as refusal:
            return web.json_response({"error": refusal.text}, status=400)
        except (KeyError, TypeError) as error:
            return web.json_response({"error": repr(error)}, status=400)

    return answer
