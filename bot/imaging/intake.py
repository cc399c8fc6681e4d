"""The stages that turn what a member sent into a stored picture, its mask and an overlay."""

from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from bot.domain import MaskFacts, MaskSource, MaskTuning, PictureFacts
from bot.errors import PictureLost
from bot.imaging.extend import extend
from bot.imaging.frontdoor import find_core
from bot.imaging.masks import (
    Core,
    load_core,
    save_core,
    save_mask,
    tune,
)
from bot.imaging.overlay import draw_overlay
from bot.imaging.recent import recent
from bot.imaging.regions import Sides, parse_where
from bot.imaging.store import describe, read_stored, save_lossless, store

PIXELS_MAX = 40_000_000


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Files in the folder that was given, and what is known of them; no mask: the member must say.

    `mask` is what will change, `mask_core` what was marked, before grow.
    """

    picture: Path
    picture_facts: PictureFacts
    mask: Path | None = None
    mask_core: Path | None = None
    overlay: Path | None = None
    mask_facts: MaskFacts | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The files that may say where, and how much may be decoded."""

    mask_upload: Path | None
    earlier_core: Path | None
    pixels_max: int


def take_in(
    upload: Path,
    mask_upload: Path | None,
    tuning: MaskTuning,
    folder: Path,
    pixels_max: int = PIXELS_MAX,
    earlier_core: Path | None = None,
) -> TakenIn:
    """Store a picture and find its mask; `earlier_core` is for a `where` that names a task.

    Raises BadPicture or BadMask.
    """
    path, image, facts = store(upload, folder, pixels_max)
    given = Given(mask_upload, earlier_core, pixels_max)
    return _found(TakenIn(path, facts), image, given, tuning, folder)


def take_parent(
    picture: Path,
    mask_upload: Path | None,
    parent_core: Path | None,
    tuning: MaskTuning,
    folder: Path,
    pixels_max: int = PIXELS_MAX,
) -> TakenIn:
    """Go on from a stored picture: with what was said anew, else with what its own edit had marked.

    With room added at its sides, `picture` is a new file in the folder. Raises BadMask, or
    PictureLost.
    """
    image = read_stored(picture)
    given = Given(mask_upload, parent_core, pixels_max)
    return _found(TakenIn(picture, describe(picture, image)), image, given, tuning, folder)


def retune(
    picture: Path,
    core: Path,
    tuning: MaskTuning,
    folder: Path,
    source: MaskSource = MaskSource.FILE,
) -> TakenIn:
    """Mask and overlay anew from a stored core; `tuning` counts from what the member first gave.

    Raises BadMask, or PictureLost.
    """
    image = read_stored(picture)
    found = load_core(core, source)
    if found.image.size != image.size:
        raise PictureLost(log=f"{core}: mask is {found.image.size}, picture {image.size}")
    return marked(TakenIn(picture, describe(picture, image)), image, found, tuning, folder)


def marked(
    taken: TakenIn, image: Image.Image, core: Core | None, tuning: MaskTuning, folder: Path
) -> TakenIn:
    """The same with its mask made and drawn; without a core there is none. Raises BadMask."""
    if core is None:
        return taken
    core, mask = tune(core, tuning)
    recent.keep(taken.picture, image)
    return TakenIn(
        picture=taken.picture,
        picture_facts=taken.picture_facts,
        mask=save_mask(mask, folder / "mask.png"),
        mask_core=save_core(core, folder / "mask-core.png"),
        overlay=draw_overlay(image, mask.image, mask.facts.box, folder / "overlay.jpg"),
        mask_facts=mask.facts,
    )


def _found(
    taken: TakenIn, image: Image.Image, given: Given, tuning: MaskTuning, folder: Path
) -> TakenIn:
    where = parse_where(tuning.where) if tuning.where else None
    if not isinstance(where, Sides):
        core = find_core(image, given.mask_upload, given.earlier_core, where, given.pixels_max)
        return marked(taken, image, core, tuning, folder)
    wide, new = extend(image, where, given.pixels_max)
    path = save_lossless(wide, folder / "wide")
    facts = replace(taken.picture_facts, width_px=wide.width, height_px=wide.height)
    core = Core(new, MaskSource.SIDES)
    return marked(TakenIn(path, facts), wide, core, tuning, folder)
