"""AIThriving's stand-in: a form in, base64 out, every failure as `code: -1` in a 200.

Beside the common behaviors it knows "text" (`data` is the picture's text, as in the page's own
example), "prefixed" (a data URL), "no_base64" and "poor" (no credits left).
"""

import random
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from PIL import Image, ImageChops

from bot.sandbox.standins.common import Desk, says
from bot.sandbox.standins.engine import encoded, opened
from bot.sandbox.standins.faults import Behavior

SEED_MAX = 4_294_967_294
SIDE_MIN_PX = 64
PIXELS_MAX = 9_437_184
FORMATS = ("jpeg", "png", "webp")


def settings(desk: Desk) -> dict[str, str]:
    """What the bot is told to reach it."""
    return {"aithriving_api_key": desk.key, "aithriving_base_url": desk.origin}


class Refused(Exception):
    """`message` of a failure."""


class AIThrivingStandIn:
    """Its one call."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Its calls."""
        return (web.post("/api/edit/inpaint", self._inpaint, name="submit"),)

    async def _inpaint(self, request: web.Request) -> web.StreamResponse:
        if not self._knows(request):
            return says(401, code=-1, message="Invalid token")
        try:
            return says(code=0, message="success", data=await self._data(await _fields(request)))
        except Refused as error:
            return says(code=-1, message=str(error))

    def _knows(self, request: web.Request) -> bool:
        """Either header of the page, with or without a scheme."""
        headers = request.headers
        given = headers.get("Authorization") or headers.get("Authentication") or ""
        return given.removeprefix("Bearer ") == self._desk.key

    async def _data(self, fields: Mapping[str, Any]) -> Any:
        prompt, behaves = str(fields.get("prompt") or ""), self._desk.behaves
        picture, mask = _pictures(fields)
        kind, seed = _kind(fields), _seed(fields)
        if not prompt:
            raise Refused("prompt is required")
        if behaves(Behavior.NSFW, prompt):
            raise Refused("Your request was flagged by our content moderation system")
        if behaves("poor", prompt):
            raise Refused("Insufficient credits, please recharge")
        if behaves(Behavior.FAILED, prompt):
            raise Refused("The upstream service failed")
        if behaves(Behavior.EMPTY, prompt):
            return {"seed": seed}
        painted = encoded(await self._desk.paint(picture, mask, prompt, seed), kind.upper())
        return self._answer(self._desk.spoil(painted, prompt), kind, seed, prompt)

    def _answer(self, data: bytes, kind: str, seed: int, prompt: str) -> Any:
        text, behaves = b64encode(data).decode(), self._desk.behaves
        if behaves("no_base64", prompt):
            text = "this is * no base64 at all"
        if behaves("prefixed", prompt):
            text = f"data:image/{kind};base64,{text}"
        return text if behaves("text", prompt) else {"image": text, "seed": seed}


async def _fields(request: web.Request) -> dict[str, Any]:
    if request.content_type != "multipart/form-data":
        raise Refused("multipart/form-data is expected")
    form = await request.post()
    return {
        name: value.file.read() if isinstance(value, web.FileField) else value
        for name, value in form.items()
    }


def _pictures(fields: Mapping[str, Any]) -> tuple[Image.Image, Image.Image]:
    """The picture and its mask: the file where there is one, else what is transparent."""
    picture = _opened(fields, "image")
    if min(picture.size) < SIDE_MIN_PX or picture.width * picture.height > PIXELS_MAX:
        raise Refused(f"image must be {SIDE_MIN_PX}px at least and {PIXELS_MAX} pixels at most")
    if fields.get("mask"):
        return picture, _opened(fields, "mask")
    if picture.mode != "RGBA":
        raise Refused("mask is required for an image without an alpha channel")
    return picture, ImageChops.invert(picture.getchannel("A"))


def _opened(fields: Mapping[str, Any], name: str) -> Image.Image:
    data = fields.get(name)
    picture = opened(data) if isinstance(data, bytes) else None
    if picture is None:
        raise Refused(f"{name} must be a jpeg, png or webp")
    return picture


def _kind(fields: Mapping[str, Any]) -> str:
    kind = str(fields.get("output_format") or "png")
    if kind not in FORMATS:
        raise Refused(f"output_format must be one of {', '.join(FORMATS)}")
    return kind


def _seed(fields: Mapping[str, Any]) -> int:
    text = str(fields.get("seed") or 0)
    if not text.isdecimal() or int(text) > SEED_MAX:
        raise Refused(f"seed must be between 0 and {SEED_MAX}")
    return int(text) or random.randint(1, SEED_MAX)  # noqa: S311
