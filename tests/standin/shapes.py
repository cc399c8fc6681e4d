"""JSON as Discord sends it: users, the application, channels, errors, and what a payload holds."""

import re
import time
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000
APPLICATION_ID = 900_000_000_000_000_001
GUILD_ID = 800_000_000_000_000_001
COMPONENTS_V2 = 1 << 15
EPHEMERAL = 1 << 6
_MENTION = re.compile(r"<@!?(\d+)>")


class Snowflakes:
    """Ids that grow with time and never repeat within one process."""

    def __init__(self) -> None:
        self._last = 0
        self._aged = 1 << 21

    def new(self, age_s: float = 0.0) -> int:
        """Return the next id, or one from some seconds ago."""
        now_ms = int((time.time() - age_s) * 1000) - DISCORD_EPOCH_MS
        if age_s:
            self._aged += 1
            return (now_ms << 22) + self._aged
        self._last = max(now_ms << 22, self._last + 1)
        return self._last


def user(user_id: int, name: str, *, bot: bool = False) -> Json:
    """Return a user object."""
    return {
        "id": str(user_id),
        "username": name,
        "global_name": None,
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


def me() -> Json:
    """Return the bot's own user, with what only `/users/@me` tells."""
    own = {"verified": True, "mfa_enabled": False, "email": None, "flags": 0, "locale": "en-US"}
    return {**user(APPLICATION_ID, "inpaint-bot", bot=True), **own}


def application() -> Json:
    """Return the application object."""
    return {
        "id": str(APPLICATION_ID),
        "name": "inpaint-bot",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "team": None,
        "owner": user(1, "operator"),
    }


def channel(channel_id: int) -> Json:
    """Return a text channel of the one guild."""
    return {
        "id": str(channel_id),
        "type": 0,
        "guild_id": str(GUILD_ID),
        "name": f"channel-{channel_id}",
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "permission_overwrites": [],
    }


def parts(components: Any) -> Iterator[Json]:
    """Walk through all components of a payload, nested ones too."""
    if isinstance(components, list):
        for each in components:
            yield from parts(each)
    elif isinstance(components, dict):
        if "type" in components:
            yield components
        for value in components.values():
            if isinstance(value, list | dict):
                yield from parts(value)


def custom_ids(payload: Json) -> list[str]:
    """Return the custom_id of every component that has one."""
    return [part["custom_id"] for part in parts(payload.get("components")) if "custom_id" in part]


def media(payload: Json) -> Iterator[Json]:
    """Return each media item that a gallery, thumbnail or file component shows."""
    for part in parts(payload.get("components")):
        for item in part.get("items", [part]):
            found = item.get("media") or item.get("file")
            if isinstance(found, dict):
                yield found


def pinged(payload: Json) -> list[int]:
    """Return the users that this payload's text mentions and its allowed_mentions let through."""
    texts = [str(payload.get("content") or "")]
    texts += [str(p["content"]) for p in parts(payload.get("components")) if "content" in p]
    named = {int(found) for text in texts for found in _MENTION.findall(text)}
    allowed = payload.get("allowed_mentions")
    if allowed is None or "users" in allowed.get("parse", []):
        return sorted(named)
    return sorted(named & {int(each) for each in allowed.get("users", [])})
