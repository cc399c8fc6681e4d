"""IOPaint's stand-in: one picture a call, answered with the picture itself, and no key.

It asks for nothing but the shape that version 1.6.0 asks for, and breaks as that does: whatever
fails inside answers 500 with a JSON of its own.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from aiohttp import web
from PIL import Image

from bot.sandbox.standins.common import Desk, says
from bot.sandbox.standins.engine import encoded, opened
from bot.sandbox.standins.faults import Behavior
from bot.sandbox.standins.scenario_rules import decoded

MODELS: tuple[dict[str, Any], ...] = (
    {"name": "cv2", "model_type": "inpaint", "need_prompt": False},
    {"name": "lama", "model_type": "inpaint", "need_prompt": False},
    {"name": "runwayml/stable-diffusion-inpainting", "model_type": "diffusers_sd_inpaint"},
)
CHOICES = {
    "cv2_flag": {"INPAINT_NS", "INPAINT_TELEA"},
    "sd_sampler": {"DPM++ 2M", "UniPC", "Euler a", "LCM"},
}
SEED = 42


def settings(desk: Desk) -> dict[str, str]:
    """What the bot is told to reach it."""
    return {"iopaint_base_url": desk.origin}


class Broken(Exception):
    """Something failed inside."""

    def __init__(self, status: int, error: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.error, self.detail = status, error, detail

    def to_response(self) -> web.Response:
        """The error as the service's own handler writes it."""
        body = {"error": self.error, "detail": self.detail, "body": "", "errors": self.detail}
        return web.json_response(body, status=self.status)


class IopaintStandIn:
    """One server with three models."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._model = MODELS[0]

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The calls that the bot makes; it paints when it polls."""
        return [
            web.post("/api/v1/inpaint", _answered(self.paint), name="poll"),
            web.get("/api/v1/server-config", _answered(self.config), name="models"),
            web.get("/api/v1/model", _answered(self.model), name="model"),
            web.post("/api/v1/model", _answered(self.switch), name="model"),
        ]

    async def paint(self, request: web.Request) -> web.StreamResponse:
        """Paint one picture, in the format of the one that came."""
        body = cast("dict[str, Any]", await request.json())
        if wrong := _wrong(body):
            faults = [{"loc": ["body", name], "msg": "Input is not valid"} for name in wrong]
            return says(422, detail=faults)
        picture, kind = _picture(body, "image")
        mask, _ = _picture(body, "mask")
        if picture.size != mask.size:
            detail = f"Image size({picture.size}) and mask size({mask.size}) not match."
            raise Broken(400, "HTTPException", detail)
        prompt, seed = str(body.get("prompt") or ""), int(body.get("sd_seed", SEED))
        await self._work(prompt)
        painted = encoded(await self._desk.paint(picture, mask, prompt, seed), kind)
        headers = {"X-Seed": str(seed)}
        data = b"" if self._desk.behaves(Behavior.EMPTY, prompt) else painted
        data = self._desk.spoil(data, prompt)
        return web.Response(body=data, content_type=f"image/{kind.lower()}", headers=headers)

    async def config(self, request: web.Request) -> web.StreamResponse:
        """What is installed."""
        return says(modelInfos=list(MODELS), plugins=[], samplers=sorted(CHOICES["sd_sampler"]))

    async def model(self, request: web.Request) -> web.StreamResponse:
        """The model that is loaded."""
        return web.json_response(self._model)

    async def switch(self, request: web.Request) -> web.StreamResponse:
        """Load another model; one that is not installed leaves none, as in version 1.6.0."""
        name = (await request.json()).get("name")
        found = [each for each in MODELS if each["name"] == name]
        if not found:
            self._model = {}
            raise Broken(500, "KeyError", f"'{name}'")
        self._model = found[0]
        return web.json_response(self._model)

    async def _work(self, prompt: str) -> None:
        if self._desk.behaves(Behavior.FAILED, prompt):
            raise Broken(500, "RuntimeError", "CUDA out of memory")
        if self._desk.behaves(Behavior.ENDLESS, prompt):
            await asyncio.Event().wait()
        await asyncio.sleep(self._desk.pace_s)


def _answered(handler: Any) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Broken as broken:
            return broken.to_response()

    return handle


def _wrong(body: dict[str, Any]) -> list[str]:
    """The fields whose values the schema refuses; an unknown hd_strategy is accepted silently."""
    wrong = [name for name, known in CHOICES.items() if body.get(name, "") not in {"", *known}]
    strength = body.get("sd_strength", 1.0)
    return wrong + (["sd_strength"] if not 0 <= strength <= 1 else [])


def _picture(body: dict[str, Any], name: str) -> tuple[Image.Image, str]:
    data = decoded(str(body.get(name) or "").rpartition("base64,")[2])
    found = opened(data) if data else None
    if found is None or data is None:
        raise Broken(500, "UnidentifiedImageError", f"cannot identify {name}")
    kind = "PNG" if data.startswith(b"\x89PNG") else "WEBP" if data[:4] == b"RIFF" else "JPEG"
    return found, kind
