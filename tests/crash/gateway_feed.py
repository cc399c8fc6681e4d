"""A share of the requests as real slash commands over the stand-in's gateway.

A member whose command came to nothing, since the bot died or answered too late, runs it again. So
a request may have several interactions, of which at most one has made a task.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.app import App
from bot.domain import Task
from bot.services import reading
from tests.crash.plans import picture_name
from tests.crash.provider import slug
from tests.crash.rows import Row
from tests.standin.member import Did, Member, Street, upload_file

SHARE = 3  # every third request
ANSWER_S_MAX = 60.0
TRIES_MAX = 20
ALREADY = 40060


def by_gateway(key: str) -> bool:
    """Whether this request is a command; the others go straight to the intake."""
    return int(key.rpartition("-")[2]) % SHARE == SHARE - 1


def named(tasks: Iterable[Row], events: Iterable[Row]) -> list[Row]:
    """Tasks under the keys of their requests, where those were commands."""
    keys = {str(each["interaction"]): each["prompt"] for each in events if each.get("prompt")}
    return [
        {**task, "request_key": keys.get(task["request_key"], task["request_key"])}
        for task in tasks
    ]


def answered_twice(events: Iterable[Row]) -> Iterator[str]:
    """Each command was answered once; Discord would refuse a second answer."""
    for event in events:
        if event["what"] == "refused_callback" and event["code"] == ALREADY:
            yield f"command {event['interaction']}"


class Commands:
    """The members of one life of the bot."""

    def __init__(self, app: App, street: Street, files: Path) -> None:
        self._app, self._street, self._files = app, street, files
        self._mask: dict[str, Any] = {}

    async def submit(self, wish: dict[str, Any]) -> Task:
        """Return the task that this request has, or makes now."""
        await self._street.connected()
        if task := await self._known(wish["key"]):
            return task
        for _ in range(TRIES_MAX):
            did = await self._run(wish)
            await did.until(lambda each: bool(each.text or each.about["refused"]), ANSWER_S_MAX)
            if task := await self._made(str(did.id)):
                return task
            if did.text:
                raise AssertionError(f"{wish['key']} was answered with {did.text!r}")
        raise AssertionError(f"{wish['key']} was answered too late {TRIES_MAX} times")

    async def _run(self, wish: dict[str, Any]) -> Did:
        self._mask = self._mask or await upload_file(self._street, self._files / "mask.png")
        picture = await upload_file(self._street, self._files / picture_name(wish["key"]))
        member = Member(self._street, wish["user_id"], wish["channel_id"])
        about = {"prompt": wish["key"], "provider": slug(wish["variant"]), "count": wish["count"]}
        return await member.command("inpaint", image=picture, mask=self._mask, **about)

    async def _known(self, key: str) -> Task | None:
        """What an earlier life made of it, whichever of its commands did."""
        events = (await self._street.ask("events", what="interaction"))["events"]
        for each in events:
            if each["prompt"] == key and (task := await self._made(str(each["interaction"]))):
                return task
        return None

    async def _made(self, request_key: str) -> Task | None:
        async with self._app.db.read() as session:
            return await reading.by_request_key(session, request_key)
