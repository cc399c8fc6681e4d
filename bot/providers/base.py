"""What every provider is: capabilities as data, and a few calls.

`ProviderSpec` answers every question about a provider (options, routing, prices, docs tables,
tests); nothing outside a provider's own file asks for its name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from bot.domain import Fit, Op, ResultState, SizeRule
from bot.errors import ProviderError

P = ParamSpec("P")
T = TypeVar("T")


class Travel(StrEnum):
    """How a picture or mask reaches the provider; ALPHA: as the picture's transparency."""

    FILE = "file"
    ALPHA = "alpha"
    URL = "url"
    DATA_URL = "data_url"
    BASE64 = "base64"
    MULTIPART = "multipart"
    PARENT = "parent"


class PromptUse(StrEnum):
    """Whether the provider reads the prompt."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    UNUSED = "unused"


class Idempotency(StrEnum):
    """What may be done when the outcome of a submit is not known."""

    REPEATABLE = "repeatable"
    KEY = "key"
    LOOKUP = "lookup"
    NONE = "none"


class PricedPer(StrEnum):
    """What one price buys."""

    PICTURE = "picture"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Price:
    """Cost in the provider's own unit."""

    units: Decimal
    per: PricedPer = PricedPer.PICTURE


@dataclass(frozen=True, slots=True)
class Fixed:
    """A field of the service that no member sets: what it always is (None: not sent), and why."""

    name: str
    value: object
    reason: str


@dataclass(frozen=True, slots=True)
class Param:
    """One option a member may set; `name` is a field of `Options` or a name in `extra`.

    A safety check (`is_safety`) may only be switched off where the channel is age-restricted.
    """

    name: str
    kind: type[int] | type[float] | type[str] | type[bool]
    default: int | float | str | bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    description: str = ""
    is_safety: bool = False


@dataclass(frozen=True, slots=True)
class OpSpec:
    """What one operation takes; a mask may cover up to `coverage_max` (0..1) of the picture.

    No `image` means that it begins without a picture. With Travel.PARENT it goes on from results of
    the operations in `parents` alone, and `parent_reason` is the sentence that refuses anything
    else. A job `makes` so many pictures whatever was asked for; 0: as many as were asked for.
    """

    prompt: PromptUse
    image: Travel | None
    mask: Travel | None
    price: Price
    size: SizeRule = SizeRule()
    count_max: int = 1
    params: tuple[Param, ...] = ()
    mask_white_edits: bool = True
    coverage_max: float = 1.0
    coverage_reason: str = ""
    makes: int = 0
    parents: frozenset[Op] = frozenset()
    parent_reason: str = ""


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """A provider as data. Times in seconds; `origins` are hosts that results may come from.

    Who inpaints a picture of a member's own extends one as well: the bot makes the larger canvas
    and its mask, so `ops` gets that operation by itself.

    A result may be missing for `result_grace_s` before it is lost. Where `blank_is_filtered`, a
    picture of one color stands for one that a safety filter withheld.
    """

    slug: str
    title: str
    site: str
    ops: Mapping[Op, OpSpec]
    unit: str
    cancels: bool
    idempotency: Idempotency
    webhooks: bool = False
    submit_timeout_s: float = 60.0
    poll_after_s: float = 3.0
    deadline_s: float = 900.0
    concurrency: int = 4
    starts_per_minute: int = 60
    result_lifetime_s: float | None = None
    result_grace_s: float = 0.0
    blank_is_filtered: bool = False
    origins: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    about: str = ""
    known_limits: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        inpaint = self.ops.get(Op.INPAINT)
        if inpaint and inpaint.mask and inpaint.image not in (None, Travel.PARENT):
            object.__setattr__(self, "ops", {**self.ops, Op.OUTPAINT: inpaint})


@dataclass(frozen=True, slots=True)
class Model:
    """One model of a provider; `params` and `size` stand where it differs from its operation."""

    id: str
    title: str
    params: tuple[Param, ...] = ()
    size: SizeRule | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What a provider is given: files of the size in `fit`, parameters of their kind."""

    task_id: str
    client_ref: str
    op: Op
    picture: Path | None
    mask: Path | None
    fit: Fit
    prompt: str
    count: int
    seed: int
    params: Mapping[str, object]
    folder: Path
    uploads: Mapping[str, str] = field(default_factory=dict[str, str])
    parent_remote_id: str | None = None
    parent_remote_index: int | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """One place of the count: where its picture is, or why there is none."""

    state: ResultState = ResultState.OK
    url: str | None = None
    path: str | None = None
    data: bytes | None = field(default=None, repr=False)
    seed: int | None = None
    remote_id: str | None = None
    remote_index: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The job goes on; `state` is what polling needs after a restart (JSON values only)."""

    remote_id: str
    poll_after_s: float
    stage: str = ""
    percent: int | None = None
    queue_place: int | None = None
    estimate_s: float | None = None
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def after(self, earlier: "Waiting") -> "Waiting":
        """The same, never showing less than was shown before."""
        shown = max(self.percent or 0, earlier.percent or 0)
        return replace(self, percent=shown) if shown else self


@dataclass(frozen=True, slots=True)
class Done:
    """The job ended with something in at least one place."""

    pictures: tuple[Delivered, ...]
    remote_id: str | None = None
    cost_units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended with nothing to pay for."""

    error: ProviderError


Update = Waiting | Done | Failed


@dataclass(frozen=True, slots=True)
class Balance:
    """What the operator's account still holds, in the provider's own unit."""

    amount: Decimal
    unit: str


class Fills(Protocol):
    """The lane of worker processes for local fills; cancelling the await ends the process."""

    async def fill(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a stage on paths and plain values."""
        ...


class Provider(Protocol):
    """One service. Only `submit` may start paid work; the rest may be repeated at will."""

    @property
    def spec(self) -> ProviderSpec:
        """The capabilities, as data."""
        ...

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Send what has to be there before the start; the answer comes back as `job.uploads`."""
        ...

    async def submit(self, job: Job) -> Update:
        """Start the job with one call. Raises NotSent, Rejected and kin, or AmbiguousSubmit."""
        ...

    async def lookup(self, job: Job) -> Update | None:
        """Find a job by `client_ref` after a lost submit; None: it surely never started."""
        ...

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask how far the job is."""
        ...

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Take the job back; False where that is not possible or too late."""
        ...

    async def download(self, picture: Delivered, target: Path) -> None:
        """Write one delivered picture to `target`, through the guarded client."""
        ...

    async def balance(self) -> Balance | None:
        """What is left, or None; a free call either way where there is one, so a bad key shows."""
        ...

    async def models(self) -> tuple[Model, ...]:
        """The models a member may name, kept for a while; none where there is no choice."""
        ...

    async def quote_units(self, job: Job) -> Decimal | None:
        """What this job would cost in the provider's own unit, asked without files and for free.

        None: as the spec says.
        """
        ...
