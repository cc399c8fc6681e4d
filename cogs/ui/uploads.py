"""Files that a member attached: judged by what Discord says of them, then kept for a moment."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from discord import Attachment

from bot.delivery.faults import is_discords
from bot.delivery.words import megabytes
from bot.errors import BadMask, BadPicture, UserError
from bot.quoting import cited

UNTOLD = "application/octet-stream"  # Discord does not know: the decoder will
LOST = "Discord could not give me that file. Attach it again, please."

_IPHONE = "on an iPhone: Settings > Camera > Formats > Most Compatible"
# Formats that phones make and that many programs cannot read, with what helps.
_UNREAD = {
    "heic": f"HEIC. Save it as JPEG or PNG first ({_IPHONE})",
    "heif": f"HEIF. Save it as JPEG or PNG first ({_IPHONE})",
    "avif": "AVIF. Save it as JPEG, PNG or WebP first",
}


@dataclass(frozen=True, slots=True)
class Uploads:
    """Where the files of one request lie until its handler ends."""

    picture: Path | None
    mask: Path | None


def check_attachment(attachment: Attachment, what: str, bytes_max: int) -> None:
    """Refuse by size and type before a byte is downloaded; `what` is "picture" or "mask"."""
    error: type[UserError] = BadMask if what == "mask" else BadPicture
    kind = _kind(attachment)
    if kind in _UNREAD:
        raise error(f"Your {what} is {_UNREAD[kind]}. Then send it again.")
    told = attachment.content_type or UNTOLD
    if told != UNTOLD and not told.startswith("image/"):
        raise error(
            f"Your {what} is not an image but `{cited(told, 60)}`. "
            "Please send a JPEG, PNG, WebP or GIF."
        )
    check_size(attachment.size, what, bytes_max)


def check_size(size_bytes: int, what: str, bytes_max: int) -> None:
    """Refuse a file that is too large; `what` is "picture" or "mask"."""
    if size_bytes > bytes_max:
        error: type[UserError] = BadMask if what == "mask" else BadPicture
        raise error(
            f"Your {what} has {megabytes(size_bytes)}; the most I take is "
            f"{megabytes(bytes_max)}. Make it smaller and send it again."
        )


def _kind(attachment: Attachment) -> str:
    told = (attachment.content_type or "").split(";")[0].strip().lower()
    if told.startswith("image/") and (kind := told.removeprefix("image/").split("-")[0]) in _UNREAD:
        return kind
    return Path(attachment.filename).suffix.lower().removeprefix(".")


@asynccontextmanager
async def kept(
    work: Path, picture: Attachment | None, mask: Attachment | None
) -> AsyncGenerator[Uploads]:
    """Download into a folder of our own inside `work`, which goes when the block ends."""
    folder = await asyncio.to_thread(_new_folder, work)
    try:
        yield Uploads(
            await _fetch(picture, folder / "picture"), await _fetch(mask, folder / "mask")
        )
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _new_folder(work: Path) -> Path:
    work.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="up-", dir=work))


async def _fetch(attachment: Attachment | None, target: Path) -> Path | None:
    """Write one file under a name of ours; the member's own never touches the disk."""
    if attachment is None:
        return None
    try:
        data = await attachment.read()
    except Exception as error:
        if not is_discords(error):
            raise
        raise BadPicture(LOST, log=f"download failed: {error}") from error
    await asyncio.to_thread(target.write_bytes, data)
    return target
