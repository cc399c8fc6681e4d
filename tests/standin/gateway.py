"""Discord's gateway, version 10: HELLO, IDENTIFY, RESUME with replay, heartbeats, close codes."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from tests.standin import shapes
from tests.standin.rest import GATEWAY, Rest
from tests.standin.sessions import Session, Sessions
from tests.standin.shapes import Json
from tests.standin.wires import Socket
from tests.standin.world import Guild, World

HEARTBEAT, IDENTIFY, RESUME, RECONNECT = 1, 2, 6, 7
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
QUIET = (3, 4, 8)  # presence, voice, members: taken and not answered
UNKNOWN_OPCODE, UNDECODABLE, NOT_AUTHENTICATED, BAD_TOKEN = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, BAD_SHARD, DISALLOWED_INTENTS = 4005, 4010, 4014
PAYLOAD_BYTES_MAX = 4096


@dataclass(slots=True)
class Outage:
    """Until when nobody gets through, and whether attempts hang or are cut."""

    until: float = 0.0
    hangs: bool = False

    def left_s(self) -> float:
        """Seconds that it still lasts."""
        return max(0.0, self.until - time.monotonic())


class Gateway:
    """The websocket's side of all sessions."""

    def __init__(self, rest: Rest, world: World, sessions: Sessions) -> None:
        self._rest, self._world, self._sessions = rest, world, sessions
        self._sockets: dict[Socket, Session | None] = {}
        self.on_sent: Callable[[int], None] = lambda _interaction_id: None
        self.outage = Outage()

    def add_to(self, app: web.Application) -> None:
        """Put the websocket where `/gateway/bot` says that it is."""
        app.router.add_get(GATEWAY, self._connect)

    def tell(self, event: str, data: Json, guild_id: int) -> list[str]:
        """Dispatch an event; return the ids of the sessions that hear it, now or on resuming."""
        resume_s = self._rest.knobs.resume_s
        return self._sessions.dispatch(event, data, guild_id, resume_s)

    def join(self, guild: Guild) -> None:
        """Let the bot be in a server, or see another state of it."""
        known = guild.id in self._world.guilds
        self._world.add(guild)
        shown = guild.shown()
        if not known:
            del shown["unavailable"]  # one that was joined just now has no such word
        self.tell("GUILD_UPDATE" if known else "GUILD_CREATE", shown, guild.id)

    def leave(self, guild_id: int) -> None:
        """Take the bot out of a server, as a moderator does."""
        del self._world.guilds[guild_id]
        self.tell("GUILD_DELETE", {"id": str(guild_id)}, guild_id)

    def drop(self, away_s: float = 0.0, *, hangs: bool = False) -> int:
        """Cut every connection, and let nobody back for some seconds."""
        self.outage = Outage(time.monotonic() + away_s, hangs)
        self._rest.journal.add("outage", away_s=away_s, hangs=hangs)
        found = list(self._sockets)
        for socket in found:
            socket.cut()
        return len(found)

    def mute(self) -> int:
        """Turn every connection into a zombie: open, and nothing gets through any more."""
        for socket in self._sockets:
            socket.is_dead = True
        return len(self._sockets)

    def reconnect(self) -> int:
        """Ask every connection to come back, as Discord does when it restarts."""
        return self._sessions.each_wire(lambda wire: wire.put(_op(RECONNECT)))

    def invalidate(self, *, resumable: bool) -> int:
        """Say that the session is not valid; unless it is resumable it is over."""
        for session in self._sessions.by_id.values():
            session.is_over = not resumable
        return self._sessions.each_wire(lambda wire: wire.put(_op(INVALID_SESSION, resumable)))

    def close(self, code: int) -> int:
        """Close every connection with a code."""
        return self._sessions.each_wire(lambda wire: wire.close(code))

    def sessions(self) -> list[Json]:
        """Return what there is of sessions."""
        self._sessions.forget(self._rest.knobs.resume_s)
        return [
            {"id": each.id, "seq": each.seq, "shard": each.shard, "connected": bool(each.wire)}
            for each in self._sessions.by_id.values()
        ]

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if self.outage.left_s() and not self.outage.hangs:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        await asyncio.sleep(self.outage.left_s())
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        socket = Socket(ws, request, self._sent)
        self._sockets[socket] = None
        try:
            interval_ms = int(self._rest.knobs.heartbeat_s * 1000)
            socket.put(_op(HELLO, {"heartbeat_interval": interval_ms, "_trace": []}))
            await self._listen(ws, socket)
        finally:
            self._sessions.lost(socket)
            del self._sockets[socket]
            await socket.end()
        return ws

    async def _listen(self, ws: web.WebSocketResponse, socket: Socket) -> None:
        async for message in ws:
            if message.type is not WSMsgType.TEXT or len(message.data) > PAYLOAD_BYTES_MAX:
                socket.close(UNDECODABLE)
                continue
            body = json.loads(message.data)
            if not socket.is_dead:
                self._hear(socket, body["op"], body.get("d"))

    def _hear(self, socket: Socket, op: int, data: Any) -> None:
        known = self._sockets[socket] is not None
        if op == HEARTBEAT:
            if self._rest.knobs.acks:
                socket.put(_op(HEARTBEAT_ACK))
        elif op in (IDENTIFY, RESUME) and known:
            socket.close(ALREADY_AUTHENTICATED)
        elif op == IDENTIFY:
            self._identify(socket, data)
        elif op == RESUME:
            self._resume(socket, data)
        elif op not in QUIET:
            socket.close(UNKNOWN_OPCODE)
        elif not known:
            socket.close(NOT_AUTHENTICATED)

    def _identify(self, socket: Socket, data: Json) -> None:
        knobs, shard = self._rest.knobs, tuple(data.get("shard") or (0, 1))
        if not self._rest.accepts(data["token"]):
            return self._refuse(socket, BAD_TOKEN)
        if data["intents"] & knobs.refused_intents:
            return self._refuse(socket, DISALLOWED_INTENTS)
        if not 0 <= shard[0] < shard[1]:
            return self._refuse(socket, BAD_SHARD)
        session = Session(data["intents"], shard)
        self._sessions.begin(session)
        self._rest.starts += 1
        self._attach(socket, session)
        self._rest.journal.add("identify", session=session.id, intents=data["intents"], shard=shard)
        guilds = [each for each in self._world.guilds.values() if session.hears("", each.id)]
        session.push("READY", self._ready(session, guilds))
        for guild in guilds:
            session.push("GUILD_CREATE", guild.shown())
        return None

    def _resume(self, socket: Socket, data: Json) -> None:
        if not self._rest.accepts(data["token"]):
            return self._refuse(socket, BAD_TOKEN)
        session = self._sessions.find(data["session_id"], self._rest.knobs.resume_s)
        missed = session.since(data["seq"] or 0) if session else None
        if session is None or missed is None:
            self._rest.journal.add("invalid_session", session=data["session_id"])
            return socket.put(_op(INVALID_SESSION, False))
        self._attach(socket, session)
        self._rest.journal.add("resume", session=session.id, seq=data["seq"], missed=len(missed))
        for event in missed:
            socket.put(event)
        return session.push("RESUMED", {"_trace": []})

    def _attach(self, socket: Socket, session: Session) -> None:
        if session.wire is not None:
            session.wire.close(4000)
        session.wire, self._sockets[socket] = socket, session

    def _refuse(self, socket: Socket, code: int) -> None:
        self._rest.journal.add("refused_identify", code=code)
        socket.close(code)

    def _ready(self, session: Session, guilds: list[Guild]) -> Json:
        return {
            "v": 10,
            "user": shapes.me(),
            "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._rest.gateway_url,
            "shard": list(session.shard),
            "application": {"id": str(shapes.APPLICATION_ID), "flags": 0},
            "session_type": "normal",
            "private_channels": [],
        }

    def _sent(self, payload: Json) -> None:
        """Note when an interaction went out, once for each connection that it went over."""
        if payload.get("t") == "INTERACTION_CREATE":
            self._rest.journal.add("sent", interaction=int(payload["d"]["id"]), seq=payload["s"])
            self.on_sent(int(payload["d"]["id"]))


def _op(op: int, data: Any = None) -> Json:
    return {"op": op, "d": data, "s": None, "t": None}
