"""Local: PyPatchMatch in our own worker processes. Free, always there, and it reads no prompt."""

import asyncio
import os
import shutil
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain import Op, SizeRule
from bot.errors import BadAnswer, ProviderError, Rejected, Unavailable
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Failed,
    Fills,
    Idempotency,
    Job,
    Model,
    OpSpec,
    Param,
    Price,
    PromptUse,
    Provider,
    ProviderSpec,
    Travel,
    Update,
    Waiting,
)
from bot.providers.parts import Off, Parts

# Larger work sizes cost more and look no better.
SIDE_MAX_PX = 768
PATCH_SIZE = 3
SEED_MAX = 2**32 - 1
# CPU seconds of one fill, measured on four photographs at 512 and 768 px with holes of 5, 20 and
# 40 %: 1.5, 3.3 and 5.1. A crop with its context has about 20 %. Later ones are timed by the first.
ESTIMATE_S_PER_MEGAPIXEL = 3.5
# A worker may be killed for another's want of memory; twice is no accident.
DEATHS_MAX = 2

_TAKES = OpSpec(
    prompt=PromptUse.UNUSED,
    image=Travel.FILE,
    mask=Travel.FILE,
    price=Price(Decimal(0)),
    size=SizeRule(side_min_px=1, side_max_px=SIDE_MAX_PX, multiple_of_px=1),
    count_max=8,
    params=(
        Param(
            "seed", int, minimum=0, maximum=SEED_MAX, description="The same seed fills alike again."
        ),
    ),
    coverage_max=0.65,
    coverage_reason="Local fills from what is around the mask, so it takes at most 65 %.",
)

SPEC = ProviderSpec(
    slug="local",
    title="Local",
    site="https://pypi.org/project/pypatchmatch/",
    ops={Op.INPAINT: _TAKES, Op.ERASE: _TAKES},
    unit="pictures",
    cancels=True,
    idempotency=Idempotency.REPEATABLE,
    poll_after_s=0.0,
    deadline_s=3600.0,
    concurrency=max(1, (os.cpu_count() or 1) - 1),
    starts_per_minute=600,
    about=(
        "Local removes what is under the mask and fills it from around it; "
        "it does not read the prompt."
    ),
    known_limits=(
        "Best for removing things from backgrounds.",
        "Faces, half-covered objects and long lines across a large mask come out wrong.",
    ),
)

TOO_SPREAD = (
    "The mask is spread over everything, so nothing is left to fill from. You were not charged."
)
NOT_INSTALLED = "Local filling is not available on this machine. You were not charged."
STOPPED = "The fill took more time or memory than it may use. You were not charged."


def available() -> bool:
    """PyPatchMatch's native library exists for this machine."""
    try:
        import patchmatch
    except ImportError:
        return False
    return patchmatch.patchmatch_available


def fill_picture(picture: Path, mask: Path, out: Path, seed: int) -> float:
    """Fill what is white in the mask and write `out`; runs in a worker, gives its wall seconds.

    The same seed gives the same picture. Raises Unavailable, or Rejected for a mask of everything.
    """
    if not available():
        raise Unavailable(NOT_INSTALLED)
    import numpy as np
    import patchmatch
    from PIL import Image

    began = time.perf_counter()
    with Image.open(picture) as image, Image.open(mask) as marks:
        pixels, holes = np.asarray(image.convert("RGB")), np.asarray(marks.convert("L"))
    if holes.min():
        # It would come back black.
        raise Rejected(TOO_SPREAD)
    patchmatch.set_random_seed(seed)
    filled = patchmatch.inpaint(pixels, holes, patch_size=PATCH_SIZE)
    unfinished = out.with_suffix(".part")
    Image.fromarray(filled).save(unfinished, "PNG", compress_level=1)
    unfinished.replace(out)
    return time.perf_counter() - began


def provider(parts: Parts) -> Provider | Off:
    """Local where its library fits this machine."""
    if not available():
        return Off(SPEC, "Local is off: PyPatchMatch has no library for this machine.")
    return Local(parts.pictures)


class Local:
    """Each poll fills one picture; what is done stands in the state, so a restart goes on."""

    def __init__(self, fills: Fills) -> None:
        self._fills = fills

    @property
    def spec(self) -> ProviderSpec:
        """The capabilities, as data."""
        return SPEC

    @property
    def available(self) -> bool:
        """False where no library fits this machine; then it must not be offered."""
        return available()

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Nothing has to be anywhere else."""
        return {}

    async def submit(self, job: Job) -> Update:
        """Only take the job in; filling belongs to `poll`, which may be repeated."""
        each_s = job.fit.width_px * job.fit.height_px / 1e6 * ESTIMATE_S_PER_MEGAPIXEL
        return _waiting(job, (), each_s)

    async def lookup(self, job: Job) -> Update | None:
        """There is nothing to find: starting again is free."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Fill the next picture."""
        done = await asyncio.to_thread(_still_there, job, waiting.state.get("done", ()))
        left = [n for n in range(1, job.count + 1) if n not in done]
        if not left:
            return Done(tuple(_delivered(job, n) for n in range(1, job.count + 1)))
        try:
            each_s = await self._fill(job, left[0])
        except ProviderError as error:
            return Failed(error)
        except (ChildProcessError, TimeoutError, MemoryError) as error:
            return _after_death(waiting, error)
        if len(left) == 1:
            return Done(tuple(_delivered(job, n) for n in range(1, job.count + 1)))
        return _waiting(job, (*done, left[0]), each_s)

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Always possible: whoever awaits `poll` ends its process by cancelling."""
        return True

    async def download(self, picture: Delivered, target: Path) -> None:
        """Copy a finished picture."""
        if picture.path is None:
            raise BadAnswer(log="a local picture without a path")
        await asyncio.to_thread(shutil.copyfile, picture.path, target)

    async def balance(self) -> Balance | None:
        """Nothing is paid for."""
        return None

    async def models(self) -> tuple[Model, ...]:
        """No choice."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None

    async def _fill(self, job: Job, n: int) -> float:
        if job.picture is None or job.mask is None:
            raise Rejected("Local needs a picture and a mask. You were not charged.")
        return await self._fills.fill(
            fill_picture, job.picture, job.mask, _path(job, n), _seed(job, n)
        )


def _waiting(job: Job, done: tuple[int, ...], each_s: float) -> Waiting:
    number = len(done) + 1
    return Waiting(
        remote_id=job.task_id,
        poll_after_s=0.0,
        stage="Filling" if job.count == 1 else f"Filling {number} of {job.count}",
        estimate_s=each_s * (job.count - len(done)),
        state={"done": list(done)},
    )


def _after_death(waiting: Waiting, error: Exception) -> Update:
    deaths = int(waiting.state.get("deaths", 0)) + 1
    if deaths >= DEATHS_MAX or isinstance(error, TimeoutError):
        return Failed(Rejected(STOPPED, log=repr(error)))
    return Waiting(
        remote_id=waiting.remote_id,
        poll_after_s=0.0,
        stage=waiting.stage,
        estimate_s=waiting.estimate_s,
        state={**waiting.state, "deaths": deaths},
    )


def _still_there(job: Job, done: Any) -> tuple[int, ...]:
    return tuple(n for n in done if _path(job, n).exists())


def _delivered(job: Job, n: int) -> Delivered:
    return Delivered(path=str(_path(job, n)), seed=_seed(job, n))


def _path(job: Job, n: int) -> Path:
    return job.folder / f"{n}.png"


def _seed(job: Job, n: int) -> int:
    return (job.seed + n - 1) % (SEED_MAX + 1)
