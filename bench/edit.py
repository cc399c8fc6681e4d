"""CPU of one whole edit against the floor of its decodes and encodes, by size."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import photos
from bench.figures import Figure, at_most
from bench.floor import Artifacts, floor
from bench.meter import Spent, spent
from bench.painting import Painting, painting
from bench.stage import done, request
from bot.imaging.worker import PicturePool
from bot.services.cards import PostFile, TaskView

PART = "edit"
SIDES_PX = (512, 1024, 2048, 4096)
ROUNDS = 5
RATIO_MAX = 1.5
POST_LIMIT_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Round:
    """One edit: what it took, and what its floor took right after."""

    edit: Spent
    floor_s: dict[str, float]

    @property
    def ratio(self) -> float:
        """How often the floor fits into the edit."""
        return self.edit.total_s / sum(self.floor_s.values())


async def run(sides_px: Sequence[int] = SIDES_PX, rounds: int = ROUNDS) -> list[Figure]:
    """One row for each size: the median of some rounds after one to get warm."""
    figures: list[Figure] = []
    async with PicturePool(1, 1) as pool, painting(pool) as bench:
        for side_px in sides_px:
            measured = [await _round(bench, side_px, n) for n in range(rounds + 1)][1:]
            figures += _figures(side_px, measured)
    return figures


async def _round(bench: Painting[PicturePool], side_px: int, n: int) -> Round:
    folder = bench.folder / f"{side_px}-{n}"
    folder.mkdir()
    picture = photos.photo(side_px, folder / "picture.jpg")
    mask = photos.mask(side_px, folder / "mask.png")
    before, painted_s = await spent(bench.pictures), bench.painter.spent_s
    task = await bench.app.intake.submit(request(folder.name, picture, mask))
    await bench.ends.wait()
    (view,) = await bench.app.cards.view([task.id])
    (post,) = await bench.app.cards.post_files(view, POST_LIMIT_BYTES)
    edit = await spent(bench.pictures) - before
    edit = Spent(edit.own_s - (bench.painter.spent_s - painted_s), edit.workers_s)
    await done(bench.app, task.id)
    files = await _artifacts(bench, view, picture, mask, post)
    floor_s = await bench.pictures.short(floor, files, folder)
    shutil.rmtree(folder)
    return Round(edit, floor_s)


async def _artifacts(
    bench: Painting[PicturePool], view: TaskView, picture: Path, mask: Path, post: PostFile
) -> Artifacts:
    stored_mask, overlay = await bench.app.blobs.paths(
        bench.app.db, view.task.mask_blob or "", view.task.overlay_blob or ""
    )
    sent = bench.painter.kept
    result = view.results[0].path
    assert result is not None
    return Artifacts(
        picture=picture,
        mask_upload=mask,
        mask=stored_mask,
        overlay=overlay,
        upload=sent / "picture.png",
        upload_mask=sent / "mask.png",
        answer=sent / "painted.png",
        result=result,
        posted=post.path,
    )


def _figures(side_px: int, rounds: Sequence[Round]) -> list[Figure]:
    middle = sorted(rounds, key=lambda one: one.ratio)[len(rounds) // 2]
    size = f"{side_px} px"
    return [
        Figure(PART, f"CPU of one edit at {size}", middle.edit.total_s * 1000, "ms"),
        Figure(PART, f"  of it in the bot's process at {size}", middle.edit.own_s * 1000, "ms"),
        Figure(PART, f"  its floor at {size}", sum(middle.floor_s.values()) * 1000, "ms"),
        Figure(PART, f"  edit / floor at {size}", middle.ratio, "", at_most(RATIO_MAX)),
    ]
