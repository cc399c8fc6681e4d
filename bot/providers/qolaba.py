"""Qolaba: `POST /getImagetoImage`, queued there and asked for by `POST /getImage`.

https://docs.qolaba.ai/api-platform/inpainting. It fetches our pictures from a public address, and
answers 200 with `status: FAILED` for failures. Its page says that white in the mask is what
changes; older sources of the service turn masks around, so a setting does too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

from bot.domain import Op, ResultState, SizeRule
from bot.errors import AuthFailed, BadAnswer, Filtered, PictureLost, ProviderError, Rejected
from bot.log import redact
from bot.providers.api import ApiClient
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Failed,
    Fixed,
    Idempotency,
    Job,
    Model,
    OpSpec,
    Param,
    Price,
    PromptUse,
    Provider,
    ProviderSpec,
    Travel,
    Update,
    Waiting,
)
from bot.providers.guard import FetchPolicy, origin_of
from bot.providers.outcome import odd, polled, started
from bot.providers.parts import MediaLinks, Off, Parts, keyless, with_ops
from bot.providers.sayings import first_text, refusal

POLL_AFTER_S = 4.0
NO_TASK = "00000000-0000-0000-0000-000000000000"
HIDDEN = (
    "Qolaba's safety or copyright check withheld every picture. You were not charged. "
    "Another prompt may pass."
)

SPEC = ProviderSpec(
    slug="qolaba",
    title="Qolaba",
    site="https://www.qolaba.ai",
    ops={
        Op.INPAINT: OpSpec(
            prompt=PromptUse.REQUIRED,
            image=Travel.URL,
            mask=Travel.URL,
            price=Price(Decimal(6)),
            # Larger pictures would be made smaller there.
            size=SizeRule(side_min_px=64, side_max_px=1536, multiple_of_px=8),
            count_max=8,
            params=(Param("negative_prompt", str, description="What should not be there."),),
        )
    },
    unit="credits",
    cancels=False,
    idempotency=Idempotency.NONE,
    # Without its queue the call lasts as long as the job.
    submit_timeout_s=180.0,
    poll_after_s=POLL_AFTER_S,
    # An unknown or lost task reads like one that is still waiting.
    deadline_s=900.0,
    concurrency=4,
    result_lifetime_s=14_400.0,
    origins=("cdn.qolaba.app", "*.qolaba.app", "*.qolaba.ai"),
    needs=("QOLABA_API_KEY",),
    fixed=(
        Fixed("app_id", None, "Names the model that inpaints: QOLABA_APP_ID."),
        Fixed("celery", True, "Queued, a long job cannot be lost with its call: QOLABA_CELERY."),
    ),
    about="Qolaba paints up to eight pictures at once.",
    known_limits=(
        "It softens the mask's edge by itself.",
        "An edit that was sent cannot be taken back.",
    ),
)


def provider(parts: Parts) -> Provider | Off:
    """Qolaba where its key is set and it can reach our pictures."""
    settings, key = parts.settings, parts.settings.qolaba_api_key
    if not key.get_secret_value():
        return keyless(SPEC)
    base_url = settings.qolaba_base_url.rstrip("/")
    media = parts.reached_from(base_url).media
    if media is None:
        return Off(SPEC, "Qolaba is off: it fetches pictures from us, so set PUBLIC_URL.")
    redact(key.get_secret_value())
    return Qolaba(
        api=parts.api,
        key=key,
        base_url=base_url,
        policy=FetchPolicy(SPEC.origins + settings.result_hosts, origin_of(base_url)),
        media=media,
        app_id=settings.qolaba_app_id,
        celery=settings.qolaba_celery,
        spec=with_ops(
            SPEC,
            mask_white_edits=not settings.qolaba_invert_mask,
            price=Price(settings.qolaba_price),
        ),
    )


def build(job: Job, app_id: str, pictures: Mapping[str, str], celery: bool) -> dict[str, Any]:
    """The body; `pictures` are the addresses of `picture` and `mask`."""
    body = {
        "app_id": app_id,
        "image": pictures["picture"],
        "mask_url": pictures["mask"],
        "prompt": job.prompt,
        "batch": job.count,
        "negative_prompt": job.params.get("negative_prompt"),
        "celery": celery,
    }
    return {name: value for name, value in body.items() if value is not None}


def parse(body: Any) -> Update:
    """The one envelope of every answer; "", null and {} all mean absent. Raises BadAnswer."""
    if not isinstance(body, dict):
        raise odd(body)
    envelope = cast("dict[str, Any]", body)
    match str(envelope.get("status") or _implied(envelope)).upper():
        case "SUCCESS":
            return _done(envelope)
        case "FAILED":
            return Failed(_refusal(envelope))
        case "PENDING":
            return Waiting(str(envelope.get("task_id") or ""), POLL_AFTER_S, "Painting")
        case _:
            raise odd(envelope)


def parse_start(body: Any) -> Update:
    """The same for the start, whose answer has to name the task."""
    update = parse(body)
    if isinstance(update, Waiting) and not update.remote_id:
        raise BadAnswer(log="pending without a task_id")
    return update


def explain(status: int, body: Any) -> ProviderError | None:
    """What an answer with another status says in words, where it took nothing on."""
    match body:
        case {"error": _} | {"error_data": _} if status in {400, 403, 422}:
            error = _refusal(cast("dict[str, Any]", body))
            return None if status == 403 and error.code == "rejected" else error
        case _:
            return None


def _implied(envelope: Mapping[str, Any]) -> str:
    """The status that the other fields speak of."""
    told = {"output": "SUCCESS", "error": "FAILED", "error_data": "FAILED", "task_id": "PENDING"}
    return next((status for name, status in told.items() if envelope.get(name)), "")


def _done(envelope: Mapping[str, Any]) -> Update:
    """`output` is an object with `result`, a list of addresses, or one address."""
    output, flags = envelope.get("output"), list[Any]()
    if isinstance(output, dict):
        named = cast("dict[str, Any]", output)
        output, found = named.get("result"), named.get("Has_NSFW_Content")
        flags = cast("list[Any]", found) if isinstance(found, list) else []
    if output == []:
        # Its copyright check takes pictures out without a word.
        return Failed(Filtered(HIDDEN, log="success with an empty list"))
    each = cast("list[Any]", output) if isinstance(output, list) else [output]
    urls = [one for one in each if isinstance(one, str) and one]
    if not urls:
        return Failed(BadAnswer(log="success without a picture"))
    task_id = str(envelope.get("task_id") or "") or None
    return Done(tuple(_delivered(url, n, flags, task_id) for n, url in enumerate(urls)), task_id)


def _delivered(url: str, n: int, flags: list[Any], task_id: str | None) -> Delivered:
    if n < len(flags) and flags[n] is True:
        return Delivered(ResultState.FILTERED, remote_id=task_id, remote_index=n + 1)
    return Delivered(url=url, remote_id=task_id, remote_index=n + 1)


def _refusal(envelope: Mapping[str, Any]) -> ProviderError:
    """`error` is a kind, `error_data` says what was wrong, as a text or in an object."""
    data = envelope.get("error_data")
    said = data if isinstance(data, str) else first_text(data, "message", "detail", "msg", "error")
    return refusal(SPEC.title, said or first_text(envelope, "error"))


@dataclass(frozen=True, slots=True)
class Qolaba:
    """Each method is one call."""

    api: ApiClient
    key: SecretStr
    base_url: str
    policy: FetchPolicy
    media: MediaLinks
    app_id: str
    celery: bool = True
    spec: ProviderSpec = field(default=SPEC)

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Our own addresses; raises PictureLost where there is none."""
        return {"picture": self._address(job.picture), "mask": self._address(job.mask)}

    async def submit(self, job: Job) -> Update:
        """Start the job."""
        body = build(job, self.app_id, job.uploads, self.celery)
        return started(parse_start, await self._ask("/getImagetoImage", body, submit=True))

    async def lookup(self, job: Job) -> Update | None:
        """Tasks cannot be found by what we call them."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask for the task."""
        return polled(parse, await self._ask("/getImage", {"id": waiting.remote_id}), waiting)

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """There is no such call."""
        return False

    async def download(self, picture: Delivered, target: Path) -> None:
        """Fetch one picture; whatever its name says, it is mostly a JPEG."""
        await self.api.download(self.policy, picture.url or "", target)

    async def balance(self) -> Balance | None:
        """None is told; to ask for a task that is not there is free, and shows a wrong key."""
        try:
            update = parse(await self._ask("/getImage", {"id": NO_TASK}))
        except Rejected:
            return None
        if isinstance(update, Failed) and isinstance(update.error, AuthFailed):
            raise update.error
        return None

    async def models(self) -> tuple[Model, ...]:
        """The operator has named one."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None

    def _address(self, path: Path | None) -> str:
        link = self.media.link(path) if path else None
        if link is None:
            raise PictureLost(log="no public address for a picture or mask")
        return link

    async def _ask(self, path: str, body: Mapping[str, Any], *, submit: bool = False) -> Any:
        return await self.api.request(
            self.policy,
            "POST",
            f"{self.base_url}{path}",
            headers={"Authorization": f"Bearer {self.key.get_secret_value()}"},
            json=body,
            timeout_s=self.spec.submit_timeout_s,
            submit=submit,
            explain=explain,
        )
