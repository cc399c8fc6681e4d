"""The routes by which the bot answers interactions: callbacks, and webhooks by their token."""

from aiohttp import web

from tests.standin import shapes
from tests.standin.answers import say
from tests.standin.interactions import (
    CHOICES,
    DEFERRED,
    FORM,
    INVALID_TOKEN,
    MESSAGE,
    UPDATE,
    Interaction,
    Interactions,
    Spot,
)
from tests.standin.messages import UNKNOWN_MESSAGE, Refusal, Upload
from tests.standin.rest import Rest
from tests.standin.shapes import Json

LOADING = 1 << 7
ORIGINAL = "@original"
WEBHOOK = "/webhooks/{app}/{token}"


class Replies:
    """Discord's side of what is shown by an interaction's token."""

    def __init__(self, rest: Rest, interactions: Interactions) -> None:
        self._rest, self._interactions = rest, interactions
        self._strangers: dict[str, int] = {}

    def add_to(self, app: web.Application) -> None:
        """Put the routes beside the others."""
        callback, one = "/interactions/{id}/{token}/callback", WEBHOOK + "/messages/{message}"
        self._rest.add_route(app, "POST", callback, self._callback)
        self._rest.add_route(app, "POST", WEBHOOK, self._follow_up)
        self._rest.add_route(app, "GET", one, self._fetch)
        self._rest.add_route(app, "PATCH", one, self._edit)
        self._rest.add_route(app, "DELETE", one, self._delete)

    def shown(self, interaction: Interaction, spot: Spot) -> Json:
        """Return a message as an answer holds it; what only one member sees is marked."""
        store = self._rest.store
        message = store.shown(store.find(*spot))
        alone = shapes.EPHEMERAL if spot[0] == interaction.id else 0
        flags = message["flags"] | alone
        return {**message, "channel_id": str(interaction.place.channel_id), "flags": flags}

    def everything(self, interaction: Interaction) -> list[Json]:
        """Return what it shows now: the answer first, then what followed."""
        spots = [interaction.original, *interaction.followups]
        return [
            self.shown(interaction, spot)
            for spot in spots
            if spot and spot[1] in self._rest.store.channels.get(spot[0], {})
        ]

    async def _callback(self, request: web.Request) -> web.Response:
        payload, uploads = await self._rest.body(request)
        number, token = int(request.match_info["id"]), request.match_info["token"]
        interaction = self._interactions.answer(number, token, payload["type"])
        self._take(interaction, payload.get("data") or {}, uploads)
        self._interactions.changed(interaction)
        return say(self._callback_answer(interaction))

    def _take(self, interaction: Interaction, data: Json, uploads: list[Upload]) -> None:
        interaction.ephemeral = bool(int(data.get("flags") or 0) & shapes.EPHEMERAL)
        match interaction.callback:
            case 8:
                interaction.choices = data["choices"]
            case 9:
                interaction.form = data
            case 5:
                interaction.original = self._thinking(interaction)
            case 4:
                interaction.original = self._post(interaction, data, uploads, "answer")
            case 7 if interaction.source is not None:
                interaction.original = interaction.source
                self._change(interaction, interaction.source, data, uploads)
            case _:
                interaction.original = interaction.source

    def _callback_answer(self, interaction: Interaction) -> Json:
        about = {
            "id": str(interaction.id),
            "type": interaction.kind,
            "response_message_loading": interaction.callback == DEFERRED,
            "response_message_ephemeral": interaction.ephemeral,
        }
        if interaction.callback in (CHOICES, FORM) or interaction.original is None:
            return {"interaction": about, "resource": {"type": interaction.callback}}
        resource: Json = {"type": interaction.callback}
        if interaction.callback in (MESSAGE, UPDATE):
            resource["message"] = self.shown(interaction, interaction.original)
        message_id = str(interaction.original[1])
        return {"interaction": {**about, "response_message_id": message_id}, "resource": resource}

    async def _follow_up(self, request: web.Request) -> web.Response:
        interaction = self._known(request)
        payload, uploads = await self._rest.body(request)
        spot = self._post(interaction, payload, uploads, "followup")
        interaction.followups.append(spot)
        self._interactions.changed(interaction)
        return say(self.shown(interaction, spot))

    async def _fetch(self, request: web.Request) -> web.Response:
        interaction = self._known(request)
        return say(self.shown(interaction, self._spot(interaction, request)))

    async def _edit(self, request: web.Request) -> web.Response:
        interaction = self._interactions.of(request.match_info["token"])
        if interaction is None:
            return await self._edit_stranger(request)
        spot = self._spot(interaction, request)
        payload, uploads = await self._rest.body(request)
        self._change(interaction, spot, payload, uploads)
        self._interactions.changed(interaction)
        return say(self.shown(interaction, spot))

    async def _delete(self, request: web.Request) -> web.Response:
        interaction = self._known(request)
        spot = self._spot(interaction, request)
        self._rest.store.delete(*spot)
        if spot[0] != interaction.id:
            about = {"id": str(spot[1]), "channel_id": str(spot[0])}
            self._rest.tell("MESSAGE_DELETE", about)
        self._interactions.changed(interaction)
        return web.Response(status=204)

    async def _edit_stranger(self, request: web.Request) -> web.Response:
        """Take a token that was made elsewhere for a live one, unless it begins with `dead`."""
        token, rest = request.match_info["token"], self._rest
        if token.startswith("dead"):
            raise Refusal(*INVALID_TOKEN)
        payload, uploads = await rest.body(request)
        if token not in self._strangers:
            self._strangers[token] = self._empty(0)
        message = rest.store.edit(0, self._strangers[token], payload, uploads)
        rest.note("reply", message, payload, uploads)
        return say(message)

    def _known(self, request: web.Request) -> Interaction:
        interaction = self._interactions.of(request.match_info["token"])
        if interaction is None:
            raise Refusal(*INVALID_TOKEN)
        return interaction

    def _spot(self, interaction: Interaction, request: web.Request) -> Spot:
        wanted = request.match_info["message"]
        for spot in (interaction.original, *interaction.followups):
            if spot and wanted in (ORIGINAL, str(spot[1])):
                return spot
        raise Refusal(*UNKNOWN_MESSAGE)

    def _home(self, interaction: Interaction, data: Json) -> int:
        """Where a new message is kept: with the interaction when only its member sees it."""
        alone = int(data.get("flags") or 0) & shapes.EPHEMERAL
        return interaction.id if alone else interaction.place.channel_id

    def _post(self, interaction: Interaction, data: Json, uploads: list[Upload], what: str) -> Spot:
        home, store = self._home(interaction, data), self._rest.store
        message, _ = store.create(home, data, uploads, 0.0)
        self._rest.note(what, message, data, uploads, interaction=interaction.id)
        if home != interaction.id:
            self._rest.tell("MESSAGE_CREATE", message)
        return home, int(message["id"])

    def _thinking(self, interaction: Interaction) -> Spot:
        flags = {"flags": shapes.EPHEMERAL if interaction.ephemeral else 0}
        home = self._home(interaction, flags)
        spot = home, self._empty(home)
        self._rest.store.find(*spot)["flags"] |= LOADING
        return spot

    def _empty(self, home: int) -> int:
        """Keep a message that says nothing yet, which nobody could post."""
        store = self._rest.store
        message, _ = store.create(home, {"content": "thinking"}, [], 0.0)
        store.find(home, int(message["id"]))["content"] = ""
        return int(message["id"])

    def _change(
        self, interaction: Interaction, spot: Spot, data: Json, uploads: list[Upload]
    ) -> None:
        message = self._rest.store.edit(*spot, data, uploads)
        kept = self._rest.store.find(*spot)
        kept["flags"] &= ~LOADING
        self._rest.note("reply", message, data, uploads, interaction=interaction.id)
        if spot[0] == interaction.place.channel_id:
            self._rest.tell("MESSAGE_UPDATE", kept)
