"""APIFRAME's stand-in: imagine, upscale and inpaint as tasks that name the one before.

Beside the common behaviors it knows "backwards" (percents fall once), "live" (a finished task says
"finished", as live ones do) and "odd" (an answer of another shape).
"""

import hashlib
import math
import random
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, cast

from aiohttp import web
from PIL import Image, ImageColor, ImageDraw, ImageFilter, ImageOps

from bot.sandbox.standins.common import Desk, Remote, says
from bot.sandbox.standins.engine import encoded, opened
from bot.sandbox.standins.faults import Behavior
from bot.sandbox.standins.scenario_rules import decoded

TYPES = {"imagine": "imagine", "upscale-1x": "upscale", "inpaint": "inpaint"}
PICTURES = 4
TILE_PX, UPSCALED_PX = 256, 512
ACCOUNT_CREDITS = 900
COSTS = {"imagine": 4, "upscale": 2, "inpaint": 4}
BANNED = "Banned prompt detected: please check our community guidelines"
BROKE = "Midjourney did not answer"

Made = tuple[list[Image.Image], dict[str, Any]]
Make = Callable[[], Awaitable[Made]]


def settings(desk: Desk) -> dict[str, str]:
    """What the bot is told to reach it."""
    return {"apiframe_api_key": desk.key, "apiframe_base_url": desk.origin}


class Refused(Exception):
    """A request that the service does not take."""

    def to_response(self) -> web.Response:
        """The error in its own shape."""
        return web.json_response({"errors": [{"msg": str(self)}]}, status=400)


class ApiframeStandIn:
    """One account. Its tasks' pictures stay in memory."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pictures: dict[str, list[Image.Image]] = {}
        self._polls: dict[str, int] = {}
        self._credits = ACCOUNT_CREDITS

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The calls that the bot makes; every step is a "submit"."""
        steps = "/{step:" + "|".join(TYPES) + "}"
        return [
            web.post(steps, self._guarded(self.submit), name="submit"),
            web.post("/fetch", self._guarded(self.poll), name="poll"),
            web.get("/account", self._guarded(self.account), name="balance"),
        ]

    def _guarded(self, handler: Any) -> Any:
        """Ask for the key first; it stands raw in the header, though many send it as Bearer."""

        async def handle(request: web.Request) -> web.StreamResponse:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if given != self._desk.key:
                return web.json_response({}, status=401)
            try:
                return await handler(request)
            except Refused as refusal:
                return refusal.to_response()

        return handle

    async def submit(self, request: web.Request) -> web.Response:
        """Begin a step."""
        body = cast("dict[str, Any]", await request.json())
        kind = TYPES[request.match_info["step"]]
        prompt = str(body.get("prompt") or "")
        step = {"imagine": self._imagine, "upscale": self._upscale, "inpaint": self._inpaint}[kind]
        make = step(body, prompt)
        if self._desk.behaves("odd", prompt):
            return says(id="not-a-task-id")
        remote = self._desk.start({"kind": kind, "prompt": prompt}, make)
        self._credits -= COSTS[kind]
        shown = {"x-webhook-secret": str(body.get("webhook_secret") or "")}
        self._desk.call_back(body.get("webhook_url"), remote, lambda: self._told(remote), shown)
        return says(task_id=remote.id)

    async def poll(self, request: web.Request) -> web.Response:
        """How far a task is."""
        body = await request.json()
        remote = self._desk.jobs.get(str(body.get("task_id")))
        if remote is None:
            raise Refused("Invalid task_id")
        return web.json_response(await self._told(remote))

    async def _told(self, remote: Remote) -> dict[str, Any]:
        """A task as a fetch and a webhook tell it."""
        kind, prompt = remote.wish["kind"], remote.wish["prompt"]
        task = {"task_id": remote.id, "task_type": kind}
        if remote.fraction < 1 or self._desk.behaves(Behavior.ENDLESS, prompt):
            return {**task, **self._progress(remote)}
        if self._desk.behaves(Behavior.NSFW, prompt):
            return {**task, "status": "failed", "message": BANNED}
        if self._desk.behaves(Behavior.FAILED, prompt):
            return {**task, "status": "failed", "message": BROKE}
        self._pictures[remote.id], shown = await remote.outcome()
        done = {**task, **shown}
        if self._desk.behaves("live", prompt):
            done |= {"status": "finished", "actions": ["upsample1", "variation1"]}
        return done

    async def account(self, request: web.Request) -> web.Response:
        """What is left."""
        return says(
            email="operator@example.com",
            credits=self._credits,
            total_images=len(self._pictures),
            plan="basic",
            next_billing_date="2026-12-01",
        )

    def _progress(self, remote: Remote) -> dict[str, Any]:
        self._polls[remote.id] = polls = self._polls.get(remote.id, 0) + 1
        if self._desk.behaves("backwards", remote.wish["prompt"]):
            return _processing(80 if polls == 1 else 20)
        return _processing(min(99, int(remote.fraction * 100)))

    def _imagine(self, body: dict[str, Any], prompt: str) -> Make:
        if not prompt:
            raise Refused("prompt is required")
        size = _size(str(body.get("aspect_ratio") or "1:1"))

        async def make() -> Made:
            return self._shown([_imagined(prompt, size, n) for n in range(PICTURES)], prompt)

        return make

    def _upscale(self, body: dict[str, Any], prompt: str) -> Make:
        tiles, index = self._parent(body), body.get("index")
        if len(tiles) == 1 or index not in {str(n) for n in range(1, len(tiles) + 1)}:
            raise Refused('index must be "1" to "4" of a task with four images')
        tile = tiles[int(index) - 1]

        async def make() -> Made:
            scale = UPSCALED_PX / max(tile.size)
            size = round(tile.width * scale), round(tile.height * scale)
            picture = tile.resize(size, Image.Resampling.LANCZOS)
            return self._shown([picture], prompt)

        return make

    def _inpaint(self, body: dict[str, Any], prompt: str) -> Make:
        parent = self._parent(body)
        if len(parent) != 1:
            raise Refused("Upscale an image first: parent_task_id is a grid")
        text = str(body.get("mask") or "")
        data = decoded(text.rpartition("base64,")[2])
        mask = opened(data) if data else None
        if mask is None or mask.size != parent[0].size:
            raise Refused("mask must be an image of the size of the parent image")

        async def make() -> Made:
            seeds = range(PICTURES)
            painted = [await self._desk.paint(parent[0], mask, f"{prompt} {n}", n) for n in seeds]
            return self._shown(painted, prompt)

        return make

    def _parent(self, body: dict[str, Any]) -> list[Image.Image]:
        found = self._pictures.get(str(body.get("parent_task_id")))
        if not found:
            raise Refused("parent_task_id is not a finished task")
        return found

    def _shown(self, pictures: list[Image.Image], prompt: str) -> Made:
        """The pictures, for the steps after this one, and what the answer says of them."""
        shown = list(pictures)
        if self._desk.behaves(Behavior.EMPTY, prompt):
            shown = []
        if self._desk.behaves(Behavior.FEWER, prompt):
            shown = shown[:-1]
        urls = [self._desk.publish(encoded(each), prompt) for each in shown]
        if len(pictures) == 1:
            return pictures, {"image_url": urls[0]} if urls else {}
        grid = self._desk.keep(encoded(_grid(pictures)))
        return pictures, {"original_image_url": grid, "image_urls": urls}


def _processing(percent: int) -> dict[str, Any]:
    return {"status": "processing", "percentage": str(percent)}


def _size(ratio: str) -> tuple[int, int]:
    if not re.fullmatch(r"[1-9]\d?:[1-9]\d?", ratio):
        raise Refused("aspect_ratio is not valid")
    width, height = (int(part) for part in ratio.split(":"))
    scale = TILE_PX / max(width, height)
    return max(8, round(width * scale)), max(8, round(height * scale))


def _imagined(prompt: str, size: tuple[int, int], n: int) -> Image.Image:
    """A soft evening behind hills, the same for the same words."""
    digest = hashlib.sha256(f"{prompt} {n}".encode()).digest()
    dice = random.Random(digest)  # noqa: S311 (not a secret)
    hue = dice.randrange(360)
    sky = Image.linear_gradient("L").resize(size)
    scene = ImageOps.colorize(sky, _tone(hue, 25), _tone(hue + 50, 80))
    draw = ImageDraw.Draw(scene)
    x, y, r = dice.randrange(size[0]), size[1] * dice.uniform(0.2, 0.6), min(size) // 9
    draw.ellipse((x - r, y - r, x + r, y + r), fill=_tone(hue + 70, 90))
    for step in range(3):
        ridge = _ridge(dice, size, 0.55 + 0.13 * step)
        draw.polygon([(0, size[1]), *ridge, (size[0], size[1])], fill=_tone(hue, 35 - 10 * step))
    return scene.filter(ImageFilter.GaussianBlur(1))


def _tone(hue: int, light: int) -> tuple[int, ...]:
    return ImageColor.getrgb(f"hsl({hue % 360}, 45%, {light}%)")


def _ridge(dice: random.Random, size: tuple[int, int], height: float) -> list[tuple[float, float]]:
    """A wave from side to side, around a height that is a part of the picture's."""
    phase, waves = dice.uniform(0, 6), dice.uniform(1, 3)
    xs = range(0, size[0] + 8, 8)
    return [
        (x, size[1] * (height + 0.07 * math.sin(phase + waves * 6.3 * x / size[0]))) for x in xs
    ]


def _grid(pictures: list[Image.Image]) -> Image.Image:
    width, height = pictures[0].size
    grid = Image.new("RGB", (2 * width, 2 * height))
    for n, each in enumerate(pictures[:4]):
        grid.paste(each, (n % 2 * width, n // 2 * height))
    return grid
