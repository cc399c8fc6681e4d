"""Where the time of one edit goes, from the command to the files of its card, by stage and size."""

import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import ParamSpec, TypeVar

from bench import photos
from bench.cropping import crop_against_whole
from bench.figures import Figure
from bench.painting import Painting, painting
from bench.providers import SPEC
from bench.stage import done, request
from bench.statements import written_down
from bot.domain import Op
from bot.imaging.worker import PicturePool

P = ParamSpec("P")
T = TypeVar("T")

PART = "stages"
SIDES_PX = (512, 1024, 2048, 4096)
ROUNDS = 5
POST_LIMIT_BYTES = 10 * 1024 * 1024
NAMES = {
    "take_in": "picture, mask and overlay taken in",
    "fit": "fitted for the provider",
    "painter": "the provider's own work",
    "compose": "pasted back and stored",
    "encode_for_post": "made small enough to post",
    "rest": "all else: rows, queue, hashes, files, hand-overs",
}


@dataclass
class Watched:
    """The real pool, whose stages are timed from outside, by their name."""

    pool: PicturePool
    wall_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    async def short(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it and add its time up."""
        begun_s = time.perf_counter()
        value = await self.pool.short(stage, *args, **kwargs)
        self.wall_s[stage.__name__] += time.perf_counter() - begun_s
        return value

    async def fill(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Nobody fills here."""
        return await self.pool.fill(stage, *args, **kwargs)

    @property
    def restarts(self) -> int:
        """As the pool says."""
        return self.pool.restarts

    @property
    def is_up(self) -> bool:
        """As the pool says."""
        return self.pool.is_up

    async def mend(self) -> None:
        """As the pool does."""
        await self.pool.mend()


@dataclass(frozen=True, slots=True)
class Round:
    """One edit: wall seconds by stage and in all, and what was said to the database."""

    by_stage_s: dict[str, float]
    total_s: float
    statements: int
    transactions: int


async def run(sides_px: Sequence[int] = SIDES_PX, rounds: int = ROUNDS) -> list[Figure]:
    """Medians of some rounds after one to get warm; what is asked of the database beside."""
    figures: list[Figure] = []
    async with PicturePool(1, 1) as pool, painting(Watched(pool)) as bench:
        measured: list[Round] = []
        for side_px in sides_px:
            measured = [await _round(bench, side_px, n) for n in range(rounds + 1)][1:]
            figures += _by_stage(side_px, measured)
        figures += _said(measured)
        for side_px in sides_px:
            figures += await _crop(bench, side_px, rounds)
    return figures


async def _round(bench: Painting[Watched], side_px: int, n: int) -> Round:
    folder = bench.folder / f"{side_px}-{n}"
    folder.mkdir()
    picture = photos.photo(side_px, folder / "picture.jpg")
    mask = photos.mask(side_px, folder / "mask.png")
    bench.pictures.wall_s.clear()
    painted_s = bench.painter.spent_s
    with written_down() as transcript:
        begun_s = time.perf_counter()
        task = await bench.app.intake.submit(request(folder.name, picture, mask))
        await bench.ends.wait()
        (view,) = await bench.app.cards.view([task.id])
        await bench.app.cards.post_files(view, POST_LIMIT_BYTES)
        total_s = time.perf_counter() - begun_s
    await done(bench.app, task.id)
    shutil.rmtree(folder)
    stages = {**bench.pictures.wall_s, "painter": bench.painter.spent_s - painted_s}
    stages["rest"] = total_s - sum(stages.values())
    return Round(stages, total_s, transcript.statements, len(transcript.transactions))


def _by_stage(side_px: int, rounds: Sequence[Round]) -> list[Figure]:
    middle = sorted(rounds, key=lambda one: one.total_s)[len(rounds) // 2]
    figures = [Figure(PART, f"command to card at {side_px} px", middle.total_s * 1000, "ms")]
    for name, what in NAMES.items():
        took_ms = middle.by_stage_s.get(name, 0.0) * 1000
        figures.append(Figure(PART, f"  {what}", took_ms, "ms"))
    return figures


def _said(rounds: Sequence[Round]) -> list[Figure]:
    return [
        Figure(PART, "statements of one edit", median(one.statements for one in rounds)),
        Figure(PART, "  in transactions", median(one.transactions for one in rounds)),
    ]


async def _crop(bench: Painting[Watched], side_px: int, rounds: int) -> list[Figure]:
    """What the crop around the mask saves against sending and pasting back all of the picture."""
    picture = photos.photo(side_px, bench.folder / "whole.jpg")
    mask = photos.mask(side_px, bench.folder / "marks.png")
    taken = bench.folder / f"taken-{side_px}"
    taken.mkdir()
    task = await bench.app.intake.submit(request(f"crop-{side_px}", picture, mask))
    await bench.ends.wait()
    blobs = task.picture_blob or "", task.mask_blob or ""
    picture, mask = await bench.app.blobs.paths(bench.app.db, *blobs)
    rule = SPEC.ops[Op.INPAINT].size
    spent = [
        await bench.pictures.pool.short(crop_against_whole, picture, mask, rule, taken)
        for _ in range(rounds)
    ]
    crop_s, whole_s = (median(each) for each in zip(*spent, strict=True))
    return [
        Figure(PART, f"whole picture / crop, CPU at {side_px} px", whole_s / crop_s),
        Figure(PART, "  the crop", crop_s * 1000, "ms"),
        Figure(PART, "  the whole picture", whole_s * 1000, "ms"),
    ]
