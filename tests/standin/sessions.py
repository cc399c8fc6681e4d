"""Gateway sessions: what each was told, so that one that comes back is told the rest."""

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tests.standin import shapes
from tests.standin.shapes import Json

DISPATCH = 0
REPLAY_MAX = 5000
GUILD_MESSAGES = 1 << 9
MESSAGE_CONTENT = 1 << 15


class Wire(Protocol):
    """One open connection."""

    def put(self, payload: Json) -> None:
        """Send this after everything before it."""
        ...

    def close(self, code: int) -> None:
        """Close after everything before it."""
        ...


@dataclass(slots=True)
class Session:
    """One login of the bot; it outlives its connections until it is over."""

    intents: int
    shard: tuple[int, int]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    seq: int = 0
    events: deque[Json] = field(default_factory=lambda: deque(maxlen=REPLAY_MAX))
    wire: Wire | None = None
    lost_at: float = 0.0
    is_over: bool = False

    def push(self, event: str, data: Json) -> None:
        """Number an event, keep it, and send it if there is a connection."""
        self.seq += 1
        shown = data if self.intents & MESSAGE_CONTENT else without_content(event, data)
        payload = {"op": DISPATCH, "t": event, "s": self.seq, "d": shown}
        self.events.append(payload)
        if self.wire is not None:
            self.wire.put(payload)

    def since(self, seq: int) -> list[Json] | None:
        """Return the events behind a number, or None when some are no longer kept."""
        first = self.events[0]["s"] if self.events else self.seq + 1
        if seq > self.seq or seq < first - 1:
            return None
        return [event for event in self.events if event["s"] > seq]

    def hears(self, event: str, guild_id: int) -> bool:
        """Whether an event of a server goes to this shard and was asked for."""
        number, count = self.shard
        wanted = not event.startswith("MESSAGE_") or bool(self.intents & GUILD_MESSAGES)
        return wanted and (guild_id >> 22) % count == number


class Sessions:
    """All sessions by id; an event goes to every one that is not over, as Discord does it."""

    def __init__(self) -> None:
        self.by_id: dict[str, Session] = {}

    def begin(self, session: Session) -> None:
        """Keep a new one."""
        self.by_id[session.id] = session

    def dispatch(self, event: str, data: Json, guild_id: int, resume_s: float) -> list[str]:
        """Send an event, or keep it for whoever may come back; return the sessions' ids."""
        self.forget(resume_s)
        found = [each for each in self.by_id.values() if each.hears(event, guild_id)]
        for session in found:
            session.push(event, data)
        return [session.id for session in found]

    def forget(self, resume_s: float) -> None:
        """End the sessions whose connection has been gone for too long."""
        now = time.monotonic()
        for session in list(self.by_id.values()):
            if session.wire is None and now - session.lost_at > resume_s:
                session.is_over = True
            if session.is_over:
                del self.by_id[session.id]

    def find(self, session_id: str, resume_s: float) -> Session | None:
        """Return a session that can be resumed."""
        self.forget(resume_s)
        return self.by_id.get(session_id)

    def lost(self, wire: Wire) -> None:
        """Note that a connection is gone."""
        for session in self.by_id.values():
            if session.wire is wire:
                session.wire, session.lost_at = None, time.monotonic()

    def connected(self) -> list[Session]:
        """Return the sessions that have a connection."""
        return [each for each in self.by_id.values() if each.wire is not None]

    def each_wire(self, act: Callable[[Wire], None]) -> int:
        """Do something to every open connection; return how many there were."""
        found = [session.wire for session in self.connected()]
        for wire in found:
            if wire is not None:
                act(wire)
        return len(found)


def without_content(event: str, message: Json) -> Json:
    """Blank what a bot without the intent does not see; its own and what mentions it stay."""
    if event not in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        return message
    me = str(shapes.APPLICATION_ID)
    about = [message["author"], *message["mentions"]]
    if any(each["id"] == me for each in about):
        return message
    return {**message, "content": "", "embeds": [], "attachments": [], "components": []}
