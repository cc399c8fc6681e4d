"""Sample photographs with masks that fit an object in them, so that there is something to try.

Both photographs are in the public domain and come inside scikit-image's package (`skimage.data`
names their sources: SpaceX for the rocket, NASA for the galaxies). The masks are drawn here.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from bot.errors import StartupError

Draw = Callable[[ImageDraw.ImageDraw], None]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """A photograph, a mask for it, and what using both shows; `idea` is a sentence for people."""

    photo: str
    mask: str
    idea: str


SAMPLES = (
    Sample("rocket.jpg", "rocket-mask.png", "The rocket goes, the evening sky stays."),
    Sample("rocket.jpg", "rocket-mask-towers.png", "Two of the towers go."),
    Sample("rocket.jpg", "rocket-mask-inverted.png", "Black and white swapped: it asks first."),
    Sample("galaxies.jpg", "galaxies-mask.png", "Four galaxies go: a larger picture."),
)

_PHOTOS = {"rocket.jpg": "rocket.jpg", "galaxies.jpg": "hubble_deep_field.jpg"}
_ROCKET_SIZE_PX = (640, 427)
_GALAXIES_SIZE_PX = (1000, 872)
_ROCKET = [(308, 140), (320, 122), (334, 140), (342, 200), (346, 407), (296, 407), (304, 300)]
_TOWERS: tuple[Box, ...] = ((170, 112, 214, 424), (414, 112, 476, 424))
_GALAXIES: tuple[Box, ...] = (
    (690, 440, 760, 510),
    (258, 75, 325, 140),
    (395, 690, 450, 745),
    (95, 370, 150, 430),
)


def write_samples(folder: Path) -> None:
    """Put what is missing of the samples into `folder`; files that are there stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in _PHOTOS.items():
        if not (folder / name).exists():
            shutil.copyfile(_shipped(source), folder / name)
    for name, mask in _masks().items():
        if not (folder / name).exists():
            mask.save(folder / name)


def _shipped(name: str) -> Path:
    spec = find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise StartupError("The sandbox needs its extra packages: run it with `make sandbox`.")
    return Path(spec.submodule_search_locations[0]) / "data" / name


def _masks() -> dict[str, Image.Image]:
    rocket = _mask(_ROCKET_SIZE_PX, lambda pen: pen.polygon(_ROCKET, fill=255))
    return {
        "rocket-mask.png": rocket,
        "rocket-mask-towers.png": _mask(_ROCKET_SIZE_PX, _rectangles(_TOWERS)),
        "rocket-mask-inverted.png": ImageOps.invert(rocket),
        "galaxies-mask.png": _mask(_GALAXIES_SIZE_PX, _ellipses(_GALAXIES)),
    }


def _mask(size_px: tuple[int, int], draw: Draw) -> Image.Image:
    mask = Image.new("L", size_px, 0)
    draw(ImageDraw.Draw(mask))
    return mask


def _ellipses(boxes: tuple[Box, ...]) -> Draw:
    def draw(pen: ImageDraw.ImageDraw) -> None:
        for box in boxes:
            pen.ellipse(box, fill=255)

    return draw


def _rectangles(boxes: tuple[Box, ...]) -> Draw:
    def draw(pen: ImageDraw.ImageDraw) -> None:
        for box in boxes:
            pen.rectangle(box, fill=255)

    return draw
