from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from PIL import Image, ImageChops

from bot.domain import Fit, Op
from bot.errors import Rejected, Unavailable
from bot.imaging.worker import PicturePool
from bot.providers import local
from bot.providers.base import Done, Failed, Idempotency, Job, PromptUse, Provider, Update, Waiting
from bot.providers.local import SPEC, Local, fill_picture
from tests.assets import assert_same, mask, photo, save

P = ParamSpec("P")
T = TypeVar("T")


class InProcess:
    """A fill lane that runs its stages right here, and can be told to lose its worker."""

    def __init__(self, *deaths: Exception) -> None:
        self.deaths = list(deaths)
        self.runs = 0

    async def fill(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.runs += 1
        if self.deaths:
            raise self.deaths.pop(0)
        return stage(*args, **kwargs)


def job(folder: Path, count: int = 1, seed: int = 7, marks: Image.Image | None = None) -> Job:
    return Job(
        task_id="t1",
        client_ref="ib-t1",
        op=Op.INPAINT,
        picture=save(photo(96, 64), folder / "picture.png"),
        mask=save(marks or mask(96, 64), folder / "mask.png"),
        fit=Fit((0, 0, 96, 64), 96, 64),
        prompt="not read",
        count=count,
        seed=seed,
        params={},
        folder=folder,
    )


async def to_the_end(provider: Local, work: Job) -> tuple[list[Waiting], Update]:
    update, seen = await provider.submit(work), list[Waiting]()
    while isinstance(update, Waiting):
        seen.append(update)
        update = await provider.poll(work, update)
    return seen, update


def test_it_says_what_it_can_do() -> None:
    provider: Provider = Local(InProcess())
    assert provider.spec is SPEC
    assert set(SPEC.ops) == {Op.INPAINT, Op.ERASE, Op.OUTPAINT}
    assert all(op.prompt is PromptUse.UNUSED and not op.price.units for op in SPEC.ops.values())
    assert SPEC.idempotency is Idempotency.REPEATABLE
    assert SPEC.cancels


async def test_submit_only_takes_the_job_in(tmp_path: Path) -> None:
    fills = InProcess()
    update = await Local(fills).submit(job(tmp_path, 3))
    assert isinstance(update, Waiting)
    assert (update.remote_id, update.poll_after_s, update.stage) == ("t1", 0, "Filling 1 of 3")
    assert update.state == {"done": []}
    assert update.estimate_s == pytest.approx(3 * 96 * 64 / 1e6 * 3.5)
    assert fills.runs == 0


async def test_each_poll_fills_one_picture_with_its_own_seed(tmp_path: Path) -> None:
    fills = InProcess()
    seen, done = await to_the_end(Local(fills), job(tmp_path, 3))
    assert [waiting.stage for waiting in seen] == [f"Filling {n} of 3" for n in (1, 2, 3)]
    assert [waiting.state["done"] for waiting in seen] == [[], [1], [1, 2]]
    assert isinstance(done, Done)
    assert [picture.seed for picture in done.pictures] == [7, 8, 9]
    assert [Path(picture.path or "").name for picture in done.pictures] == [
        "1.png",
        "2.png",
        "3.png",
    ]
    assert fills.runs == 3


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    work = job(tmp_path, 3)
    first = await Local(InProcess()).poll(work, Waiting("t1", 0, state={"done": []}))
    assert isinstance(first, Waiting)
    fills = InProcess()
    provider, update = Local(fills), first
    while isinstance(update, Waiting):
        update = await provider.poll(work, update)
    assert isinstance(update, Done)
    assert fills.runs == 2


async def test_a_finished_file_that_went_missing_is_filled_again(tmp_path: Path) -> None:
    update = await Local(InProcess()).poll(job(tmp_path), Waiting("t1", 0, state={"done": [1]}))
    assert isinstance(update, Done)
    assert (tmp_path / "1.png").exists()


async def test_the_hole_is_filled_and_nothing_else(tmp_path: Path) -> None:
    await to_the_end(Local(InProcess()), job(tmp_path))
    with Image.open(tmp_path / "1.png") as filled:
        difference = ImageChops.difference(filled, photo(96, 64))
    box = difference.getbbox()
    assert box is not None
    hole = mask(96, 64).getbbox()
    assert hole is not None
    assert all((box[0] >= hole[0], box[1] >= hole[1], box[2] <= hole[2], box[3] <= hole[3]))


def test_a_seed_decides_the_picture(tmp_path: Path) -> None:
    work = job(tmp_path)
    assert work.picture is not None
    assert work.mask is not None
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        fill_picture(work.picture, work.mask, tmp_path / f"{name}.png", seed)
    assert not list(tmp_path.glob("*.part"))
    a, b, c = (Image.open(tmp_path / f"{name}.png") for name in "abc")
    with a, b, c:
        assert_same(a, b)
        assert ImageChops.difference(a, c).getbbox() is not None


@pytest.mark.parametrize("size", [(1, 2), (3, 1), (2, 40)])
def test_tiny_pictures_are_filled(size: tuple[int, int], tmp_path: Path) -> None:
    picture = save(photo(*size), tmp_path / "p.png")
    marks = save(mask(*size, box=(0, 0, 1, 1)), tmp_path / "m.png")
    fill_picture(picture, marks, tmp_path / "out.png", 1)
    with Image.open(tmp_path / "out.png") as filled:
        assert filled.size == size


async def test_a_mask_of_everything_is_refused(tmp_path: Path) -> None:
    work = job(tmp_path, marks=Image.new("L", (96, 64), 255))
    _, update = await to_the_end(Local(InProcess()), work)
    assert isinstance(update, Failed)
    assert isinstance(update.error, Rejected)
    assert "nothing is left to fill from" in update.error.sentence


async def test_one_lost_worker_is_forgiven(tmp_path: Path) -> None:
    seen, update = await to_the_end(Local(InProcess(ChildProcessError())), job(tmp_path))
    assert isinstance(update, Done)
    assert seen[-1].state == {"done": [], "deaths": 1}


@pytest.mark.parametrize(
    "deaths", [(ChildProcessError(), MemoryError()), (TimeoutError(),)], ids=["twice", "too long"]
)
async def test_a_fill_that_is_too_much_fails(deaths: tuple[Exception, ...], tmp_path: Path) -> None:
    _, update = await to_the_end(Local(InProcess(*deaths)), job(tmp_path))
    assert isinstance(update, Failed)
    assert "more time or memory" in update.error.sentence


async def test_where_the_library_is_missing_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patchmatch.patchmatch_available", False)
    provider = Local(InProcess())
    assert not provider.available
    _, update = await to_the_end(provider, job(tmp_path))
    assert isinstance(update, Failed)
    assert isinstance(update.error, Unavailable)


async def test_a_picture_is_handed_over(tmp_path: Path) -> None:
    _, update = await to_the_end(Local(InProcess()), job(tmp_path))
    assert isinstance(update, Done)
    await Local(InProcess()).download(update.pictures[0], tmp_path / "raw-1")
    assert (tmp_path / "raw-1").read_bytes() == (tmp_path / "1.png").read_bytes()


async def test_it_works_in_a_worker_process(tmp_path: Path) -> None:
    assert local.available()
    async with PicturePool(0, 1, 3072) as pool:
        _, update = await to_the_end(Local(pool), job(tmp_path, 2))
    assert isinstance(update, Done)
    assert len(update.pictures) == 2
