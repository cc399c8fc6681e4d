"""The stages that turn what a member sent into a stored picture, its mask and an overlay."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.domain import MaskFacts, MaskSource, MaskTuning, PictureFacts
from bot.errors import PictureLost
from bot.imaging.masks import (
    Core,
    core_from_alpha,
    core_from_file,
    load_core,
    save_core,
    save_mask,
    tune,
)
from bot.imaging.overlay import draw_overlay
from bot.imaging.recent import recent
from bot.imaging.store import describe, read_stored, store

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


def take_in(
    upload: Path,
    mask_upload: Path | None,
    tuning: MaskTuning,
    folder: Path,
    pixels_max: int = PIXELS_MAX,
) -> TakenIn:
    """Store a picture and find its mask: the file, else its transparency.

    Raises BadPicture or BadMask.
    """
    path, image, facts = store(upload, folder, pixels_max)
    if mask_upload:
        core = core_from_file(mask_upload, image.size, pixels_max)
    else:
        core = core_from_alpha(image)
    return marked(TakenIn(path, facts), image, core, tuning, folder)


def take_parent(
    picture: Path,
    mask_upload: Path | None,
    parent_core: Path | None,
    tuning: MaskTuning,
    folder: Path,
    pixels_max: int = PIXELS_MAX,
) -> TakenIn:
    """Go on from a stored picture: with a new mask file, else with what its own edit had marked.

    Raises BadMask, or PictureLost.
    """
    image = read_stored(picture)
    if mask_upload:
        core: Core | None = core_from_file(mask_upload, image.size, pixels_max)
    elif parent_core:
        core = load_core(parent_core, MaskSource.PARENT)
        core = Core(_of_size(core.image, image.size), MaskSource.PARENT)
    else:
        core = core_from_alpha(image)
    return marked(TakenIn(picture, describe(picture, image)), image, core, tuning, folder)


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


def _of_size(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    return mask if mask.size == size else mask.resize(size, Image.Resampling.NEAREST)
