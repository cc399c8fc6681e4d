"""APIFRAME: Midjourney's steps over HTTP. It edits nothing but what it has made itself.

`/imagine` makes four pictures, `/upscale-1x` one of them large, `/inpaint` repaints a part of that.
Each step is a task of theirs and of ours; the next step names the one before. White in the mask is
what changes. https://docs.apiframe.pro
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.domain import Op, SizeRule
from bot.errors import Rejected
from bot.log import redact
from bot.providers.api import ApiClient
from bot.providers.apiframe_answers import (
    POLL_AFTER_S,
    UNIT,
    explain,
    is_genuine,
    parse,
    parse_account,
    parse_submit,
    parse_webhook,
)
from bot.providers.base import (
    Balance,
    Delivered,
    Fixed,
    Idempotency,
    Job,
    Model,
    OpSpec,
    Param,
    Price,
    PricedPer,
    PromptUse,
    Provider,
    ProviderSpec,
    Travel,
    Update,
    Waiting,
)
from bot.providers.guard import FetchPolicy, origin_of
from bot.providers.inline import data_url
from bot.providers.outcome import polled, started
from bot.providers.parts import Hook, HookLinks, Off, Parts, keyless

PICTURES = 4
RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "1:2", "2:1")
ONLY_ITS_OWN = (
    "APIFRAME edits only pictures that it made itself. Make some with /imagine, press U1 to U4 "
    "under the one you like, then edit that one; or pick another provider for this picture. "
    "Nothing was charged."
)
UPSCALE_FIRST = (
    "APIFRAME edits a picture only after it was upscaled. Press U1 to U4 under it first, then edit "
    "what comes of it. You were not charged."
)
_WHOLE = SizeRule(side_min_px=1, multiple_of_px=1)

SPEC = ProviderSpec(
    slug="apiframe",
    title="APIFRAME",
    site="https://apiframe.ai",
    ops={
        Op.IMAGINE: OpSpec(
            prompt=PromptUse.REQUIRED,
            image=None,
            mask=None,
            price=Price(Decimal(4), PricedPer.JOB),
            count_max=PICTURES,
            makes=PICTURES,
            params=(
                Param("aspect_ratio", str, "1:1", choices=RATIOS, description="Width to height."),
            ),
        ),
        Op.UPSCALE: OpSpec(
            prompt=PromptUse.UNUSED,
            image=Travel.PARENT,
            mask=None,
            price=Price(Decimal(2), PricedPer.JOB),
            makes=1,
            parents=frozenset({Op.IMAGINE, Op.INPAINT}),
            parent_reason=ONLY_ITS_OWN,
        ),
        Op.INPAINT: OpSpec(
            prompt=PromptUse.OPTIONAL,
            image=Travel.PARENT,
            mask=Travel.BASE64,
            price=Price(Decimal(4), PricedPer.JOB),
            size=_WHOLE,
            count_max=PICTURES,
            makes=PICTURES,
            parents=frozenset({Op.UPSCALE}),
            parent_reason=ONLY_ITS_OWN,
        ),
    },
    unit=UNIT,
    cancels=False,
    webhooks=True,
    idempotency=Idempotency.NONE,
    poll_after_s=POLL_AFTER_S,
    deadline_s=900.0,
    origins=("cdn.apiframe.pro", "*.apiframe.pro", "*.apiframe.ai"),
    needs=("APIFRAME_API_KEY",),
    fixed=(
        Fixed("parent_task_id", None, "The bot knows it: the task whose picture is edited."),
        Fixed("webhook_url", None, "Sent where the bot has a public address."),
        Fixed("webhook_secret", None, "Sent with that address, anew for each task."),
    ),
    about="APIFRAME runs Midjourney. It edits only pictures that it made itself.",
    known_limits=(
        "A picture is made with /imagine and upscaled with U1 to U4 before it can be edited.",
        "Each step makes as many pictures as it always does: four, or one when upscaling.",
        "What has begun cannot be taken back.",
    ),
)


def provider(parts: Parts) -> Provider | Off:
    """APIFRAME where the operator has a key."""
    settings = parts.settings
    if not settings.apiframe_api_key:
        return keyless(SPEC)
    key = settings.apiframe_api_key
    redact(key.get_secret_value())
    base_url, hosts = settings.apiframe_base_url, settings.result_hosts
    return Apiframe(parts.api, base_url, key, hosts=hosts, hooks=parts.reached_from(base_url).hooks)


def build(job: Job, mask: str = "", hook: Hook | None = None) -> tuple[str, dict[str, str]]:
    """The path and body of a step; `mask` is a data URL of the parent's size. Raises Rejected."""
    path, body = _step(job, mask)
    called = {"webhook_url": hook.url, "webhook_secret": hook.secret} if hook else {}
    return path, {**body, **called}


def _step(job: Job, mask: str) -> tuple[str, dict[str, str]]:
    match job.op:
        case Op.IMAGINE:
            ratio = str(job.params.get("aspect_ratio") or "1:1")
            return "/imagine", {"prompt": job.prompt, "aspect_ratio": ratio}
        case Op.UPSCALE:
            if job.parent_remote_index is None:
                raise Rejected("This picture is upscaled already. You were not charged.")
            index = str(job.parent_remote_index)
            return "/upscale-1x", {"parent_task_id": _parent(job), "index": index}
        case Op.INPAINT:
            if job.parent_remote_index is not None:
                raise Rejected(UPSCALE_FIRST)
            parent = {"parent_task_id": _parent(job)}
            return "/inpaint", {**parent, "mask": mask, "prompt": job.prompt}
        case _:
            raise Rejected(f"APIFRAME cannot {job.op}. You were not charged.")


class Apiframe:
    """Each method is one call."""

    def __init__(
        self,
        api: ApiClient,
        base_url: str,
        key: SecretStr,
        *,
        hosts: tuple[str, ...] = (),
        hooks: HookLinks | None = None,
        spec: ProviderSpec = SPEC,
    ) -> None:
        self._api, self._base_url, self._spec = api, base_url.rstrip("/"), spec
        self._key, self._hooks = key, hooks
        self._policy = FetchPolicy((*spec.origins, *hosts), origin_of(base_url))

    @property
    def spec(self) -> ProviderSpec:
        """The capabilities, as data."""
        return self._spec

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Nothing has to be there before; what does not fit together is refused here."""
        build(job)
        return {}

    async def submit(self, job: Job) -> Update:
        """Begin the step."""
        mask = await data_url(job.mask) if job.op is Op.INPAINT else ""
        hook = self._hooks.hook(self._spec.slug, job.task_id) if self._hooks else None
        path, body = build(job, mask, hook)
        return started(parse_submit, await self._ask(path, body, submit=True))

    async def lookup(self, job: Job) -> Update | None:
        """Tasks carry no reference of ours."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask how far the task is."""
        body = await self._ask("/fetch", {"task_id": waiting.remote_id})
        return polled(parse, body, waiting)

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """What has begun cannot be taken back."""
        return False

    async def download(self, picture: Delivered, target: Path) -> None:
        """Fetch through the guard."""
        await self._api.download(self._policy, picture.url or "", target)

    async def balance(self) -> Balance | None:
        """What the account still holds."""
        return parse_account(await self._ask("/account", method="GET"))

    async def models(self) -> tuple[Model, ...]:
        """No choice."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None

    def heard(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool | None:
        """It calls for each step and at the end, and shows our secret."""
        if not is_genuine(headers, secret):
            return None
        return parse_webhook(headers, body, secret) is not None

    async def _ask(
        self,
        path: str,
        body: Mapping[str, str] | None = None,
        *,
        method: str = "POST",
        submit: bool = False,
    ) -> Any:
        return await self._api.request(
            self._policy,
            method,
            f"{self._base_url}{path}",
            # Raw, as its documents show it.
            headers={"Authorization": self._key.get_secret_value()},
            json=body,
            timeout_s=self._spec.submit_timeout_s,
            submit=submit,
            explain=explain,
        )


def _parent(job: Job) -> str:
    if not job.parent_remote_id:
        raise Rejected(ONLY_ITS_OWN)
    return job.parent_remote_id
