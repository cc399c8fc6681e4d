"""IOPaint: a server of the operator's own, which paints one picture a call and answers with it.

https://github.com/Sanster/IOPaint (1.6.0: iopaint/api.py, schema.py). It knows neither keys nor
prices nor a cancel; the same call may be made again. White in the mask is what changes.
"""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from shutil import copyfile
from typing import Any

from bot.domain import Op, SizeRule
from bot.errors import BadAnswer, ProviderError, Rejected
from bot.providers.api import ApiClient
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Failed,
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
from bot.providers.inline import contents
from bot.providers.kept import Kept
from bot.providers.parts import Off, Parts, keyless
from bot.providers.sayings import first_text, reason

MODELS_S = 60.0
SEED_MAX = 2**31 - 1

_PARAMS = (
    Param("model", str, description="Which of the server's models paints."),
    Param("negative_prompt", str, description="What should not be there."),
    Param("seed", int, None, 0, SEED_MAX, description="The same seed paints alike again."),
    Param("strength", float, 1.0, 0.0, 1.0, description="1 forgets what was there."),
    Param("guidance", float, 7.5, 0.0, 30.0, description="How closely to follow the prompt."),
    Param("steps", int, 50, 1, 150, description="More steps take longer."),
    Param("sampler", str, description="One of the server's samplers."),
    Param("mask_blur", int, 11, 0, 96, description="Softness of the mask's edge, in pixels."),
    Param(
        "hd_strategy",
        str,
        "Crop",
        choices=("Original", "Resize", "Crop"),
        description="What models that only erase do with a large picture.",
    ),
    Param(
        "cv2_flag",
        str,
        "INPAINT_NS",
        choices=("INPAINT_NS", "INPAINT_TELEA"),
        description="For the model cv2 only.",
    ),
    Param("cv2_radius", int, 4, 1, 100, description="For the model cv2 only."),
)
_TAKES = OpSpec(
    prompt=PromptUse.OPTIONAL,
    image=Travel.BASE64,
    mask=Travel.BASE64,
    price=Price(Decimal(0)),
    size=SizeRule(64, 1024, 8),
    count_max=8,
    params=_PARAMS,
)

SPEC = ProviderSpec(
    slug="iopaint",
    title="IOPaint",
    site="https://github.com/Sanster/IOPaint",
    ops={Op.INPAINT: _TAKES, Op.ERASE: _TAKES},
    unit="pictures",
    cancels=True,
    idempotency=Idempotency.REPEATABLE,
    # A picture may take minutes, and a model to be loaded as long.
    submit_timeout_s=600.0,
    poll_after_s=0.0,
    deadline_s=3600.0,
    # It paints one picture at a time, and a model once switched to is everybody's.
    concurrency=1,
    needs=("IOPAINT_BASE_URL",),
    about="IOPaint runs on the operator's own machine, so it is free.",
    known_limits=(
        "Models that only erase (lama, mat, zits, cv2) do not read the prompt.",
        "A picture that is being painted is painted to its end, even when it is cancelled.",
    ),
)


def provider(parts: Parts) -> Provider | Off:
    """IOPaint where the operator runs one."""
    settings = parts.settings
    if not settings.iopaint_base_url:
        return keyless(SPEC)
    return Iopaint(parts.api, settings.iopaint_base_url, settings.iopaint_model)


def build(job: Job, n: int, image: str, mask: str) -> dict[str, Any]:
    """The body for the n-th picture; `image` and `mask` are PNGs of one size, in base64.

    PNG because anything else is answered in its own lossy format.
    """
    params = job.params
    body = {
        "image": image,
        "mask": mask,
        "prompt": "" if job.op is Op.ERASE else job.prompt,
        "negative_prompt": params.get("negative_prompt") or "",
        "sd_seed": seed_of(job, n),
        "sd_steps": params.get("steps"),
        "sd_strength": params.get("strength"),
        "sd_guidance_scale": params.get("guidance"),
        "sd_sampler": params.get("sampler"),
        "sd_mask_blur": params.get("mask_blur"),
        "sd_keep_unmasked_area": True,
        "hd_strategy": params.get("hd_strategy"),
        "cv2_flag": params.get("cv2_flag"),
        "cv2_radius": params.get("cv2_radius"),
    }
    return {name: value for name, value in body.items() if value is not None}


def seed_of(job: Job, n: int) -> int:
    """Each picture of the count has a seed of its own."""
    return (job.seed + n - 1) % (SEED_MAX + 1)


def parse_models(body: Any) -> tuple[Model, ...]:
    """The models that are installed, from the server's configuration; raises BadAnswer."""
    match body:
        case {"modelInfos": [*rows]}:
            names = [first_text(row, "name") for row in rows]
            return tuple(Model(name, name) for name in names if name)
        case _:
            raise BadAnswer(log="a configuration without models")


def parse_model(body: Any) -> str:
    """The name of the model that is loaded; raises BadAnswer."""
    if name := first_text(body, "name"):
        return name
    raise BadAnswer(log="a model without a name")


def explain(status: int, body: Any) -> ProviderError | None:
    """What an error answer says; 500 stands for whatever went wrong, and stays so when repeated."""
    note = f"answered {status}"
    match body:
        case {"detail": [*faults]} if status == 422:
            names = ", ".join(f"`{each}`" for each in map(_field, faults) if each)
            return Rejected(f"IOPaint does not take this {names}. You were not charged.", log=note)
        case {"error": str(error)} if status in {400, 422, 500}:
            why = reason(first_text(body, "detail", "errors")) or error
            return Rejected(f"IOPaint could not do this: {why}. You were not charged.", log=note)
        case _:
            return None


class Iopaint:
    """Each poll paints one picture; which are done stands in the state, so a restart goes on."""

    def __init__(
        self, api: ApiClient, base_url: str, model: str = "", spec: ProviderSpec = SPEC
    ) -> None:
        self._api, self._base_url = api, f"{base_url.rstrip('/')}/api/v1"
        self._model, self._spec = model, spec
        self._policy = FetchPolicy(base_url_origin=origin_of(base_url))
        self._models = Kept(self._installed, MODELS_S)

    @property
    def spec(self) -> ProviderSpec:
        """The capabilities, as data."""
        return self._spec

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Switch to the model that was asked for.

        Only to one that is installed: any other would leave the server without a model.
        """
        name = str(job.params.get("model") or self._model)
        if not name:
            return {}
        if name not in {model.id for model in await self._installed()}:
            raise Rejected(
                f"IOPaint has no model `{name[:64]}` here. Pick one that `model` offers, or "
                "leave it out. You were not charged."
            )
        if parse_model(await self._ask("GET", "/model")) != name:
            await self._ask("POST", "/model", {"name": name}, timeout_s=self._spec.submit_timeout_s)
        return {}

    async def submit(self, job: Job) -> Update:
        """Only take the job in; painting belongs to `poll`, which may be repeated."""
        return _waiting(job, [])

    async def lookup(self, job: Job) -> Update | None:
        """There is nothing to find: starting again is free."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Paint the next picture."""
        done = await asyncio.to_thread(_still_there, job, waiting.state.get("done", ()))
        left = [n for n in range(1, job.count + 1) if n not in done]
        try:
            for n in left[:1]:
                await self._paint(job, n)
        except Rejected as error:
            return Failed(error)
        if len(left) <= 1:
            return Done(tuple(_delivered(job, n) for n in range(1, job.count + 1)))
        return _waiting(job, [*done, left[0]])

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Always possible: no further picture is asked for, and none costs anything."""
        return True

    async def download(self, picture: Delivered, target: Path) -> None:
        """Copy a finished picture."""
        if picture.path is None:
            raise BadAnswer(log="a picture without a path")
        await asyncio.to_thread(copyfile, picture.path, target)

    async def balance(self) -> Balance | None:
        """Nothing is paid for."""
        return None

    async def models(self) -> tuple[Model, ...]:
        """What is installed on the server, kept for a minute."""
        return await self._models.get()

    async def quote_units(self, job: Job) -> Decimal | None:
        """Free, as the spec says."""
        return None

    async def _paint(self, job: Job, n: int) -> None:
        files = [await contents(each) for each in (job.picture, job.mask)]
        image, mask = (b64encode(each).decode() for each in files)
        await self._api.picture(
            self._policy,
            f"{self._base_url}/inpaint",
            _path(job, n),
            json=build(job, n, image, mask),
            timeout_s=self._spec.submit_timeout_s,
            explain=explain,
        )

    async def _installed(self) -> tuple[Model, ...]:
        return parse_models(await self._ask("GET", "/server-config"))

    async def _ask(self, method: str, path: str, json: Any = None, timeout_s: float = 30.0) -> Any:
        return await self._api.request(
            self._policy,
            method,
            f"{self._base_url}{path}",
            json=json,
            timeout_s=timeout_s,
            explain=explain,
        )


def _waiting(job: Job, done: list[int]) -> Waiting:
    stage = "Painting" if job.count == 1 else f"Painting {len(done) + 1} of {job.count}"
    return Waiting(job.task_id, 0.0, stage, state={"done": done})


def _still_there(job: Job, done: Any) -> list[int]:
    return [n for n in done if _path(job, n).exists()]


def _delivered(job: Job, n: int) -> Delivered:
    return Delivered(path=str(_path(job, n)), seed=seed_of(job, n))


def _path(job: Job, n: int) -> Path:
    return job.folder / f"painted-{n}"


def _field(fault: Any) -> str:
    """The field that one entry of a 422 speaks of: `loc` is ["body", "sd_steps"]."""
    match fault:
        case {"loc": [*_, str(name)]}:
            return name
        case _:
            return ""
