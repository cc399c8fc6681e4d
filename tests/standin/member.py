"""A member of a server, as a test or a load generator plays one: commands, presses, forms."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp

from tests.standin import shapes
from tests.standin.shapes import Json

WAIT_S_MAX = 30.0
START_S_MAX = 90.0


class Street:
    """The way to the stand-in's control routes, shared by any number of members."""

    def __init__(self, base_url: str) -> None:
        self._session = aiohttp.ClientSession(f"{base_url}/_control/")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def ask(self, path: str, body: Json | None = None, **query: Any) -> Any:
        """GET, or POST a body; what cannot be done is a ValueError with the reason."""
        method = "GET" if body is None else "POST"
        async with self._session.request(method, path, json=body, params=query) as answer:
            return await _read(answer)

    async def upload(
        self, data: bytes, name: str = "picture.png", *, type: str = "image/png", **about: int
    ) -> Json:
        """Give a file to Discord; the value can be an option any number of times.

        `width` and `height` in pixels are what Discord would tell of it.
        """
        query = {"name": name, "type": type, **about}
        async with self._session.post("files", data=data, params=query) as answer:
            return await _read(answer)

    async def guilds(self, *guilds: Json) -> None:
        """Let the bot be in servers: `{"id": ..., "channels": [...]}`."""
        await self.ask("guilds", {"guilds": guilds})

    async def weather(self, do: str, **about: Any) -> int:
        """`drop` (away_s, hangs), `mute`, `close` (code), `reconnect`, `invalidate` (resumable)."""
        return (await self.ask("gateway", {"do": do, **about}))["connections"]

    async def connected(self, timeout_s: float = START_S_MAX) -> None:
        """Return when the bot has a session with a connection."""
        until = time.monotonic() + timeout_s
        while not any(each["connected"] for each in (await self.ask("sessions"))["sessions"]):
            if time.monotonic() > until:
                raise TimeoutError("the bot did not come to the gateway")
            await asyncio.sleep(0.02)

    async def messages(self, channel: int, since: int = 0) -> list[Json]:
        """A channel's messages, oldest first."""
        return (await self.ask(f"messages/{channel}", since=since))["messages"]

    async def card(
        self, channel: int, fits: Callable[[Json], bool], timeout_s: float = WAIT_S_MAX
    ) -> Json:
        """Return the first message of a channel that fits, as soon as there is one."""
        until = time.monotonic() + timeout_s
        while True:
            for message in await self.messages(channel):
                if fits(message):
                    return message
            if time.monotonic() > until:
                raise TimeoutError("no such message")
            await asyncio.sleep(0.05)


@dataclass(slots=True)
class Did:
    """Something that a member did, and what came of it when it was last looked at."""

    street: Street
    id: int
    about: Json = field(default_factory=dict)

    async def until(
        self, fits: Callable[["Did"], bool], timeout_s: float = WAIT_S_MAX, what: str = "that"
    ) -> Self:
        """Return when it has come so far."""
        until = time.monotonic() + timeout_s
        await self._look(-1, 0.0)
        while not fits(self):
            if time.monotonic() > until:
                raise TimeoutError(f"no {what}: {self.about}")
            await self._look(self.about["revision"], 1.0)
        return self

    async def acknowledged(self, timeout_s: float = WAIT_S_MAX) -> Self:
        """Return when the bot has answered in any way."""
        return await self.until(lambda did: did.about["callback"] != 0, timeout_s, "answer")

    async def answered(self, timeout_s: float = WAIT_S_MAX) -> Self:
        """Return when something is to be read, after the three dots."""
        return await self.until(lambda did: bool(did.text), timeout_s, "words")

    async def looked(self) -> Self:
        """Return how it is now."""
        await self._look(-1, 0.0)
        return self

    @property
    def text(self) -> str:
        """Everything to be read in what it shows."""
        return "\n".join(words(message) for message in self.about["shown"]).strip()

    @property
    def acknowledged_s(self) -> float | None:
        """From sending the event to the callback, measured in the stand-in."""
        return self.about["acknowledged_s"]

    @property
    def choices(self) -> list[Json]:
        """What autocomplete offers."""
        return self.about["choices"] or []

    def custom_ids(self) -> list[str]:
        """Every button and menu of what it shows."""
        return [each for message in self.about["shown"] for each in shapes.custom_ids(message)]

    async def _look(self, revision: int, timeout_s: float) -> None:
        query = {"revision": revision, "timeout_s": timeout_s}
        self.about = await self.street.ask(f"interactions/{self.id}", **query)


@dataclass(frozen=True, slots=True)
class Member:
    """One member in one channel."""

    street: Street
    user: int
    channel: int = 777
    permissions: int | None = None
    roles: tuple[int, ...] = ()

    async def command(self, name: str, /, *, age_s: float = 0.0, **options: Any) -> Did:
        """Run a slash command ("task show"); files are what `Street.upload` returned.

        A user, channel or role is `{"user": id}` and so on.
        """
        return await self._do("command", name=name, options=options, age_s=age_s)

    async def complete(self, name: str, focused: str, /, **options: Any) -> Did:
        """Type into an option; `choices` has what is offered."""
        return await self._do("autocomplete", name=name, options=options, focused=focused)

    async def menu(self, name: str, message: int) -> Did:
        """Pick a command in a message's menu."""
        return await self._do("menu", name=name, message=message)

    async def press(
        self,
        custom_id: str,
        *,
        message: int | None = None,
        of: Did | None = None,
        values: Sequence[str] | None = None,
    ) -> Did:
        """Press a button or choose from a menu: of a channel's message, or of an answer."""
        about: Json = {} if values is None else {"values": list(values)}
        if message is not None:
            about["message"] = message
        if of is not None:
            about["of"] = of.id
        return await self._do("press", custom_id=custom_id, **about)

    async def fill_in(self, opened: Did, /, **values: Any) -> Did:
        """Send the form that something opened; what is not given stays as it was."""
        return await self._do("form", of=opened.id, values=values)

    async def say(
        self, content: str = "", *, files: Sequence[Json] = (), reply_to: int | None = None
    ) -> int:
        """Post a message; return its id."""
        about: Json = {} if reply_to is None else {"reply_to": reply_to}
        numbers = [each["file"] for each in files]
        body = {**self._who(), "content": content, "files": numbers, **about}
        return (await self.street.ask("say", body))["id"]

    async def _do(self, kind: str, **about: Any) -> Did:
        made = await self.street.ask("interactions", {"kind": kind, **self._who(), **about})
        return Did(self.street, made["id"])

    def _who(self) -> Json:
        who = {"user": self.user, "channel": self.channel, "roles": list(self.roles)}
        return who if self.permissions is None else {**who, "permissions": self.permissions}


def words(message: Json) -> str:
    """Everything to be read in a message: its content and its text components."""
    texts = [message.get("content") or ""]
    found = shapes.parts(message["components"])
    texts += [str(part["content"]) for part in found if "content" in part]
    return "\n".join(each for each in texts if each)


async def upload_file(street: Street, path: Path, **about: int) -> Json:
    """Give a file on disk to Discord."""
    return await street.upload(await asyncio.to_thread(path.read_bytes), path.name, **about)


async def _read(answer: aiohttp.ClientResponse) -> Any:
    body = await answer.json()
    if answer.status != 200:
        raise ValueError(body["error"])
    return body
