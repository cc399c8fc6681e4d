"""The servers that the bot is in, as Discord tells of them: roles, channels and members."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.standin import shapes
from tests.standin.shapes import Json

# View, send, attach, history, and send in threads: what the bot's invite link asks for.
BOT_PERMISSIONS = 274_878_008_320
# The same, and embed links and use commands: what a new server gives everybody.
EVERYONE = BOT_PERMISSIONS | 1 << 14 | 1 << 31
CHANNELS = (777, 7001, 7002, 7003, 7004)
JOINED = "2026-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Guild:
    """One server; everybody has its @everyone role, and the bot one of its own beside it."""

    id: int
    channels: tuple[int, ...] = CHANNELS
    everyone: int = EVERYONE
    bot: int = BOT_PERMISSIONS
    premium_tier: int = 0

    @property
    def bot_role_id(self) -> int:
        """The role that came with the bot."""
        return self.id + 1

    def shown(self) -> Json:
        """Return the guild as GUILD_CREATE tells of it: of members only the bot itself."""
        return {
            **_PLAIN,
            "id": str(self.id),
            "name": f"guild-{self.id}",
            "premium_tier": self.premium_tier,
            "roles": [
                role(self.id, "@everyone", self.everyone),
                role(self.bot_role_id, "inpaint-bot", self.bot, managed=True),
            ],
            "channels": [self.channel(each) for each in self.channels],
            "members": [self.member(shapes.APPLICATION_ID)],
        }

    def channel(self, channel_id: int) -> Json:
        """Return a text channel of this server."""
        return {**shapes.channel(channel_id), "guild_id": str(self.id)}

    def member(self, user_id: int, roles: Iterable[int] = ()) -> Json:
        """Return a member with their user."""
        is_bot = user_id == shapes.APPLICATION_ID
        held = [self.bot_role_id] if is_bot else roles
        name = "inpaint-bot" if is_bot else f"user-{user_id}"
        return {
            "user": shapes.user(user_id, name, bot=is_bot),
            "roles": [str(each) for each in held],
            "nick": None,
            "avatar": None,
            "joined_at": JOINED,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }


@dataclass(slots=True)
class World:
    """All servers by id, and which of them each channel is in."""

    guilds: dict[int, Guild] = field(default_factory=dict)
    homes: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add(Guild(shapes.GUILD_ID))

    def add(self, guild: Guild) -> None:
        """Put a server, or another state of it, into the world."""
        self.guilds[guild.id] = guild
        self.homes.update(dict.fromkeys(guild.channels, guild.id))

    def is_in(self, channel_id: int) -> bool:
        """Whether the bot is in the channel's server, or nobody named that."""
        home = self.homes.get(channel_id)
        return home is None or home in self.guilds

    def home(self, channel_id: int) -> Guild:
        """Return the server of a channel; one that nobody named is in the first."""
        return self.guilds[self.homes.get(channel_id, next(iter(self.guilds)))]


def guild(body: Mapping[str, Any]) -> Guild:
    """Read a server from JSON; unknown fields are an error."""
    known = {**body, "channels": tuple(body.get("channels", CHANNELS))}
    return Guild(**known)


def role(role_id: int, name: str, permissions: int, *, managed: bool = False) -> Json:
    """Return a role object."""
    return {
        "id": str(role_id),
        "name": name,
        "permissions": str(permissions),
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": int(managed),
        "managed": managed,
        "mentionable": False,
        "flags": 0,
    }


_PLAIN: Json = {
    "owner_id": "1",
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "description": None,
    "afk_channel_id": None,
    "afk_timeout": 300,
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "premium_subscription_count": 0,
    "preferred_locale": "en-US",
    "system_channel_id": None,
    "system_channel_flags": 0,
    "rules_channel_id": None,
    "public_updates_channel_id": None,
    "vanity_url_code": None,
    "application_id": None,
    "max_members": 500_000,
    "features": [],
    "emojis": [],
    "stickers": [],
    "threads": [],
    "presences": [],
    "voice_states": [],
    "stage_instances": [],
    "guild_scheduled_events": [],
    "soundboard_sounds": [],
    "member_count": 100,
    "large": False,
    "unavailable": False,
    "joined_at": JOINED,
}
