"""Scenario's stand-in: jobs with progress, assets with signed addresses, models, dry runs.

Beside the common behaviors it knows "backwards" (progress falls once), "labeled" (assets carry NSFW
labels), "pending" (assets are late once), "no_cancel", "restricted" and "odd" (a job of another
shape).
"""

import secrets
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

from aiohttp import web
from PIL import Image

from bot.sandbox.standins.common import Desk, Remote, says
from bot.sandbox.standins.engine import encoded, opened
from bot.sandbox.standins.faults import Behavior
from bot.sandbox.standins.scenario_rules import (
    MODELS,
    PAGE_LENGTH,
    TEAMS_OWN,
    Refused,
    check,
    decoded,
    from_data_url,
    model_of,
)

SECRET = "standin-secret"  # noqa: S105 (opens nothing but this)
TEAM = "team_standin"
UNITS_PER_PICTURE = 5
PARALLEL_MAX = 8
DRY_RUN = 269
SIGNATURE = "signed-by-the-stand-in"
MODERATED = "The prompt was flagged by our content moderation. NSFW content is not allowed."
BROKE = "CUDA error"
HINT = "Try again with fewer steps"


def settings(desk: Desk) -> dict[str, str]:
    """What the bot is told to reach it."""
    return {
        "scenario_api_key": desk.key,
        "scenario_api_secret": SECRET,
        "scenario_base_url": f"{desk.origin}/v1",
        "scenario_team_id": TEAM,
    }


class ScenarioStandIn:
    """One team's account."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._assets: dict[str, dict[str, Any]] = {}
        self._uploads: dict[str, bytes] = {}
        self._canceled: set[str] = set()
        self._polls: dict[str, int] = {}
        self._late: set[str] = set()
        self._spent = 0

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The calls that the bot makes."""
        return [
            web.post("/v1/generate/inpaint", self._guarded(self.submit), name="submit"),
            web.get("/v1/jobs/{id}", self._guarded(self.poll), name="poll"),
            web.post("/v1/jobs/{id}/action", self._guarded(self.cancel), name="cancel"),
            web.post("/v1/assets", self._guarded(self.upload), name="upload"),
            web.get("/v1/assets/{id}", self._guarded(self.asset), name="asset"),
            web.get("/v1/models", self._guarded(self.models), name="models"),
            web.get("/v1/models/{id}", self._guarded(self.model), name="model"),
            web.get("/v1/teams/{id}/limits", self._guarded(self.limits), name="balance"),
        ]

    def _guarded(self, handler: Any) -> Any:
        """Ask for the key first, and answer refusals in the service's shape."""
        token = b64encode(f"{self._desk.key}:{SECRET}".encode()).decode()

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                if request.headers.get("Authorization") != f"Basic {token}":
                    raise Refused(401, "Unauthorized", "Invalid API key")
                return await handler(request)
            except Refused as refusal:
                return refusal.to_response()

        return handle

    async def submit(self, request: web.Request) -> web.Response:
        """Take a job in, or only say what it would cost."""
        body = cast("dict[str, Any]", await request.json())
        model = check(body)
        if self._desk.behaves("restricted", body["prompt"]):
            details = {"modelId": model["id"], "requiredPlan": "enterprise"}
            raise Refused(403, "ModelAccessRestrictedError", "Upgrade your plan", **details)
        picture, mask = (
            self._picture(body, "image", "imageId"),
            self._picture(body, "mask", "maskId"),
        )
        count = body.get("numSamples", 4)
        cost = UNITS_PER_PICTURE * count
        if request.query.get("dryRun"):
            return says(DRY_RUN, creativeUnitsCost=cost, creativeUnitsDiscount=0)
        live = [each for each in self._desk.jobs.values() if each.fraction < 1]
        if len(live) >= PARALLEL_MAX:
            action = {"actionName": "inference", "actionLimit": str(PARALLEL_MAX)}
            raise Refused(429, "Too Many Requests", "Too many parallel jobs", **action)

        async def make() -> list[str]:
            return await self._paint(body, picture, mask, count)

        remote = self._desk.start({**body, "begun": _now()}, make, f"job_{secrets.token_hex(12)}")
        if self._desk.behaves("odd", body["prompt"]):
            return says(inference={"id": remote.id})
        told = self._told(remote, "warming-up", 0)
        return says(**told, creativeUnitsCost=cost, creativeUnitsDiscount=0)

    async def poll(self, request: web.Request) -> web.Response:
        """How far a job is."""
        remote = self._job(request)
        prompt = remote.wish["prompt"]
        if remote.id in self._canceled:
            return says(**self._told(remote, "canceled", remote.fraction))
        if remote.fraction < 1 or self._desk.behaves(Behavior.ENDLESS, prompt):
            return says(**self._told(remote, *self._stage(remote)))
        if self._desk.behaves(Behavior.NSFW, prompt):
            return says(**self._told(remote, "failure", 1, error=MODERATED))
        if self._desk.behaves(Behavior.FAILED, prompt):
            return says(**self._told(remote, "failure", 1, error=BROKE, hint=HINT))
        asset_ids = await remote.outcome()
        self._spent += UNITS_PER_PICTURE * len(asset_ids)
        return says(**self._told(remote, "success", 1, asset_ids))

    async def cancel(self, request: web.Request) -> web.Response:
        """Take a job back while it runs."""
        remote = self._job(request)
        wanted = await request.json()
        if wanted != {"action": "cancel"}:
            raise Refused(400, "Bad Request", "Unknown action")
        if remote.fraction >= 1 or self._desk.behaves("no_cancel", remote.wish["prompt"]):
            raise Refused(400, "Bad Request", "Cannot cancel this type of job")
        self._canceled.add(remote.id)
        return says(**self._told(remote, "canceled", remote.fraction))

    async def upload(self, request: web.Request) -> web.Response:
        """Keep a picture as an asset."""
        body = await request.json()
        data = decoded(body.get("image"))
        if data is None or opened(data) is None:
            raise Refused(400, "Bad Request", "image is not an image in base64")
        asset_id = f"asset_{secrets.token_hex(12)}"
        self._uploads[asset_id] = data
        return says(asset={"id": asset_id, "status": "success", "kind": "image"})

    async def asset(self, request: web.Request) -> web.Response:
        """An asset with an address that is signed anew."""
        found = self._assets.get(request.match_info["id"])
        if found is None:
            raise Refused(404, "Not Found", "Asset not found")
        asset_id = found["id"]
        if found["pending"] and asset_id not in self._late:
            self._late.add(asset_id)
            return says(asset={"id": asset_id, "status": "pending", "kind": "image"})
        url = self._desk.publish(found["data"], found["prompt"])
        signed = f"{url}?Expires=4102444800&Key-Pair-Id=K1&Signature={SIGNATURE}"
        return says(
            asset={
                "id": asset_id,
                "url": signed,
                "mimeType": "image/png",
                "kind": "image",
                "status": "success",
                "nsfw": ["explicit"] if found["labeled"] else [],
                "metadata": {"seed": found["seed"], "modelId": found["model"]},
            }
        )

    async def models(self, request: web.Request) -> web.Response:
        """The list, a page at a time."""
        if request.query.get("privacy") == "private":
            return says(models=[TEAMS_OWN])
        first = int(request.query.get("paginationToken") or 0)
        more = first + PAGE_LENGTH < len(MODELS)
        page: dict[str, Any] = {"models": list(MODELS[first : first + PAGE_LENGTH])}
        if more:
            page["nextPaginationToken"] = str(first + PAGE_LENGTH)
        return web.json_response(page)

    async def model(self, request: web.Request) -> web.Response:
        """One model."""
        return says(model=model_of(request.match_info["id"]))

    async def limits(self, request: web.Request) -> web.Response:
        """What the team may spend, and has."""
        if request.match_info["id"] != TEAM:
            raise Refused(404, "Not Found", "Team not found")
        return says(
            limits={"creativeUnits": 1000},
            values={"creativeUnits": self._spent},
            oneShotCreativeUnits=[{"remaining": 50}],
            plan="pro",
            period="month",
        )

    def _job(self, request: web.Request) -> Remote:
        found = self._desk.jobs.get(request.match_info["id"])
        if found is None:
            raise Refused(404, "Not Found", "Job not found")
        return found

    def _stage(self, remote: Remote) -> tuple[str, float]:
        self._polls[remote.id] = polls = self._polls.get(remote.id, 0) + 1
        progress = min(0.9, remote.fraction)
        if self._desk.behaves("backwards", remote.wish["prompt"]):
            progress = 0.8 if polls == 1 else 0.2
        return ("queued" if progress < 0.05 else "in-progress"), progress

    def _told(
        self,
        remote: Remote,
        status: str,
        progress: float,
        asset_ids: list[str] | None = None,
        **metadata: str,
    ) -> dict[str, Any]:
        cost = UNITS_PER_PICTURE * remote.wish.get("numSamples", 4)
        return {
            "job": {
                "jobId": remote.id,
                "jobType": "inference",
                "status": status,
                "progress": progress,
                "createdAt": remote.wish["begun"],
                "updatedAt": _now(),
                "authorId": TEAM,
                "ownerId": TEAM,
                "metadata": {"assetIds": asset_ids or [], "input": {}, **metadata},
                "statusHistory": [{"date": _now(), "status": status}],
                "billing": {"cuCost": cost, "cuDiscount": 0},
            }
        }

    def _picture(self, body: dict[str, Any], inline: str, by_id: str) -> Image.Image:
        """From a data URL or an asset's id."""
        given = body.get(inline) or body.get(by_id)
        data = self._uploads.get(str(given)) or from_data_url(given)
        found = opened(data) if data else None
        if found is None:
            raise Refused(400, "Bad Request", f"{inline} is not a data URL or an asset")
        return found

    async def _paint(
        self, body: dict[str, Any], picture: Image.Image, mask: Image.Image, count: int
    ) -> list[str]:
        prompt, seed = body["prompt"], int(body.get("seed") or 0)
        size = body.get("width", 512), body.get("height", 512)
        count = 0 if self._desk.behaves(Behavior.EMPTY, prompt) else count
        count -= count > 0 and self._desk.behaves(Behavior.FEWER, prompt)
        shown = picture.convert("RGB").resize(size)
        return [
            self._keep(
                body, encoded(await self._desk.paint(shown, mask, prompt, seed + n)), seed + n
            )
            for n in range(count)
        ]

    def _keep(self, body: dict[str, Any], data: bytes, seed: int) -> str:
        asset_id = f"asset_{secrets.token_hex(12)}"
        self._assets[asset_id] = {
            "id": asset_id,
            "data": data,
            "prompt": body["prompt"],
            "model": body["modelId"],
            "seed": str(seed),
            "labeled": self._desk.behaves("labeled", body["prompt"]),
            "pending": self._desk.behaves("pending", body["prompt"]),
        }
        return asset_id


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
