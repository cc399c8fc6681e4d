"""What each of the edits is, by its number alone: most are plain, some go wrong or are odd."""

from collections import Counter
from enum import StrEnum

from bot.domain import EditRequest, Origin, ReplyHandle
from tests.crash.provider import slug
from tests.standin import shapes
from tests.standin.plans import Plan
from tests.standin.png import packed

GUILDS, MEMBERS, CHANNELS = 5, 60, 40
WIDTH_PX, HEIGHT_PX = 64, 48
VARIANTS = ("none", "lookup", "key")


class Kind(StrEnum):
    """What becomes of an edit."""

    PLAIN = "plain"
    TWO = "two pictures"
    AGAIN = "again"
    GO_ON = "from a result"
    DRAFT = "draft that expires"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    FAILED = "failed"
    FILTERED = "filtered"
    PARTIAL = "partial"
    BUSY = "busy at first"


# By the last two digits of the number; all others are plain.
ODD = {
    7: Kind.TWO,
    14: Kind.AGAIN,
    21: Kind.GO_ON,
    28: Kind.DRAFT,
    35: Kind.CANCELLED,
    42: Kind.REFUSED,
    49: Kind.FAILED,
    56: Kind.FILTERED,
    63: Kind.PARTIAL,
    70: Kind.BUSY,
    77: Kind.AGAIN,
    84: Kind.GO_ON,
}
PLANS = {
    Kind.REFUSED: {"submit": "refuse"},
    Kind.FAILED: {"outcome": "failed"},
    Kind.FILTERED: {"outcome": "filtered"},
    Kind.PARTIAL: {"outcome": "partial", "delivered": 1},
    Kind.BUSY: {"submit": "busy"},
    Kind.CANCELLED: {"job_s": 5.0},
}


def kind(n: int) -> Kind:
    """What the n-th is."""
    return ODD.get(n % 100, Kind.PLAIN)


def key(n: int) -> str:
    """Its request key and prompt."""
    return f"soak-{n:06}"


def plans(count: int) -> list[Plan]:
    """What the provider has to know of the odd ones."""
    found = [(n, PLANS[kind(n)]) for n in range(count) if kind(n) in PLANS]
    return [Plan(key=key(n), **changes) for n, changes in found]  # pyright: ignore[reportArgumentType]


def guild_id(n: int) -> int:
    """Whose server it is in."""
    return shapes.GUILD_ID + n % GUILDS


def request(n: int, reply: ReplyHandle, **changes: object) -> EditRequest:
    """Without its files."""
    channel_id = 7000 + n % CHANNELS
    values: dict[str, object] = {
        "request_key": key(n),
        "origin": Origin.SLASH,
        "user_id": 500 + n % MEMBERS,
        "guild_id": guild_id(n),
        "channel_id": channel_id,
        "prompt": key(n),
        "provider": slug(VARIANTS[n % 3]),
        "count": 2 if kind(n) in {Kind.TWO, Kind.PARTIAL} else 1,
        "reply": reply,
        "may_view": frozenset(range(7000, 7000 + CHANNELS)),
    }
    return EditRequest(**{**values, **changes})  # pyright: ignore[reportArgumentType]


def picture(n: int) -> bytes:
    """A colorful PNG that no other number has."""
    rows = [_row(n, y) for y in range(HEIGHT_PX)]
    return packed(WIDTH_PX, HEIGHT_PX, rows)


def mask(n: int) -> bytes:
    """A white box on black, somewhere."""
    left, top = 8 + n % 17, 6 + n % 13
    inside = bytes(255 if left <= x < left + 20 else 0 for x in range(WIDTH_PX))
    rows = [inside if top <= y < top + 16 else bytes(WIDTH_PX) for y in range(HEIGHT_PX)]
    return packed(WIDTH_PX, HEIGHT_PX, rows)


def _row(n: int, y: int) -> bytes:
    number = n.to_bytes(3, "big")
    pixels = bytearray()
    for x in range(WIDTH_PX):
        pixels += bytes(((x * 3 + number[2]) % 256, (y * 5 + number[1]) % 256, (x * y + n) % 256))
    pixels[:3] = number
    return bytes(pixels)


def counted(count: int) -> Counter[Kind]:
    """How many of each kind there are."""
    return Counter(kind(n) for n in range(count))
