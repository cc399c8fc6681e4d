"""Scenario: `POST /generate/inpaint` starts a job; its pictures are assets with signed addresses.

What it takes stands in `scenario_spec`, what it answers in `scenario_answers`.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.errors import PictureLost, Rejected
from bot.log import redact
from bot.providers.api import ApiClient
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Job,
    Model,
    Provider,
    ProviderSpec,
    Update,
    Waiting,
)
from bot.providers.guard import FetchPolicy, origin_of
from bot.providers.inline import contents
from bot.providers.outcome import polled, started
from bot.providers.parts import Off, Parts, keyless
from bot.providers.scenario_answers import (
    POLL_AFTER_S,
    Asset,
    cost_of,
    explain,
    parse,
    parse_asset,
    parse_cancel,
    parse_limits,
    parse_upload,
)
from bot.providers.scenario_models import Catalog, Listed, check, sized
from bot.providers.scenario_spec import SPEC, priced
from bot.settings import Settings

# A body of more than about 10 MB is cut; larger pictures go ahead of it, one a call.
INLINE_CHARS_MAX = 4_000_000
# The seed's own example: one pixel, enough for a question about the price.
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVQYV2NgYAAAAAMAAWgm"
    "WQ0AAAAASUVORK5CYII="
)
ORIGINAL = {"originalAssets": "true"}
DRY_RUN = {"dryRun": "true"}
BAD_CONCEPTS = (
    "`concepts` takes pairs of a model and a number like `model:0.8`, parted by semicolons. "
    "You were not charged."
)
_NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Access:
    """How the operator reaches Scenario; an empty `project`, `team` or `model` is not used."""

    base_url: str
    authorization: str = field(repr=False)
    project: str = ""
    team: str = ""
    model: str = ""
    hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Access":
        """Basic authentication of key and secret, kept out of every log."""
        key, secret = settings.scenario_api_key, settings.scenario_api_secret
        pair = f"{key.get_secret_value()}:{secret.get_secret_value()}"
        token = b64encode(pair.encode()).decode()
        for each in (key.get_secret_value(), secret.get_secret_value(), token):
            redact(each)
        return cls(
            base_url=settings.scenario_base_url.rstrip("/"),
            authorization=f"Basic {token}",
            project=settings.scenario_project_id,
            team=settings.scenario_team_id,
            model=settings.scenario_model,
            hosts=settings.result_hosts,
        )


def provider(parts: Parts) -> Provider | Off:
    """Scenario where the operator has a key with its secret."""
    settings = parts.settings
    if not (settings.scenario_api_key and settings.scenario_api_secret):
        return keyless(SPEC)
    return Scenario(parts.api, Access.of(settings), priced(SPEC, settings.scenario_price))


def build(job: Job, listed: Listed, pictures: Mapping[str, str]) -> dict[str, Any]:
    """The body: `pictures` are `image` with `mask` or `maskId`, as data URLs or asset ids."""
    model = listed.to_model()
    width, height = sized(job.fit, model.size)
    params = {param.name: param.default for param in model.params}
    params |= {name: value for name, value in job.params.items() if value is not None}
    negative = params.get("negative_prompt")
    body = {
        **pictures,
        "modelId": listed.id,
        "prompt": job.prompt,
        "negativePrompt": negative,
        "negativePromptStrength": params.get("negative_prompt_strength") if negative else None,
        "strength": params.get("strength"),
        "guidance": params.get("guidance"),
        "numInferenceSteps": params.get("steps"),
        "numSamples": job.count,
        "width": width,
        "height": height,
        "seed": str(job.seed),
        "scheduler": params.get("scheduler"),
        "modelEpoch": params.get("model_epoch"),
        "baseModelId": params.get("base_model"),
        "concepts": concepts(str(params.get("concepts") or "")) or None,
        "disableMerging": bool(params.get("disable_merging")),
        **{each.name: each.value for each in SPEC.fixed},
    }
    return {name: value for name, value in body.items() if value is not None}


def concepts(text: str) -> list[dict[str, Any]]:
    """`id:scale;id:scale` as Scenario takes it; raises Rejected."""
    found: list[dict[str, Any]] = []
    for part in filter(None, text.split(";")):
        model, _, scale = part.partition(":")
        if not model or not _NUMBER.fullmatch(scale):
            raise Rejected(BAD_CONCEPTS)
        found.append({"modelId": model, "scale": float(scale)})
    return found


class Scenario:
    """Each method is a call or two."""

    def __init__(self, api: ApiClient, access: Access, spec: ProviderSpec = SPEC) -> None:
        self._api, self._access, self._spec = api, access, spec
        hosts = (*spec.origins, *access.hosts)
        self._policy = FetchPolicy(hosts, origin_of(access.base_url))
        self._catalog = Catalog(lambda path, params: self._ask("GET", path, params))

    @property
    def spec(self) -> ProviderSpec:
        """The capabilities, as data."""
        return self._spec

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Settle the model, check its numbers, and send ahead what is too large for the start."""
        listed = await self._model(job)
        check(job, listed.to_model())
        concepts(str(job.params.get("concepts") or ""))
        files = await _encoded(job)
        sent = {"modelId": listed.id, "kind": listed.kind}
        if sum(map(len, files.values())) > INLINE_CHARS_MAX:
            sent["image"] = await self._keep("image", files["image"])
        if len(files["mask"]) > INLINE_CHARS_MAX // 2:
            sent["maskId"] = await self._keep("mask", files["mask"])
        return sent

    async def submit(self, job: Job) -> Update:
        """Start the job."""
        sent = dict(job.uploads)
        listed = Listed(sent.pop("modelId"), "", sent.pop("kind"))
        files = await _encoded(job)
        body = build(job, listed, {**_inline(files, sent), **sent})
        answer = await self._ask("POST", "/generate/inpaint", ORIGINAL, body, submit=True)
        return started(parse, answer)

    async def lookup(self, job: Job) -> Update | None:
        """Jobs carry no reference of ours."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask for the job, and once it is finished for its assets."""
        body = await self._ask("GET", f"/jobs/{waiting.remote_id}")
        update = polled(parse, body, waiting)
        return await self._with_assets(update, waiting) if isinstance(update, Done) else update

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Take the job back; a job that is too far on answers 400."""
        path = f"/jobs/{waiting.remote_id}/action"
        try:
            return parse_cancel(await self._ask("POST", path, json={"action": "cancel"}))
        except Rejected:
            return False

    async def download(self, picture: Delivered, target: Path) -> None:
        """Fetch from a signed address that is asked for anew, twice if it has just run out."""
        asset_id = picture.remote_id or ""
        try:
            await self._api.download(self._policy, (await self._asset(asset_id)).url, target)
        except PictureLost:
            await self._api.download(self._policy, (await self._asset(asset_id)).url, target)

    async def balance(self) -> Balance | None:
        """What the team has left, where the operator has named it."""
        team = self._access.team
        return parse_limits(await self._ask("GET", f"/teams/{team}/limits")) if team else None

    async def models(self) -> tuple[Model, ...]:
        """Those that can inpaint, kept for an hour."""
        return tuple(listed.to_model() for listed in await self._catalog.all())

    async def quote_units(self, job: Job) -> Decimal | None:
        """Ask for a dry run with a picture of one pixel."""
        body = build(job, await self._model(job), {"image": PIXEL, "mask": PIXEL})
        return cost_of(await self._ask("POST", "/generate/inpaint", DRY_RUN, body))

    async def _model(self, job: Job) -> Listed:
        return await self._catalog.find(str(job.params.get("model") or self._access.model))

    async def _keep(self, name: str, data: str) -> str:
        body = {"name": f"{name}.png", "image": data, "hide": True}
        return parse_upload(await self._ask("POST", "/assets", json=body))

    async def _asset(self, asset_id: str) -> Asset:
        path = f"/assets/{asset_id}"
        return parse_asset(await self._ask("GET", path, ORIGINAL))

    async def _with_assets(self, done: Done, waiting: Waiting) -> Update:
        """Put seeds and filters to the pictures; wait for those that are still being written."""
        assets = [await self._asset(each.remote_id or "") for each in done.pictures]
        if any(asset.is_pending for asset in assets):
            return replace(waiting, stage="Finishing", poll_after_s=POLL_AFTER_S)
        cost = done.cost_units
        if cost is None and "cost" in waiting.state:
            cost = Decimal(waiting.state["cost"])
        pictures = tuple(asset.to_delivered() for asset in assets)
        return replace(done, pictures=pictures, cost_units=cost)

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        *,
        submit: bool = False,
    ) -> Any:
        project = {"projectId": self._access.project} if self._access.project else {}
        return await self._api.request(
            self._policy,
            method,
            f"{self._access.base_url}{path}",
            headers={"Authorization": self._access.authorization},
            params={**(params or {}), **project},
            json=json,
            timeout_s=self._spec.submit_timeout_s,
            submit=submit,
            explain=explain,
        )


async def _encoded(job: Job) -> dict[str, str]:
    """The files as base64; raises PictureLost."""
    files = {"image": job.picture, "mask": job.mask}
    return {name: b64encode(await contents(file)).decode() for name, file in files.items()}


def _inline(files: Mapping[str, str], sent: Mapping[str, str]) -> dict[str, str]:
    """Data URLs of what has not gone ahead."""
    left = {name for name in files if name not in sent and f"{name}Id" not in sent}
    return {name: f"data:image/png;base64,{files[name]}" for name in left}
