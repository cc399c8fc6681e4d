"""A provider that does as a test says, a clock that runs fast, and stages run in threads."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain import Op, ResultState, SizeRule
from bot.providers import Factory
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Idempotency,
    Job,
    Model,
    OpSpec,
    Param,
    Price,
    PromptUse,
    ProviderSpec,
    Travel,
    Update,
    Waiting,
)
from tests import assets

SPEC = ProviderSpec(
    slug="scripted",
    title="Scripted",
    site="https://example.invalid",
    ops={
        Op.INPAINT: OpSpec(
            prompt=PromptUse.OPTIONAL,
            image=Travel.FILE,
            mask=Travel.FILE,
            price=Price(Decimal(7)),
            size=SizeRule(multiple_of_px=1, side_min_px=1),
            count_max=4,
            params=(
                Param("seed", int, None, 0, 2**31 - 1),
                Param("strength", float, 0.7, 0.0, 1.0),
                Param("style", str, "plain", choices=("plain", "bold")),
                Param("enhance", bool, False),
            ),
        )
    },
    unit="credits",
    cancels=True,
    idempotency=Idempotency.NONE,
    submit_timeout_s=20.0,
    poll_after_s=1.0,
    deadline_s=600.0,
    concurrency=10,
    starts_per_minute=1000,
)


EVENING = timedelta(minutes=30)


class FastClock:
    """Runs a hundred times faster than the wall, so that back-offs and deadlines really pass."""

    speed = 100.0

    def __init__(self) -> None:
        self._made = datetime.now(UTC)
        tomorrow = datetime.combine(self._made.date() + timedelta(days=1), time.min, UTC)
        # What holds for a day must not end in the middle of a test.
        self._begun = tomorrow if tomorrow - self._made < EVENING else self._made

    def now(self) -> datetime:
        """The fast time in UTC."""
        return self._begun + (datetime.now(UTC) - self._made) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Wait a hundredth of that."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class ThreadPictures:
    """Runs stages in threads instead of processes."""

    async def short(self, stage: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Run it."""
        return await asyncio.to_thread(stage, *args, **kwargs)

    fill = short
    is_up = True
    restarts = 0

    async def mend(self) -> None:
        """Threads do not die."""


def delivered(job: Job, n: int, state: ResultState = ResultState.OK) -> Delivered:
    """The n-th result: a copy of the job's own picture, or a new one where it has none."""
    if state is not ResultState.OK:
        return Delivered(state=state)
    path = job.folder / f"made-{n}.png"
    if job.picture is None:
        assets.save(assets.photo(64, 64), path)
    else:
        shutil.copy(job.picture, path)
    return Delivered(path=str(path), seed=n, remote_id=f"remote-{job.task_id}", remote_index=n)


def done(job: Job, count: int | None = None) -> Done:
    """All of the count, or only the first few."""
    made = [delivered(job, n) for n in range(1, (job.count if count is None else count) + 1)]
    return Done(tuple(made), cost_units=Decimal(7) * len(made))


Step = Update | Exception | Callable[[Job], Any]


@dataclass
class Scripted:
    """Each call takes the next step of its script; the last one repeats."""

    spec: ProviderSpec = SPEC
    submits: list[Step] = field(default_factory=lambda: [waiting])
    polls: list[Step] = field(default_factory=lambda: [done])
    lookups: list[Step] = field(default_factory=lambda: [lambda _job: None])
    cancels: bool = True
    started: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Nothing to send."""
        return {}

    async def submit(self, job: Job) -> Update:
        """Count the start and take a step."""
        self.started.append(job.client_ref)
        return await _take(self.submits, job)

    async def lookup(self, job: Job) -> Update | None:
        """Take a step."""
        return await _take(self.lookups, job)

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Take a step."""
        return await _take(self.polls, job)

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Do as told."""
        self.cancelled.append(job.task_id)
        return self.cancels

    async def download(self, picture: Delivered, target: Path) -> None:
        """Copy."""
        await asyncio.to_thread(shutil.copy, picture.path or "", target)

    async def balance(self) -> Balance | None:
        """Unknown."""
        return None

    async def models(self) -> tuple[Model, ...]:
        """No choice."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None


def waiting(job: Job, after_s: float = 0.5) -> Waiting:
    """An accepted job."""
    return Waiting(f"remote-{job.task_id}", after_s)


def at_hand(provider: Scripted) -> Factory:
    """As if it were registered."""
    return lambda _parts: provider


def with_spec(**changes: Any) -> Scripted:
    """A scripted provider whose spec differs."""
    return Scripted(spec=replace(SPEC, **changes))


async def hang(_job: Job) -> Update:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def _take(script: list[Step], job: Job) -> Any:
    step = script.pop(0) if len(script) > 1 else script[0]
    if isinstance(step, Exception):
        raise step
    if not callable(step):
        return step
    answer = step(job)
    return await answer if asyncio.iscoroutine(answer) else answer


FAR = timedelta(days=1)
