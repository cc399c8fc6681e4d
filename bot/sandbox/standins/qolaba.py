"""Qolaba's stand-in: one envelope for everything, pictures by address, a queue or one long call.

Beside the common behaviors it knows "copyright" (pictures are taken out without a word) and
"flagged" (pictures come with an NSFW flag).
"""

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web
from PIL import Image

from bot.sandbox.standins.common import Desk, says
from bot.sandbox.standins.engine import encoded, opened
from bot.sandbox.standins.faults import Behavior

ROOT = "/api/v1/studio"
SIDE_MAX_PX = 1536
BATCH_MAX = 8
RUNTIME_S = 11.8
NOT_SAFE = (
    "Request cancelled due to detection of NSFW content. Please ensure your prompt is appropriate."
)
BAD_PICTURE = "Given image type is not supported. Please try with JPG or PNG."


def settings(desk: Desk) -> dict[str, str]:
    """What the bot is told to reach it."""
    return {"qolaba_api_key": desk.key, "qolaba_base_url": f"{desk.origin}{ROOT}"}


class Refused(Exception):
    """The worker failed: `kind` goes to `error`, `said` to `error_data`."""

    def __init__(self, kind: str, said: str) -> None:
        super().__init__(said)
        self.kind, self.said = kind, said


class QolabaStandIn:
    """The first generation of its API."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Its calls."""
        return (
            web.post(f"{ROOT}/getImagetoImage", self._submit, name="submit"),
            web.post(f"{ROOT}/getImage", self._poll, name="poll"),
            web.get(f"{ROOT}/get-status", self._status, name="status"),
        )

    async def _status(self, request: web.Request) -> web.StreamResponse:
        return says(status="ok")

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._refuse_stranger(request):
            return refusal
        wish = await request.json()
        if not isinstance(wish.get("app_id"), str) or not wish["app_id"].startswith("ap-"):
            return says(500, **_envelope(wish, "FAILED", "Internal Error", "KeyError('app_id')"))

        async def make() -> dict[str, Any]:
            return await self._made(wish)

        if not wish.get("celery"):
            return says(**await self._desk.start(wish, make, pace_s=0).outcome())
        return says(**_envelope(wish, "PENDING", task_id=self._desk.start(wish, make).id))

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        """A task that is not known reads like one that waits, as it does there."""
        if refusal := self._refuse_stranger(request):
            return refusal
        task_id = str((await request.json()).get("id"))
        task = self._desk.jobs.get(task_id)
        endless = task and self._desk.behaves(Behavior.ENDLESS, str(task.wish.get("prompt")))
        if task is None or endless or task.fraction < 1:
            return says(**_envelope({}, "PENDING", task_id=task_id))
        return says(**{**await task.outcome(), "task_id": task_id})

    def _refuse_stranger(self, request: web.Request) -> web.Response | None:
        given = request.headers.get("Authorization", "")
        if not given.startswith("Bearer "):
            return says(403, detail="Not authenticated")
        if given != f"Bearer {self._desk.key}":
            return says(401, detail="Invalid token")
        return None

    async def _made(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return _envelope(wish, "SUCCESS", output=await self._output(wish))
        except Refused as error:
            return _envelope(wish, "FAILED", error.kind, error.said)

    async def _output(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        prompt, batch = str(wish.get("prompt") or ""), wish.get("batch", 1)
        behaves = self._desk.behaves
        if not prompt or not isinstance(batch, int) or not 1 <= batch <= BATCH_MAX:
            said = f"1 validation error: batch must be 1 to {BATCH_MAX}, prompt is required"
            raise Refused("Input Validation Error", said)
        if behaves(Behavior.NSFW, prompt):
            raise Refused("Image Generation Error", NOT_SAFE)
        if behaves(Behavior.FAILED, prompt):
            raise Refused("Internal Error", "CUDA out of memory")
        if behaves(Behavior.EMPTY, prompt):
            return {}
        if behaves("copyright", prompt):
            return {"result": [], "Has_NSFW_Content": [], "low_res_urls": []}
        count = batch - 1 if behaves(Behavior.FEWER, prompt) else batch
        urls = [await self._url(wish, prompt) for _ in range(count)]
        flags = [behaves("flagged", prompt)] * count
        return {"result": urls, "Has_NSFW_Content": flags, "low_res_urls": urls}

    async def _url(self, wish: Mapping[str, Any], prompt: str) -> str:
        picture, mask = (
            await self._picture(wish.get("image")),
            await self._picture(wish.get("mask_url")),
        )
        picture.thumbnail((SIDE_MAX_PX, SIDE_MAX_PX))
        painted = await self._desk.paint(picture, mask, prompt, random.getrandbits(31))
        name = f"{datetime.now(UTC):%Y%m%d%H%M%S}_{uuid4()}"
        # As there: JPEG bytes under a name that says WebP.
        return self._desk.publish(encoded(painted, "JPEG"), prompt, name, "webp")

    async def _picture(self, url: object) -> Image.Image:
        data = await self._desk.fetch(url)
        picture = opened(data) if data else None
        if picture is None:
            raise Refused("Image URL Error", BAD_PICTURE)
        return picture


def _envelope(
    wish: Mapping[str, Any],
    status: str,
    error: str | None = None,
    error_data: str | None = None,
    output: Mapping[str, Any] | None = None,
    task_id: str | None = None,
) -> dict[str, Any]:
    """All of the documented fields, always."""
    runtime_s = RUNTIME_S if status == "SUCCESS" else 0
    parameters = {name: value for name, value in wish.items() if name != "app_id"}
    return {
        "time_required": {"startup_time": 0, "runtime": runtime_s},
        "error": error,
        "error_data": error_data,
        "input": {"app_id": wish.get("app_id"), "parameters": parameters} if wish else {},
        "output": dict(output or {}),
        "app_id": wish.get("app_id", ""),
        "task_id": task_id,
        "status": status,
    }
