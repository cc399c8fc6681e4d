"""Each kind of foreign file, given to the stage of the picture worker that takes it."""

import asyncio
import json
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageChops

from bot.domain import Fit, MaskTuning, SizeRule
from bot.errors import BotError
from bot.imaging.compose import compose, is_blank
from bot.imaging.fit import fit
from bot.imaging.frontdoor import flatten
from bot.imaging.intake import PIXELS_MAX, TakenIn, take_in
from bot.imaging.ladder import encode_for_post
from bot.imaging.masks import load_mask
from bot.imaging.page import screen_copy, take_drawn
from bot.imaging.store import read_stored
from bot.imaging.worker import PicturePool
from bot.providers.fetch import keep
from tests.fuzz import sound
from tests.fuzz.corpus import Case, Door
from tests.fuzz.papers import WIDE, size_of

POST_LIMIT_BYTES = 10 * 1024 * 1024
RULE = SizeRule(64, 1024, 8)
MIDDLE = MaskTuning(where="center 40%")
FAINT = (3, 200, 90)


class Base(NamedTuple):
    """A sound edit, for what needs one: its picture, its mask, and how both are fitted."""

    upload: Path
    taken: TakenIn
    wide: TakenIn
    fit: Fit


async def prepare(pool: PicturePool, folder: Path) -> Base:
    """Make the sound edit in its folder."""
    upload = await asyncio.to_thread(laid, folder, "upload", sound.plain())
    taken = await pool.short(take_in, upload, None, MIDDLE, folder)
    fitted = await pool.short(fit, *_files(taken), RULE, folder / "fit.png", folder / "fm.png")
    wide = folder / "wide"
    paper = await pool.short(draw_wide, wide, WIDE)
    return Base(upload, taken, await pool.short(take_in, paper, None, MIDDLE, wide), fitted)


async def knock(pool: PicturePool, base: Base, case: Case, folder: Path) -> TakenIn | None:
    """Give the file to its door; raises what the door raises."""
    given = await asyncio.to_thread(laid, folder, f"given{case.suffix}", case.data)
    match case.door:
        case Door.PICTURE:
            return await pool.short(take_in, given, None, MIDDLE, folder, PIXELS_MAX)
        case Door.MASK | Door.PAINTED:
            tuning = MaskTuning()
            return await pool.short(take_in, base.upload, given, tuning, folder, PIXELS_MAX)
        case Door.PAGE:
            stored = base.taken if size_of(case.data) == sound.SIZE else base.wide
            tuning = MaskTuning(grow_px=0)
            return await pool.short(
                take_drawn, stored.picture, given, stored.mask_core, tuning, folder
            )
        case Door.RESULT:
            await _deliver(pool, base, case, folder)
            return None


async def finish(pool: PicturePool, taken: TakenIn, folder: Path) -> str:
    """Carry an accepted picture through a whole edit; says what is wrong with what comes out."""
    picture, mask = _files(taken)
    fitted = await pool.short(fit, picture, mask, RULE, folder / "fit.png", folder / "fm.png")
    answer = await pool.short(paint_answer, fitted, folder / "answer.png")
    feather_px = taken.mask_facts.feather_px if taken.mask_facts else 0
    out = folder / "result"
    made = await pool.short(compose, picture, mask, feather_px, answer, fitted, True, out)
    await pool.short(encode_for_post, made.path, folder, POST_LIMIT_BYTES)
    await pool.short(screen_copy, picture, folder / "screen.jpg")
    return await pool.short(why_not_whole, picture, mask, made.path)


async def _deliver(pool: PicturePool, base: Base, case: Case, folder: Path) -> None:
    raw = folder / "raw"
    await keep(case.data, raw)
    await pool.short(is_blank, raw)
    picture, mask = _files(base.taken)
    out = folder / "result"
    made = await pool.short(compose, picture, mask, 4, raw, base.fit, True, out)
    if wrong := await pool.short(why_not_whole, picture, mask, made.path):
        raise AssertionError(wrong)


def paint_answer(fitted: Fit, target: Path) -> Path:
    """A provider's answer in one color, of the size that was asked for."""
    Image.new("RGB", (fitted.width_px, fitted.height_px), FAINT).save(target, compress_level=1)
    return target


def draw_wide(folder: Path, size: tuple[int, int]) -> Path:
    """A large sound picture."""
    folder.mkdir()
    target = folder / "upload"
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, "JPEG")
    return target


def laid(folder: Path, name: str, data: bytes) -> Path:
    """A file in a folder that is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    target.write_bytes(data)
    return target


def why_not_whole(picture: Path, mask: Path, result: Path) -> str:
    """What differs outside the mask between a stored picture and its stored result, if anything."""
    before, after = read_stored(picture), read_stored(result)
    if before.size != after.size:
        return f"the result is {after.size}, the picture {before.size}"
    marks = load_mask(mask, before.size)
    for one, other in ((flatten(before), flatten(after)), _alphas(before, after)):
        outside = ImageChops.difference(one, other)
        outside.paste(0, mask=marks)
        if outside.getbbox():
            return f"pixels outside the mask differ in {outside.getbbox()}"
    return ""


def is_refusal(error: BaseException) -> bool:
    """An error of ours, with a whole sentence of its own that a member may read."""
    if not isinstance(error, BotError):
        return False
    said = error.sentence
    return bool(said.strip()) and said.isprintable() and said.rstrip("`”)")[-1] in ".?!"


def summary(case: Case) -> str:
    """The case in one line."""
    return json.dumps(
        {"n": case.n, "door": case.door.value, "name": case.name, "bytes": len(case.data)}
    )


def _alphas(before: Image.Image, after: Image.Image) -> tuple[Image.Image, Image.Image]:
    first, second = (
        image.getchannel("A") if image.mode == "RGBA" else Image.new("L", image.size, 255)
        for image in (before, after)
    )
    return first, second


def _files(taken: TakenIn) -> tuple[Path, Path]:
    if taken.mask is None:
        raise AssertionError("a picture was taken without its mask")
    return taken.picture, taken.mask
