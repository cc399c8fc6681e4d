"""Pictures inside JSON: base64 texts and data URLs, there and back."""

import asyncio
import binascii
from base64 import b64decode, b64encode
from pathlib import Path

from bot.errors import BadAnswer, PictureLost
from bot.providers.base import Delivered
from bot.providers.fetch import keep


async def data_url(path: Path | None) -> str:
    """A PNG of ours as a data URL; raises PictureLost."""
    return f"data:image/png;base64,{b64encode(await contents(path)).decode()}"


async def contents(path: Path | None) -> bytes:
    """The bytes of a job's picture or mask; raises PictureLost."""
    if path is None:
        raise PictureLost(log="the job has no picture or no mask")
    try:
        return await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise PictureLost(log=f"{path.name}: {error.strerror}") from error


async def handed_over(picture: Delivered, target: Path) -> None:
    """Write a picture that came inside the answer to `target`; raises BadAnswer if it is none."""
    data = picture.data or await contents(Path(picture.path) if picture.path else None)
    await keep(data, target)


def decoded(text: str) -> bytes:
    """The bytes of a base64 text, with or without a `data:` prefix; raises BadAnswer."""
    _, _, plain = text.rpartition("base64,")
    try:
        return b64decode("".join(plain.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadAnswer(log=f"{len(text)} characters that are no base64") from None
