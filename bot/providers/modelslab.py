"""ModelsLab: `POST /image_editing/inpaint`, answered at once or with an address to ask again.

What it takes stands in `modelslab_spec`, what it answers in `modelslab_answers`. Its pictures come
from addresses: our own, or its uploads. The key goes in every body, and only to the configured
origin. White in the mask is what changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.log import redact
from bot.providers.api import ApiClient
from bot.providers.base import (
    Balance,
    Delivered,
    Job,
    Model,
    Price,
    Provider,
    ProviderSpec,
    Update,
    Waiting,
)
from bot.providers.guard import FetchPolicy, origin_of
from bot.providers.inline import data_url
from bot.providers.modelslab_answers import (
    explain,
    parse,
    parse_balance,
    parse_start,
    parse_upload,
    parse_webhook,
)
from bot.providers.modelslab_spec import SPEC
from bot.providers.outcome import polled, started
from bot.providers.parts import HookLinks, MediaLinks, Off, Parts, keyless, with_ops


def provider(parts: Parts) -> Provider | Off:
    """ModelsLab where its key is set."""
    settings, key = parts.settings, parts.settings.modelslab_api_key
    if not key.get_secret_value():
        return keyless(SPEC)
    redact(key.get_secret_value())
    base_url = settings.modelslab_base_url.rstrip("/")
    ours = parts.reached_from(base_url)
    return ModelsLab(
        api=parts.api,
        key=key,
        base_url=base_url,
        policy=FetchPolicy(SPEC.origins + settings.result_hosts, origin_of(base_url)),
        media=ours.media,
        hooks=ours.hooks,
        spec=with_ops(SPEC, price=Price(settings.modelslab_price)),
    )


def build(job: Job, pictures: Mapping[str, str], webhook: str | None = None) -> dict[str, Any]:
    """The body without the key; `pictures` are the addresses of `picture` and `mask`."""
    params = job.params
    return {
        "prompt": job.prompt,
        "negative_prompt": params.get("negative_prompt"),
        "init_image": pictures["picture"],
        "mask_image": pictures["mask"],
        "width": job.fit.width_px,
        "height": job.fit.height_px,
        "samples": job.count,
        "num_inference_steps": params["steps"],
        "safety_checker": _yes(params["safety_checker"]),
        "enhance_prompt": _yes(params["enhance_prompt"]),
        "guidance_scale": params["guidance"],
        "strength": params["strength"],
        "instant_response": False,
        "base64": False,
        "seed": params.get("seed"),
        "webhook": webhook,
        "track_id": int(job.task_id, 36) if webhook else None,
    }


def _yes(value: object) -> str:
    return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class ModelsLab:
    """Each method is a call or two."""

    api: ApiClient
    key: SecretStr
    base_url: str
    policy: FetchPolicy
    media: MediaLinks | None = None
    hooks: HookLinks | None = None
    spec: ProviderSpec = field(default=SPEC)

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Our own addresses, or those of uploads, which live for a day."""
        return {
            "picture": await self._address(job.picture),
            "mask": await self._address(job.mask),
        }

    async def submit(self, job: Job) -> Update:
        """Start the job."""
        hook = self.hooks.hook(self.spec.slug, job.task_id) if self.hooks else None
        body = build(job, job.uploads, hook.url if hook else None)
        url = f"{self.base_url}/image_editing/inpaint"
        return started(parse_start, await self._ask(url, body, submit=True))

    async def lookup(self, job: Job) -> Update | None:
        """Jobs cannot be found by what we call them."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask where it told us to, as long as that is ModelsLab."""
        return polled(parse, await self._ask(self._fetch_url(waiting)), waiting)

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """There is no such call."""
        return False

    async def download(self, picture: Delivered, target: Path) -> None:
        """Fetch one picture."""
        await self.api.download(self.policy, picture.url or "", target)

    async def balance(self) -> Balance | None:
        """What the wallet holds; the call stands beside the versioned ones."""
        return parse_balance(await self._ask(f"{self.base_url.rpartition('/')[0]}/wallet_balance"))

    async def models(self) -> tuple[Model, ...]:
        """There is no choice."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None

    def heard(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool:
        """It signs nothing: the path is what counts. Only an end is a reason to ask."""
        found = parse_webhook(headers, body)
        return found is not None and not isinstance(found[1], Waiting)

    async def _address(self, path: Path | None) -> str:
        if self.media and path and (link := self.media.link(path)):
            return link
        body = {"init_image": await data_url(path)}
        url = f"{self.base_url}/image_editing/base64_to_url"
        return parse_upload(await self._ask(url, body))

    def _fetch_url(self, waiting: Waiting) -> str:
        told = str(waiting.state.get("fetch") or "")
        if told.startswith(f"{self.base_url}/"):
            return told
        return f"{self.base_url}/image_editing/fetch/{waiting.remote_id}"

    async def _ask(
        self, url: str, body: Mapping[str, Any] | None = None, *, submit: bool = False
    ) -> Any:
        return await self.api.request(
            self.policy,
            "POST",
            url,
            json={"key": self.key.get_secret_value(), **(body or {})},
            timeout_s=self.spec.submit_timeout_s,
            submit=submit,
            explain=explain,
        )
