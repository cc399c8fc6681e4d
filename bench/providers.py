"""Providers that cost nothing, so that what is left is the bot's own work."""

import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from PIL import Image, ImageDraw

from bot.domain import Op, SizeRule
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Idempotency,
    Job,
    Model,
    OpSpec,
    Price,
    PromptUse,
    ProviderSpec,
    Travel,
    Update,
    Waiting,
)

SPEC = ProviderSpec(
    slug="bench",
    title="Bench",
    site="https://example.invalid",
    ops={
        Op.INPAINT: OpSpec(
            prompt=PromptUse.OPTIONAL,
            image=Travel.FILE,
            mask=Travel.FILE,
            price=Price(Decimal(1)),
            size=SizeRule(side_min_px=64, side_max_px=2048, multiple_of_px=8),
        )
    },
    unit="credits",
    cancels=True,
    idempotency=Idempotency.NONE,
    poll_after_s=3.0,
    concurrency=1_000_000,
    starts_per_minute=1_000_000_000,
)


class Costless:
    """What all of them have in common."""

    spec = SPEC

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Nothing to send."""
        return {}

    async def lookup(self, job: Job) -> Update | None:
        """Never started."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Not done yet."""
        return waiting

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Always possible."""
        return True

    async def download(self, picture: Delivered, target: Path) -> None:
        """Hand over the file itself."""
        os.link(picture.path or "", target)

    async def balance(self) -> Balance | None:
        """Unknown."""
        return None

    async def models(self) -> tuple[Model, ...]:
        """No choice."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None


@dataclass
class Prepared(Costless):
    """Answers at once with a file that was there before."""

    answer: Path

    async def submit(self, job: Job) -> Update:
        """Done already."""
        return Done((Delivered(path=str(self.answer)),))


@dataclass
class Hanging(Costless):
    """Accepts at once and is never done; asked again only after a long while."""

    poll_after_s: float = 3600.0

    async def submit(self, job: Job) -> Update:
        """Accepted."""
        return Waiting(f"remote-{job.task_id}", self.poll_after_s)


class Echo(Costless):
    """Answers at once with what it was sent."""

    async def submit(self, job: Job) -> Update:
        """Done already."""
        return Done((Delivered(path=str(job.picture)),))


class Creeping(Costless):
    """Tells a little more progress whenever it is asked, and is never done."""

    spec = replace(SPEC, slug="creeping", title="Creeping")

    async def submit(self, job: Job) -> Update:
        """Accepted."""
        return Waiting(f"remote-{job.task_id}", self.spec.poll_after_s, percent=0)

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """One percent more."""
        return replace(waiting, percent=((waiting.percent or 0) + 1) % 100)


@dataclass
class Painter(Costless):
    """Answers at once with the job's own picture, painted; `spent_s` is the CPU it took.

    What it was sent and what it made stay in `kept`.
    """

    kept: Path
    spent_s: float = 0.0

    async def submit(self, job: Job) -> Update:
        """Paint in the loop's own thread, whose CPU is told apart."""
        before_s = time.thread_time()
        _paint(job, self.kept / "painted.png")
        for file in (job.picture, job.mask):
            shutil.copy(file or "", self.kept)
        self.spent_s += time.thread_time() - before_s
        return Done((Delivered(path=str(self.kept / "painted.png")),))


def _paint(job: Job, path: Path) -> None:
    with Image.open(job.picture or "") as picture, Image.open(job.mask or "") as mask:
        painted = picture.convert("RGB")
        width, height = painted.size
        scene = painted.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        ImageDraw.Draw(scene).ellipse((width / 3, height / 3, width / 2, height / 2), "teal")
        painted.paste(scene, mask=mask.convert("L"))
        painted.save(path, "PNG")
