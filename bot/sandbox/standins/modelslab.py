"""ModelsLab's stand-in: the key in every body, pictures at once or after a while, errors in 200.

Beside the common behaviors it knows "queued" (answers `processing` however quick it is), "future"
(a success names `future_links` alone), "nsfw_flag" (says so beside the pictures), "nsfw_refused"
(refuses the prompt) and "poor" (no credits left).
"""

import random
import secrets
from base64 import b64decode
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from aiohttp import web
from PIL import Image

from bot.sandbox.standins.common import Desk, Remote, says
from bot.sandbox.standins.engine import encoded, opened
from bot.sandbox.standins.faults import Behavior
from bot.sandbox.standins.modelslab_rules import Refused, Wish, read

ROOT = "/api/v6"
UPLOAD_BYTES_MAX = 5 * 1024 * 1024
QUEUE_MAX = 5
BALANCE_USD = 43.6
WAIT = "Try to fetch request after seconds estimated"
TIP = "Your image is processing in background, you can get this image using fetch API"
STOCK_NEGATIVE = " ((out of frame)), ((extra fingers)), mutated hands, blurry"
STOCK_PROMPT = " DSLR photography, sharp focus, 8K, RAW, unedited"


def settings(desk: Desk) -> dict[str, str]:
    """What the bot is told to reach it."""
    return {"modelslab_api_key": desk.key, "modelslab_base_url": f"{desk.origin}{ROOT}"}


class ModelsLabStandIn:
    """Its image editing calls, and the two beside them that the bot makes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Its calls."""
        edits = f"{ROOT}/image_editing"
        return (
            web.post(f"{edits}/inpaint", self._submit, name="submit"),
            web.post(edits + "/fetch/{id}", self._poll, name="poll"),
            web.post(f"{edits}/base64_to_url", self._upload, name="upload"),
            web.post("/api/wallet_balance", self._balance, name="balance"),
        )

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if refusal := self._refuse_stranger(body):
            return refusal
        try:
            wish = read(body)
            self._refuse_words(wish.prompt)
            pictures = await self._picture(wish.init_image), await self._picture(wish.mask_image)
        except Refused as error:
            return _error(str(error))
        if self._queue_length() >= QUEUE_MAX:
            said = f"Rate limit exceeded. Maximum {QUEUE_MAX} queued requests allowed."
            return says(429, status="error", message=said, retry_after=30)
        return await self._begun(wish, *pictures)

    async def _begun(
        self, wish: Wish, picture: Image.Image, mask: Image.Image
    ) -> web.StreamResponse:
        async def make() -> dict[str, Any]:
            return await self._made(wish, picture, mask)

        behaves, prompt = self._desk.behaves, wish.prompt
        queued = wish.instant_response or behaves("queued", prompt)
        queued = queued or behaves(Behavior.ENDLESS, prompt) or self._desk.pace_s > 0
        number = str(secrets.randbelow(10**12) + 10**7)
        job = self._desk.start(wish, make, number)
        if queued:
            self._desk.call_back(wish.webhook, job, lambda: self._called(job))
            return self._processing(job)
        return await self._ended(job)

    async def _called(self, job: Remote) -> dict[str, Any]:
        """What a webhook tells: a finished job, with the caller's own number."""
        told = {"track_id": job.wish.track_id}
        if self._desk.behaves(Behavior.FAILED, job.wish.prompt):
            return {"status": "failed", "message": "Something went wrong", "id": job.id, **told}
        return {**await job.outcome(), "id": job.id, **told}

    async def _poll(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._refuse_stranger(await request.json()):
            return refusal
        job = self._desk.jobs.get(request.match_info["id"])
        if job is None:
            return _error("Request not found")
        if self._desk.behaves(Behavior.ENDLESS, job.wish.prompt) or job.fraction < 1:
            return says(status="processing", message="Request processing", output="", tip=TIP)
        return await self._ended(job)

    async def _ended(self, job: Remote) -> web.Response:
        if self._desk.behaves(Behavior.FAILED, job.wish.prompt):
            return says(status="failed", messege="Something went wrong", id=int(job.id))
        return says(**await job.outcome(), id=int(job.id))

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if refusal := self._refuse_stranger(body):
            return refusal
        text = str(body.get("init_image") or "")
        head, _, encoded_text = text.partition("base64,")
        data = b64decode(encoded_text) if head.startswith("data:image/") else b""
        if not data or len(data) > UPLOAD_BYTES_MAX or opened(data) is None:
            return _error("init_image must be a base64 image of 5 MB at most")
        url = self._desk.keep(data, f"temp/{uuid4()}".replace("/", "-"))
        return says(status="success", id=secrets.randbelow(10**9), output=[url])

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        if refusal := self._refuse_stranger(await request.json()):
            return refusal
        return says(status="success", data={"balance": BALANCE_USD, "currency": "USD"})

    def _refuse_stranger(self, body: Any) -> web.Response | None:
        if isinstance(body, dict) and body.get("key") == self._desk.key:  # pyright: ignore[reportUnknownMemberType]
            return None
        return says(401, status="error", message="Invalid API key")

    def _refuse_words(self, prompt: str) -> None:
        if self._desk.behaves("poor", prompt):
            raise Refused("Insufficient credits. Please add more credits to continue.")
        if self._desk.behaves("nsfw_refused", prompt):
            raise Refused("NSFW content detected in your prompt")

    def _queue_length(self) -> int:
        return sum(job.fraction < 1 for job in self._desk.jobs.values())

    async def _picture(self, url: str) -> Image.Image:
        data = await self._desk.fetch(url)
        picture = opened(data) if data else None
        if picture is None:
            raise Refused("Unable to fetch image from provided URL")
        return picture

    def _processing(self, job: Remote) -> web.Response:
        fetch = f"{self._desk.origin}{ROOT}/image_editing/fetch/{job.id}"
        return says(
            status="processing",
            tip=TIP,
            eta=max(0.1, job.ready_at - job.began_at),
            message=WAIT,
            messege=WAIT,
            webhook_status="",
            fetch_result=fetch,
            id=int(job.id),
            output=[],
            future_links=[],
            proxy_links=[],
            meta={},
        )

    async def _made(self, wish: Wish, picture: Image.Image, mask: Image.Image) -> dict[str, Any]:
        """The seed's own example of an answer, with real pictures."""
        behaves, prompt = self._desk.behaves, wish.prompt
        seed = wish.seed if wish.seed is not None else random.getrandbits(32)
        count = wish.samples - behaves(Behavior.FEWER, prompt)
        prefix = str(uuid4())
        links = [
            await self._link(wish, picture, mask, seed + n, f"{prefix}-{n}") for n in range(count)
        ]
        if behaves(Behavior.EMPTY, prompt):
            links = []
        answer: dict[str, Any] = {
            "status": "success",
            "generationTime": 1.9110066890716553,
            "output": [] if behaves("future", prompt) else links,
            "meta": _meta(wish, prefix, seed),
        }
        if behaves("future", prompt):
            answer["future_links"] = links
        if behaves("nsfw_flag", prompt):
            answer["nsfw_content_detected"] = True
        return answer

    async def _link(
        self, wish: Wish, picture: Image.Image, mask: Image.Image, seed: int, name: str
    ) -> str:
        size = (wish.width, wish.height)
        painted = await self._desk.paint(picture.resize(size), mask.resize(size), wish.prompt, seed)
        if wish.safety_checker and self._desk.behaves(Behavior.NSFW, wish.prompt):
            painted = Image.new("RGB", size)
        return self._desk.publish(encoded(painted), wish.prompt, name)


def _meta(wish: Wish, prefix: str, seed: int) -> dict[str, Any]:
    return {
        "H": wish.height,
        "W": wish.width,
        "file_prefix": prefix,
        "guidance_scale": int(wish.guidance_scale),
        "init_image": wish.init_image,
        "mask_image": wish.mask_image,
        "n_samples": wish.samples,
        "negative_prompt": wish.negative_prompt + STOCK_NEGATIVE,
        "outdir": "out",
        "prompt": wish.prompt + (STOCK_PROMPT if wish.enhance_prompt else ""),
        "safetychecker": "yes" if wish.safety_checker else "no",
        "seed": seed,
        "steps": min(20, wish.steps),
        "strength": wish.strength,
    }


def _error(message: str) -> web.Response:
    return says(status="error", message=message)
