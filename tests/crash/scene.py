"""What tests of a running bot share: a stand-in, a member, a picture, what the books say."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crash.painting import paint, paint_mask
from tests.crash.provider import CREDITS_PER_PICTURE, slug
from tests.crash.rows import DATABASE, TERMINAL, Row, query
from tests.standin.member import Did, Member, Street, upload_file
from tests.standin.plans import Plan
from tests.standin.process import Standin, running
from tests.standin.shapes import Json, custom_ids

CHANNEL = 7001
LOOK_S = 0.1
WAIT_S_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A stand-in with one member who has a picture and a mask."""

    folder: Path
    standin: Standin
    street: Street
    member: Member
    picture: Json
    mask: Json

    async def inpaint(self, plan: Plan, *, age_s: float = 0.0) -> Did:
        """Run the command with a provider that counts; the plan's key is the prompt."""
        await asyncio.to_thread(self.standin.plan, [plan])
        files = {"image": self.picture, "mask": self.mask}
        return await self.member.command(
            "inpaint", age_s=age_s, **files, prompt=plan.key, provider=slug("none")
        )

    def tasks(self) -> list[Row]:
        """Every task there is."""
        database = self.folder / "data" / DATABASE
        return query(database, "SELECT * FROM tasks ORDER BY seq")

    def states(self) -> dict[str, str]:
        """Each prompt's state."""
        return {task["prompt"]: task["state"] for task in self.tasks()}

    async def until(self, fits: Callable[[], bool], what: str) -> None:
        """Return when it is so."""
        until = time.monotonic() + WAIT_S_MAX
        while not await asyncio.to_thread(fits):
            if time.monotonic() > until:
                raise AssertionError(f"{what} did not come: {self.states()}")
            await asyncio.sleep(LOOK_S)

    async def running(self, key: str) -> None:
        """Return when the provider has this one."""
        await self.until(lambda: self.states().get(key) == "running", f"{key} running")

    async def at_rest(self, *keys: str) -> None:
        """Return when these have ended and are shown."""

        def ended() -> bool:
            tasks = [task for task in self.tasks() if task["prompt"] in keys]
            shown = [task["view_posted"] >= task["view_rev"] for task in tasks]
            return len(tasks) == len(keys) and all(shown) and _ended(tasks)

        await self.until(ended, f"rest of {keys}")

    def counts(self) -> Counter[str]:
        """How often each kind of event happened at Discord."""
        return Counter(self.standin.state()["events"])

    def untidy(self) -> list[str]:
        """Whatever happened twice, or was charged otherwise than once for each finished edit."""
        events, cards = self.standin.events(), self._cards()
        sent = Counter(each["interaction"] for each in events if each["what"] == "sent")
        answered = Counter(each["interaction"] for each in events if each["what"] == "callback")
        started = self.standin.state()["started"]
        twice = [
            f"{name} {key} {count} times"
            for name, counts in (("sent", sent), ("answered", answered), ("card of", cards))
            for key, count in counts.items()
            if count > 1
        ]
        twice += [f"{ref} was started {count} times" for ref, count in started.items() if count > 1]
        return [*twice, *self._unpaid()]

    def _unpaid(self) -> Iterator[str]:
        for task in self.tasks():
            due = CREDITS_PER_PICTURE if task["provider"] == slug("none") else 0
            if (task["state"], task["settled"], task["held"]) != ("done", due, 0):
                yield f"{task['prompt']} is {task['state']} and settled {task['settled']} of {due}"

    def _cards(self) -> Counter[str]:
        """How often a card was posted, for each task."""
        created = (each for each in self.standin.events("create") if not each["reply_to"])
        return Counter(each["nonce"] for each in created)


def _ended(tasks: list[Row]) -> bool:
    return all(task["state"] in TERMINAL and not task["held"] for task in tasks)


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """Start a stand-in and give its member the files."""
    paint(folder / "picture.png", 1)
    paint_mask(folder / "mask.png")
    with running(folder) as standin:
        async with Street(standin.base_url) as street:
            files = [await upload_file(street, folder / f"{n}.png") for n in ("picture", "mask")]
            yield Scene(folder, standin, street, Member(street, 501, CHANNEL), *files)


def button(message: Json, verb: str) -> str:
    """The custom_id of a card's button."""
    return next(each for each in custom_ids(message) if each.startswith(f"{verb}:"))
