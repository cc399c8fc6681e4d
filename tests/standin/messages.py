"""The messages of all channels, kept as Discord keeps them; no HTTP here."""

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.standin import shapes
from tests.standin.shapes import Json, Snowflakes

COMPONENTS_MAX = 40
HISTORY_MAX = 100


class Refusal(Exception):
    """An error answer: HTTP status, Discord's code and text."""

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file part of a request; `index` is the n of `files[n]`."""

    index: int
    name: str
    data: bytes = field(repr=False)


@dataclass(slots=True)
class Store:
    """Messages by channel (oldest first), the nonces that are still remembered, and the files."""

    base_url: str = ""
    guild_of: Callable[[int], int] = lambda _channel_id: shapes.GUILD_ID
    ids: Snowflakes = field(default_factory=Snowflakes)
    channels: dict[int, dict[int, Json]] = field(default_factory=dict)
    nonces: dict[tuple[int, str], tuple[float, int]] = field(default_factory=dict)
    files: dict[int, bytes] = field(default_factory=dict)

    def create(
        self, channel_id: int, payload: Json, uploads: list[Upload], nonce_s: float
    ) -> tuple[Json, bool]:
        """Return the message and whether it is new; the same nonce gives the same message."""
        nonce = str(payload.get("nonce") or "")
        known = self._by_nonce(channel_id, nonce, nonce_s) if payload.get("enforce_nonce") else None
        if known is not None:
            return {**known, "nonce": nonce}, False
        message = self._fresh(channel_id, payload)
        _set_body(message, payload)
        message["attachments"] = self._attach(message, payload, uploads)
        _refuse_bad(message)
        self._refer(message, payload)
        self.channels.setdefault(channel_id, {})[int(message["id"])] = message
        if nonce:
            self.nonces[channel_id, nonce] = (time.monotonic(), int(message["id"]))
        return {**self.shown(message), **({"nonce": nonce} if nonce else {})}, True

    def edit(self, channel_id: int, message_id: int, payload: Json, uploads: list[Upload]) -> Json:
        """Change a message; `attachments`, when given, is the complete list to keep and add."""
        old = self.find(channel_id, message_id)
        message = copy.deepcopy(old)
        _set_body(message, payload)
        message["attachments"] = self._attach(message, payload, uploads)
        message["edited_timestamp"] = datetime.now(UTC).isoformat()
        _refuse_bad(message)
        self.channels[channel_id][message_id] = message
        return self.shown(message)

    def find(self, channel_id: int, message_id: int) -> Json:
        """Return a stored message or refuse with 10008."""
        try:
            return self.channels[channel_id][message_id]
        except KeyError:
            raise Refusal(*UNKNOWN_MESSAGE) from None

    def delete(self, channel_id: int, message_id: int) -> None:
        """Take a message away for good."""
        self.find(channel_id, message_id)
        del self.channels[channel_id][message_id]

    def history(self, channel_id: int, before: int, after: int, limit: int) -> list[Json]:
        """Return up to `limit` messages, newest first; with `after` those nearest behind it."""
        found = [
            message
            for number, message in sorted(self.channels.get(channel_id, {}).items())
            if (not before or number < before) and number > after
        ]
        nearest = found[:limit] if after and not before else found[-limit:]
        return [self.shown(message) for message in reversed(nearest)]

    def shown(self, message: Json) -> Json:
        """Return a message as an answer holds it: the one it replies to is spelled out."""
        reference = message.get("message_reference")
        if reference is None:
            return message
        channel = self.channels.get(int(reference["channel_id"]), {})
        return {**message, "referenced_message": channel.get(int(reference["message_id"]))}

    def _by_nonce(self, channel_id: int, nonce: str, nonce_s: float) -> Json | None:
        posted_at, message_id = self.nonces.get((channel_id, nonce), (0.0, 0))
        if not message_id or time.monotonic() - posted_at > nonce_s:
            return None
        return self.channels[channel_id].get(message_id)

    def _fresh(self, channel_id: int, payload: Json) -> Json:
        return {
            "id": str(self.ids.new()),
            "channel_id": str(channel_id),
            "type": 19 if payload.get("message_reference") else 0,
            "author": shapes.user(shapes.APPLICATION_ID, "inpaint-bot", bot=True),
            "application_id": str(shapes.APPLICATION_ID),
            "content": "",
            "embeds": [],
            "attachments": [],
            "components": [],
            "flags": 0,
            "tts": False,
            "pinned": False,
            "mention_everyone": False,
            "mention_roles": [],
            "mentions": [],
            "timestamp": datetime.now(UTC).isoformat(),
            "edited_timestamp": None,
        }

    def _attach(self, message: Json, payload: Json, uploads: list[Upload]) -> list[Json]:
        """Return the attachments that a message has after this payload."""
        kept = {each["id"]: each for each in message["attachments"]}
        named = {str(each["id"]): each for each in payload.get("attachments") or ()}
        if payload.get("attachments") is not None:
            kept = {number: each for number, each in kept.items() if number in named}
        unknown = set(named) - set(kept) - {str(upload.index) for upload in uploads}
        if unknown:
            raise Refusal(400, 50035, f"Invalid Form Body: attachments {sorted(unknown)}")
        fresh = [self._file(message, each, named.get(str(each.index), {})) for each in uploads]
        return [*kept.values(), *fresh]

    def _file(self, message: Json, upload: Upload, about: Json) -> Json:
        number = self.ids.new()
        name = about.get("filename") or upload.name
        url = f"{self.base_url}/attachments/{message['channel_id']}/{number}/{name}"
        self.files[number] = upload.data
        return {
            "id": str(number),
            "filename": name,
            "description": about.get("description"),
            "size": len(upload.data),
            "url": url,
            "proxy_url": url,
            "content_type": "image/png",
            "width": 64,
            "height": 64,
        }

    def _refer(self, message: Json, payload: Json) -> None:
        """Make a message a reply; a reply to nothing is refused unless that was allowed."""
        wanted = payload.get("message_reference")
        if not wanted:
            return
        channel_id = int(wanted.get("channel_id") or message["channel_id"])
        if int(wanted["message_id"]) not in self.channels.get(channel_id, {}):
            if wanted.get("fail_if_not_exists", True):
                raise Refusal(400, 50035, "Invalid Form Body: Unknown message")
            message["type"] = 0
            return
        message["message_reference"] = {
            "type": 0,
            "channel_id": str(channel_id),
            "message_id": str(wanted["message_id"]),
            "guild_id": str(self.guild_of(channel_id)),
        }


def _set_body(message: Json, payload: Json) -> None:
    for name in ("content", "embeds", "components"):
        if name in payload:
            message[name] = copy.deepcopy(payload[name]) or ("" if name == "content" else [])
    message["flags"] |= int(payload.get("flags") or 0)
    message["mentions"] = [shapes.user(each, f"user-{each}") for each in shapes.pinged(payload)]


def _refuse_bad(message: Json) -> None:
    """Refuse what Discord refuses: empty, too many parts, twins, mixed styles, unknown files."""
    found = list(shapes.parts(message["components"]))
    ids = shapes.custom_ids(message)
    is_v2 = bool(message["flags"] & shapes.COMPONENTS_V2)
    if not (message["content"] or message["embeds"] or found or message["attachments"]):
        raise Refusal(400, 50006, "Cannot send an empty message")
    if is_v2 and (message["content"] or message["embeds"]):
        raise Refusal(400, 50035, "Invalid Form Body: content with IS_COMPONENTS_V2")
    if len(found) > COMPONENTS_MAX or len(set(ids)) != len(ids):
        raise Refusal(400, 50035, "Invalid Form Body: components")
    if any(not 1 <= len(each) <= 100 for each in ids):
        raise Refusal(400, 50035, "Invalid Form Body: custom_id")
    _resolve_media(message)


def _resolve_media(message: Json) -> None:
    """Turn `attachment://name` into the attachment's address, as Discord's answers do."""
    urls = {each["filename"]: each["url"] for each in message["attachments"]}
    for item in shapes.media(message):
        if item["url"].startswith("attachment://"):
            name = item["url"].removeprefix("attachment://")
            if name not in urls:
                raise Refusal(400, 50035, f"Invalid Form Body: no attachment {name}")
            item.update(url=urls[name], proxy_url=urls[name], width=64, height=64)
