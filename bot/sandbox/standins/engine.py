"""The stand-ins' brush: what is masked is filled by the local engine and tinted by the prompt."""

import asyncio
import hashlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageColor, ImageFilter

from bot.errors import ProviderError
from bot.providers.local import fill_picture

# Enough to look at, and a fill of it takes about a second.
DETAIL_PX = 384
TINT = 0.4
# The fill's seed is one for the whole process.
_one_at_a_time = asyncio.Lock()


def opened(data: bytes) -> Image.Image | None:
    """The picture, or None for anything that is none."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            image.load()
            return image.copy()
    except (OSError, ValueError, SyntaxError):
        return None


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    """The file's bytes; `kind` is PNG, JPEG or WEBP."""
    buffer = BytesIO()
    # Only a PNG asks how hard to try, and nobody keeps these.
    image.convert("RGB").save(buffer, kind, compress_level=1)
    return buffer.getvalue()


async def paint(
    picture: Image.Image, mask: Image.Image, prompt: str, seed: int, detail_px: int = DETAIL_PX
) -> Image.Image:
    """Change what is white in the mask, gray by its part; the same seed paints alike again.

    The fill is made at a side of `detail_px`; 0 makes none, but blurs what is around.
    """
    async with _one_at_a_time:
        return await asyncio.to_thread(_paint, picture, mask, prompt, seed, detail_px)


def _paint(
    picture: Image.Image, mask: Image.Image, prompt: str, seed: int, detail_px: int
) -> Image.Image:
    original = picture.convert("RGB")
    weights = mask.convert("L").resize(original.size, Image.Resampling.BILINEAR)
    filled = _filled(original, weights, seed, detail_px) if detail_px else _blurred(original)
    filled = filled.resize(original.size, Image.Resampling.LANCZOS)
    tint = Image.new("RGB", original.size, _color(prompt, seed))
    return Image.composite(Image.blend(filled, tint, TINT), original, weights)


def _blurred(picture: Image.Image) -> Image.Image:
    return picture.reduce(4).filter(ImageFilter.GaussianBlur(8))


def _filled(original: Image.Image, weights: Image.Image, seed: int, detail_px: int) -> Image.Image:
    """A fill at a modest size; blurred surroundings where the engine cannot."""
    small, holes = original.copy(), weights.copy()
    small.thumbnail((detail_px, detail_px))
    holes = holes.resize(small.size).point(_as_hole)
    with TemporaryDirectory() as name, suppress(ProviderError):
        folder = Path(name)
        small.save(folder / "picture.png")
        holes.save(folder / "mask.png")
        fill_picture(folder / "picture.png", folder / "mask.png", folder / "out.png", seed)
        with Image.open(folder / "out.png") as filled:
            return filled.convert("RGB")
    return _blurred(original)


def _as_hole(value: int) -> int:
    return 255 if value else 0


def _color(prompt: str, seed: int) -> tuple[int, int, int]:
    """The first color that the prompt names, else one that belongs to prompt and seed."""
    for word in prompt.lower().split():
        with suppress(ValueError):
            return ImageColor.getrgb(word)[:3]
    digest = hashlib.sha256(f"{prompt} {seed}".encode()).digest()
    return digest[0], digest[1], digest[2]
