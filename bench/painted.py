"""How well painted copies are read: IoU by class on photographs never used for tuning, and CPU."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops, ImageDraw

from bench import photos
from bench.figures import Aim, Figure, at_least, at_most
from bench.painted_set import HELD_OUT, Case, cases, make
from bot.domain import MaskTuning
from bot.errors import BadMask
from bot.imaging.intake import take_in
from bot.imaging.levels import Levels
from bot.imaging.morphology import share
from bot.imaging.painted import read_painted

PART = "painted"
GOOD = 0.9
PHONE_PX = (4032, 3024)
ROUNDS = 3
# Mean, share at 0.9 or better, worst.
AIMS: dict[str, tuple[Aim | None, Aim | None, Aim | None]] = {
    "filled": (at_least(0.955), at_least(0.95), at_least(0.6)),
    "highlighter": (at_least(0.955), at_least(0.95), at_least(0.6)),
    "outline": (at_least(0.88), None, None),
    "black": (at_least(0.78), None, None),
}


@dataclass(frozen=True, slots=True)
class Read:
    """One case: how much of what was meant was found, and whether the reading doubted itself."""

    case: Case
    iou: float
    doubted: bool


async def run(chosen: Sequence[str] = HELD_OUT) -> list[Figure]:
    """Three rows a class, the black ones' warnings, and the time of a phone's photo."""
    by_kind: dict[str, list[Read]] = defaultdict(list)
    for case in cases(tuple(chosen)):
        by_kind[case.kind].append(read(case))
    figures = [figure for kind, reads in by_kind.items() for figure in _figures(kind, reads)]
    worst = sorted((one for reads in by_kind.values() for one in reads), key=lambda one: one.iou)
    for one in worst[:12]:
        print(f"  {one.iou:.3f}{' doubted' if one.doubted else ''}  {one.case}")
    return [*figures, *_warned(by_kind["black"]), *_phone()]


def read(case: Case) -> Read:
    """Make the copy, read it and compare."""
    made = make(case)
    with Image.open(BytesIO(made.painted)) as image:
        sheet = image.convert("RGB")
    try:
        found = read_painted(made.original, sheet)
    except BadMask:
        return Read(case, 0.0, True)
    return Read(case, iou(Levels(found.levels).marked, made.truth), bool(found.doubt))


def iou(a: Image.Image, b: Image.Image) -> float:
    """Intersection over union of two masks."""
    return share(ImageChops.darker(a, b)) / max(1e-9, share(ImageChops.lighter(a, b)))


def _figures(kind: str, reads: list[Read]) -> list[Figure]:
    values = [one.iou for one in reads]
    mean_aim, good_aim, worst_aim = AIMS[kind]
    good = sum(value >= GOOD for value in values) / len(values)
    return [
        Figure(PART, f"{kind}: mean IoU of {len(values)}", sum(values) / len(values), "", mean_aim),
        Figure(PART, f"{kind}: share at {GOOD} or better", good, "", good_aim),
        Figure(PART, f"{kind}: worst IoU", min(values), "", worst_aim),
    ]


def _warned(reads: list[Read]) -> list[Figure]:
    """Of black paint that was read badly, the share that was said to be doubtful."""
    bad = [one for one in reads if one.iou < GOOD]
    warned = sum(one.doubted for one in bad) / len(bad) if bad else 1.0
    return [Figure(PART, f"black: warned of the {len(bad)} below {GOOD}", warned, "", at_least(1))]


def _phone() -> list[Figure]:
    """The reading of 12 megapixels alone, and from two files to picture, mask and overlay."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        picture, copy = folder / "picture.jpg", folder / "copy.jpg"
        with Image.open(photos.photo(PHONE_PX[0], folder / "square.jpg")) as image:
            photo = image.crop((0, 0, *PHONE_PX))
        photo.save(picture, "JPEG", quality=92)
        ImageDraw.Draw(photo).ellipse((900, 700, 2100, 1900), fill=(255, 0, 200))
        photo.save(copy, "JPEG", quality=85)
        with Image.open(picture) as a, Image.open(copy) as b:
            original, sheet = a.convert("RGB"), b.convert("RGB")
        reading_s = _cpu_s(lambda: read_painted(original, sheet))
        whole_s = _cpu_s(lambda: take_in(picture, copy, MaskTuning(), folder))
        plain = photos.mask(PHONE_PX[0], folder / "mask.png")
        with Image.open(plain) as image:
            image.crop((0, 0, *PHONE_PX)).save(plain)
        masked_s = _cpu_s(lambda: take_in(picture, plain, MaskTuning(), folder))
    return [
        Figure(PART, "CPU of reading a 12 MP photo", reading_s, "s", at_most(1, "s")),
        Figure(PART, "  taken in from files, with overlay", whole_s, "s"),
        Figure(PART, "  the same with a black-and-white mask", masked_s, "s"),
    ]


def _cpu_s(work: Callable[[], object]) -> float:
    spent: list[float] = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)
