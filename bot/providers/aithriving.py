"""AIThriving: `POST /api/edit/inpaint`, one form in, one picture inside the answer.

https://www.aithriving.com/en/document/edit/inpaint contradicts itself: it speaks of a JSON body and
an `Authentication` header, and its example sends a form and `authorization`. The form is sent,
under both headers. White in the mask is repainted, gray in part.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.domain import Op, SizeRule
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    ProviderError,
    QuotaSpent,
    Rejected,
)
from bot.log import redact
from bot.providers.api import ApiClient, FilePart
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
from bot.providers.inline import contents, decoded, handed_over
from bot.providers.outcome import odd, started
from bot.providers.parts import Off, Parts, keyless, with_ops
from bot.providers.sayings import first_text, refusal

CREDITS = Decimal(6)
SEED_MAX = 4_294_967_294
HEADERS = ("Authorization", "Authentication")

SPEC = ProviderSpec(
    slug="aithriving",
    title="AIThriving",
    site="https://www.aithriving.com",
    ops={
        Op.INPAINT: OpSpec(
            prompt=PromptUse.REQUIRED,
            image=Travel.MULTIPART,
            mask=Travel.MULTIPART,
            price=Price(CREDITS),
            # Its pages name no size. The service behind it wants 64 px at least, and the largest
            # PNG of so many pixels stays below 10 MB.
            size=SizeRule(side_min_px=64, multiple_of_px=1, pixels_max=3 * 1024 * 1024),
            params=(
                Param("negative_prompt", str, description="What should not be there."),
                Param(
                    "seed", int, None, 0, SEED_MAX, description="The same seed paints alike again."
                ),
                Param(
                    "output_format",
                    str,
                    "png",
                    choices=("png", "jpeg", "webp"),
                    description="The file that AIThriving answers with.",
                ),
            ),
        )
    },
    unit="credits",
    cancels=False,
    idempotency=Idempotency.NONE,
    submit_timeout_s=180.0,
    deadline_s=300.0,
    concurrency=4,
    needs=("AITHRIVING_API_KEY",),
    about="AIThriving paints one picture per edit, at about the size it is given.",
    known_limits=("One picture at a time.", "An edit that was sent cannot be taken back."),
)


@dataclass(frozen=True, slots=True)
class Form:
    """The body: fields and files."""

    data: Mapping[str, str]
    files: Mapping[str, FilePart]


# Failures are free, and without a picture there is nothing else.
NOTHING = Form({}, {"image": FilePart("image.png", b"")})


def provider(parts: Parts) -> Provider | Off:
    """AIThriving where its key is set."""
    settings, key = parts.settings, parts.settings.aithriving_api_key
    if not key.get_secret_value():
        return keyless(SPEC)
    redact(key.get_secret_value())
    by_alpha = settings.aithriving_mask == "alpha"
    return AIThriving(
        api=parts.api,
        key=key,
        base_url=settings.aithriving_base_url.rstrip("/"),
        spec=with_ops(SPEC, mask=Travel.ALPHA) if by_alpha else SPEC,
    )


def build(job: Job, picture: bytes, mask: bytes | None) -> Form:
    """The form of a job; no mask where the picture's transparency is one."""
    fields = {
        "prompt": job.prompt,
        "negative_prompt": job.params.get("negative_prompt"),
        "seed": job.params.get("seed"),
        "output_format": job.params.get("output_format") or "png",
    }
    data = {name: str(value) for name, value in fields.items() if value is not None}
    files = {"image": FilePart("image.png", picture)}
    return Form(data, files | ({"mask": FilePart("mask.png", mask)} if mask else {}))


def parse(body: Any) -> Update:
    """An answer, with `data` as an object or as the picture's text; raises BadAnswer."""
    match body:
        case {"code": 0, "data": {"image": str(text), **rest}} if text:
            return _done(text, rest.get("seed"))
        case {"code": 0, "data": str(text)} if text:
            return _done(text, None)
        case {"code": 0}:
            return Failed(BadAnswer(log="success without a picture"))
        case {"code": int(code)}:
            return Failed(refusal(SPEC.title, first_text(body, "message") or f"code {code}"))
        case _:
            raise odd(body)


def explain(status: int, body: Any) -> ProviderError | None:
    """What an answer with another status says in words, where it says that it took nothing on."""
    text = " ".join(filter(None, (first_text(body, each) for each in ("name", "message", "error"))))
    if status not in {400, 403, 422} or not text:
        return None
    error = refusal(SPEC.title, text)
    # Where the words say nothing more, a 403 is about the key.
    return None if status == 403 and error.code == "rejected" else error


def _done(text: str, seed: object) -> Update:
    try:
        picture = Delivered(data=decoded(text), seed=seed if isinstance(seed, int) else None)
    except BadAnswer as error:
        return Failed(error)
    return Done((picture,), cost_units=CREDITS)


@dataclass(frozen=True, slots=True)
class AIThriving:
    """One call a job."""

    api: ApiClient
    key: SecretStr
    base_url: str
    spec: ProviderSpec = field(default=SPEC)

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Everything goes along with the start."""
        return {}

    async def submit(self, job: Job) -> Update:
        """Send the form and take the picture."""
        by_alpha = self.spec.ops[job.op].mask is Travel.ALPHA
        mask = None if by_alpha else await contents(job.mask)
        form = build(job, await contents(job.picture), mask)
        return started(parse, await self._send(form))

    async def lookup(self, job: Job) -> Update | None:
        """Jobs have no names there."""
        return None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """There is nothing to ask: the start was the whole job."""
        return Failed(BadAnswer(log="AIThriving has nothing to poll"))

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """There is no such call."""
        return False

    async def download(self, picture: Delivered, target: Path) -> None:
        """Hand over what came inside the answer."""
        await handed_over(picture, target)

    async def balance(self) -> Balance | None:
        """None is told; a form without a picture is refused for free, and shows a wrong key.

        How it is refused is not documented, so only words about key and credits count.
        """
        try:
            update = started(parse, await self._send(NOTHING))
        except (Rejected, Filtered, AmbiguousSubmit):
            return None
        if isinstance(update, Failed) and isinstance(update.error, AuthFailed | QuotaSpent):
            raise update.error
        return None

    async def models(self) -> tuple[Model, ...]:
        """There is no choice."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None

    async def _send(self, form: Form) -> Any:
        return await self.api.request(
            FetchPolicy(base_url_origin=origin_of(self.base_url)),
            "POST",
            f"{self.base_url}/api/edit/inpaint",
            headers={name: self.key.get_secret_value() for name in HEADERS},
            data=form.data,
            files=form.files,
            timeout_s=self.spec.submit_timeout_s,
            submit=True,
            explain=explain,
        )
