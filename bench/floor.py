"""The decodes and encodes that no edit can avoid, each once, with the project's own settings.

A stage for a picture worker: paths in, CPU seconds by name out.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.imaging import ladder, overlay, store

UPLOAD_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The files of one finished edit; `upload` and `upload_mask` are what the provider was sent."""

    picture: Path
    mask_upload: Path
    mask: Path
    overlay: Path
    upload: Path
    upload_mask: Path
    answer: Path
    result: Path
    posted: Path


def floor(files: Artifacts, scratch: Path) -> dict[str, float]:
    """CPU seconds of each step; pixels that an encode needs are decoded off the clock."""
    steps: dict[str, Callable[[], object]] = {
        "picture decoded": lambda: _decoded(files.picture),
        "mask decoded": lambda: _decoded(files.mask_upload),
        "mask encoded": _encoding(files.mask, scratch / "mask.png", "PNG"),
        "overlay encoded": _encoding(
            files.overlay, scratch / "overlay.jpg", "JPEG", quality=overlay.QUALITIES[0]
        ),
        "upload encoded": _encoding(
            files.upload, scratch / "upload.png", "PNG", compress_level=UPLOAD_LEVEL
        ),
        "upload's mask encoded": _encoding(files.upload_mask, scratch / "upload-mask.png", "PNG"),
        "answer decoded": lambda: _decoded(files.answer),
        "result encoded": _storing(files.result, scratch / "result"),
    }
    if files.posted != files.result:
        steps["post encoded"] = _posting(files.result, scratch / "post.jpg")
    return {name: _cpu_s(step) for name, step in steps.items()}


def _decoded(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
        return image


def _encoding(source: Path, target: Path, kind: str, **options: int) -> Callable[[], object]:
    pixels = _decoded(source)
    return lambda: pixels.save(target, kind, **options)


def _storing(source: Path, stem: Path) -> Callable[[], object]:
    pixels = store.read_stored(source)
    return lambda: store.save_lossless(pixels, stem)


def _posting(source: Path, target: Path) -> Callable[[], object]:
    pixels = store.read_stored(source)
    quality = ladder.LOSSY[0].jpeg_quality
    return lambda: pixels.save(target, "JPEG", quality=quality, subsampling=0)


def _cpu_s(step: Callable[[], object]) -> float:
    before_s = time.process_time()
    step()
    return time.process_time() - before_s
