"""INTERACTION_CREATE as Discord sends it, built from what a member did; no state here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.standin import shapes
from tests.standin.messages import Refusal
from tests.standin.shapes import Json
from tests.standin.world import Guild

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 10, 11
MESSAGE_COMMAND = 3
ROW, TEXT, FILE_UPLOAD, LABEL = 1, 4, 19, 18
SINGLE = (TEXT, 21, 23)  # have a value; every other control has values
SIZE_LIMIT_BYTES = 10 * 1024 * 1024
KINDS = {"file": ATTACHMENT, "user": USER, "channel": CHANNEL, "role": ROLE}

Attach = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Place:
    """Who does something, and where; permissions are the member's in that channel."""

    guild: Guild
    channel_id: int
    user_id: int
    permissions: int | None = None
    roles: tuple[int, ...] = ()


@dataclass(slots=True)
class Resolved:
    """What option values stand for."""

    place: Place
    attach: Attach
    found: dict[str, dict[str, Json]] = field(default_factory=dict)

    def add(self, kind: str, number: str, about: Json) -> str:
        """Spell one out, and return its id."""
        self.found.setdefault(kind, {})[number] = about
        return number

    def file(self, value: Json) -> str:
        """An uploaded file under an id of its own."""
        about = self.attach(value)
        return self.add("attachments", about["id"], about)

    def user(self, user_id: int) -> str:
        """A member of this server."""
        member = self.place.guild.member(user_id)
        self.add("users", str(user_id), member.pop("user"))
        return self.add("members", str(user_id), {**member, "permissions": "0"})


def interaction(number: int, token: str, kind: int, place: Place, data: Json) -> Json:
    """Return the event; `data` is what `command`, `component` or `modal` made."""
    guild = place.guild
    everyone = guild.everyone if place.permissions is None else place.permissions
    member = guild.member(place.user_id, place.roles)
    app = str(guild.everyone | guild.bot)
    return {
        "id": str(number),
        "application_id": str(shapes.APPLICATION_ID),
        "type": kind,
        "token": token,
        "version": 1,
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
        "channel_id": str(place.channel_id),
        "channel": {**guild.channel(place.channel_id), "permissions": str(everyone)},
        "member": {**member, "permissions": str(everyone)},
        "locale": "en-US",
        "guild_locale": "en-US",
        "app_permissions": app,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": {"0": str(guild.id)},
        "context": 0,
        "attachment_size_limit": SIZE_LIMIT_BYTES,
        "data": data,
    }


def command(
    registered: Sequence[Json], name: str, options: Mapping[str, Any], focused: str, found: Resolved
) -> Json:
    """Return a slash command's data; `name` may go on to a subcommand ("task show")."""
    root, *path = name.split()
    about = next((each for each in registered if each["name"] == root), {"name": root})
    leaf, nesting = about, list[Json]()
    for step in path:
        leaf = next((each for each in leaf.get("options", ()) if each["name"] == step), {})
        nesting.append({"name": step, "type": leaf.get("type", SUBCOMMAND)})
    types = {each["name"]: each["type"] for each in leaf.get("options", ())}
    if types and (unknown := options.keys() - types.keys()):
        raise Refusal(400, 50035, f"no such option: {sorted(unknown)}")
    values = list(_options(options, types, focused, found))
    for step in reversed(nesting):
        values = [{**step, "options": values}]
    data = {"id": str(about.get("id", 1)), "name": root, "type": 1, "options": values}
    return {**data, **({"resolved": found.found} if found.found else {})}


def menu(registered: Sequence[Json], name: str, message: Json) -> Json:
    """Return the data of a command in a message's menu."""
    about = next((each for each in registered if each["name"] == name), {})
    target = message["id"]
    return {
        "id": str(about.get("id", 1)),
        "name": name,
        "type": MESSAGE_COMMAND,
        "target_id": target,
        "resolved": {"messages": {target: message}},
    }


def component(message: Json, custom_id: str, values: Sequence[str] | None) -> Json:
    """Return a press or a choice; one that is not there or switched off is refused."""
    for part in shapes.parts(message["components"]):
        if part.get("custom_id") == custom_id:
            if part.get("disabled"):
                raise Refusal(400, 50035, f"{custom_id} is disabled")
            data = {"custom_id": custom_id, "component_type": part["type"], "id": part.get("id", 0)}
            return data if values is None else {**data, "values": list(values)}
    raise Refusal(400, 50035, f"no component {custom_id}")


def modal(opened: Json, values: Mapping[str, Any], found: Resolved) -> Json:
    """Return a filled-in form; what is not given stays as it was opened."""
    known = {
        each["custom_id"] for each in shapes.parts(opened["components"]) if "custom_id" in each
    }
    if unknown := values.keys() - known:
        raise Refusal(400, 50035, f"no such field: {sorted(unknown)}")
    rows = [_row(each, values, found) for each in opened["components"]]
    data = {"custom_id": opened["custom_id"], "components": rows}
    return {**data, **({"resolved": found.found} if found.found else {})}


def _row(each: Json, values: Mapping[str, Any], found: Resolved) -> Json:
    if each["type"] == LABEL:
        return {"type": LABEL, "id": 0, "component": _control(each["component"], values, found)}
    if each["type"] == ROW:
        return {"type": ROW, "components": [_control(e, values, found) for e in each["components"]]}
    return {"type": each["type"], "id": 0}


def _control(each: Json, values: Mapping[str, Any], found: Resolved) -> Json:
    data = {"type": each["type"], "id": 0, "custom_id": each["custom_id"]}
    given = values.get(each["custom_id"])
    if each["type"] in SINGLE:
        return {**data, "value": each.get("value", "") if given is None else given}
    if given is None:
        given = [one["value"] for one in each.get("options", ()) if one.get("default")]
    if each["type"] == FILE_UPLOAD:
        given = [found.file(one) for one in given]
    return {**data, "values": list(given)}


def _options(
    options: Mapping[str, Any], types: Mapping[str, int], focused: str, found: Resolved
) -> Iterator[Json]:
    for name, value in options.items():
        kind = types.get(name) or _kind(value)
        about = {"name": name, "type": kind, "value": _value(kind, value, found)}
        yield {**about, "focused": True} if name == focused else about


def _kind(value: Any) -> int:
    """Guess the type of an option that was never registered here."""
    if isinstance(value, dict):
        return KINDS[next(iter(value))]
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return INTEGER
    return NUMBER if isinstance(value, float) else STRING


def _value(kind: int, value: Any, found: Resolved) -> Any:
    match kind, value:
        case 11, {**about}:
            return found.file(about)
        case 6, {"user": user_id}:
            return found.user(int(user_id))
        case 7, {"channel": channel_id}:
            shown = {**found.place.guild.channel(int(channel_id)), "permissions": "0"}
            return found.add("channels", str(channel_id), shown)
        case 8, {"role": role_id}:
            return found.add("roles", str(role_id), {"id": str(role_id), "name": "role"})
        case _:
            return value
