"""The members: each has a picture of their own, edits it, and looks at what they have."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench import photos
from tests.crash.provider import VARIANTS, slug
from tests.load.stage import Stage
from tests.standin.member import Did, Member
from tests.standin.plans import Plan
from tests.standin.shapes import Json

SIDE_PX = 512
MASKS = 8
PLANS_AT_ONCE = 200
TAKES_S = (2.0, 120.0)
# So many looks at one's own edits come with each edit.
LOOKS = 0.5


@dataclass(slots=True)
class Crowd:
    """Everybody, and what they have done."""

    stage: Stage
    members: list[Member]
    pictures: list[Json]
    masks: list[Json]
    dice: random.Random
    edits: list[Did] = field(default_factory=list)
    looks: list[Did] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    async def edit(self) -> None:
        """Somebody asks for an edit; its number is the prompt, by which its provider knows it."""
        n = next(self.numbers)
        member = self.dice.randrange(len(self.members))
        did = await self.members[member].command(
            "inpaint",
            image=self.pictures[member % len(self.pictures)],
            mask=self.masks[n % len(self.masks)],
            prompt=key(n),
            provider=slug(VARIANTS[n % len(VARIANTS)]),
        )
        self.edits.append(did)

    async def look(self) -> None:
        """Somebody looks at their edits."""
        self.looks.append(await self.dice.choice(self.members).command("task list"))


def key(n: int) -> str:
    """The prompt of the n-th edit."""
    return f"load-{n:06}"


async def gathered(
    stage: Stage, folder: Path, members: int, edits: int, takes_s: tuple[float, float]
) -> Crowd:
    """Spread them over the servers, and tell the providers how long each edit is to take."""
    dice = random.Random(1)
    crowd = Crowd(stage, _members(stage, members), [], [], dice)
    for n in range(members):
        path = await asyncio.to_thread(photos.photo, SIDE_PX, folder / "photo.jpg")
        crowd.pictures.append(await _uploaded(stage, path, "image/jpeg"))
        if n < MASKS:
            path = await asyncio.to_thread(photos.mask, SIDE_PX - 16 * n, folder / "mask.png")
            crowd.masks.append(await _uploaded(stage, path, "image/png"))
    plans = [Plan(key=key(n), job_s=dice.uniform(*takes_s)) for n in range(edits)]
    for n in range(0, edits, PLANS_AT_ONCE):
        await asyncio.to_thread(stage.providers.plan, plans[n : n + PLANS_AT_ONCE])
    return crowd


def _members(stage: Stage, count: int) -> list[Member]:
    guilds = len(stage.guilds)
    places = [(n, stage.channels(n % guilds)) for n in range(count)]
    return [
        Member(stage.street, 10_000 + n, channels[n // guilds % len(channels)])
        for n, channels in places
    ]


async def _uploaded(stage: Stage, path: Path, kind: str) -> Json:
    data = await asyncio.to_thread(path.read_bytes)
    size = {"width": SIDE_PX, "height": SIDE_PX}
    return await stage.street.upload(data, path.name, type=kind, **size)
