"""Takes one task from where its row stands to its end; repeatable after any crash."""

import asyncio
import logging
import random
import secrets
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime

from bot.db.trouble import TROUBLES, is_full
from bot.domain import IN_FLIGHT, Task, TaskState
from bot.errors import AmbiguousSubmit, BotError, NotSent, ProviderError, Unavailable
from bot.providers.base import Done, Failed, Idempotency, Job, Provider, Update, Waiting
from bot.services import prepare
from bot.services.finish import Finish
from bot.services.follow import Follow
from bot.services.records import to_json
from bot.services.tasks import Sent
from bot.services.toolbox import Toolbox

log = logging.getLogger(__name__)
STARTS_MAX = 5
BACKOFF_S_MAX = 60.0
BREAKS_MAX = 3
ROOM_PAUSE_S = 5.0
SWITCHED_OFF = (
    "This provider was switched off meanwhile. Begin anew and pick another one. "
    "You were not charged."
)
LEFT_UNKNOWN = (
    "{} while this was being sent, so I cannot know whether it started. "
    "You were not charged, and I will not send it again by myself."
)


class Drive:
    """Does what the row's state asks for, and goes on with the row as that left it."""

    def __init__(self, tools: Toolbox, ended: Callable[[], None]) -> None:
        self._tools = tools
        self._ended = ended
        self._follow = Follow(tools, Finish(tools))
        self._submits: set[str] = set()
        self._breaks: Counter[str] = Counter()
        self._closing = False

    def close(self) -> None:
        """Start nothing more; what is in a submit gets to its end and stops there."""
        self._closing = True

    def in_submit(self) -> Collection[str]:
        """Tasks whose starting call is on its way."""
        return self._submits

    async def __call__(self, task_id: str) -> None:
        """Go on with a task until it ends or the bot stops."""
        try:
            after: Task | datetime | None = None
            while not self._closing:
                if isinstance(after, datetime):
                    # Nothing of the row is held meanwhile: most tasks do little else than wait.
                    await self._tools.wait(task_id, after)
                task = after if isinstance(after, Task) else await self._tools.tasks.get(task_id)
                if task is None or not await self._is_going(task):
                    break
                after = await self._step(task)
                del task
        except Exception as error:  # noqa: BLE001 (the per-task guard)
            await self._broken(task_id, error)
        finally:
            self._ended()

    async def _broken(self, task_id: str, error: Exception) -> None:
        """A bug: tried again by the reconciler, but not for ever; for room on the disk we wait."""
        if is_full(error):
            log.error("the disk is full: this edit goes on once there is room")
            return
        ref = secrets.token_hex(2)
        log.error("drive broke, ref %s", ref, exc_info=error)
        self._breaks[task_id] += 1
        if self._breaks[task_id] >= BREAKS_MAX and (task := await self._tools.tasks.get(task_id)):
            sentence = f"Something broke on my side, ref {ref}. You were not charged."
            await self._tools.tasks.fail(task, BotError(sentence))

    async def _is_going(self, task: Task) -> bool:
        """Whether there is more to do for it; what has ended is tidied up."""
        if task.state in IN_FLIGHT:
            return True
        self._breaks.pop(task.id, None)
        if task.state.is_terminal:
            await self._tools.tidy(task.id)
        return False

    async def _step(self, task: Task) -> Task | datetime | None:
        """The row after it, or until when nothing is due; None: it has to be read again."""
        try:
            return await self._act(task)
        except BotError as error:
            log.warning("task failed: %s", error.log or error.sentence)
            return await self._tools.tasks.fail(await self._fresh(task), error)

    async def _act(self, task: Task) -> Task | datetime | None:
        if task.state is TaskState.SUBMITTING:
            await self._recover(task)
            return None
        if task.provider not in self._tools.providers:
            raise Unavailable(SWITCHED_OFF)
        if task.state is TaskState.RUNNING:
            return await self._follow(task)
        if task.next_at and task.next_at > self._tools.clock.now():
            return task.next_at
        return await self._start(task)

    async def _start(self, task: Task) -> Task | None:
        provider = self._tools.providers[task.provider]
        job = await self._prepared(task, provider)
        if job is None or self._closing:
            return None
        self._submits.add(task.id)
        try:
            sent = await self._tools.tasks.submitting(task, job.client_ref, to_json(job.fit))
            return await self._call(sent, provider, job) if sent else None
        finally:
            self._submits.discard(task.id)

    async def _prepared(self, task: Task, provider: Provider) -> Job | None:
        """Everything that may be repeated; None when it has to be tried again later."""
        try:
            job = await prepare.job(self._tools, task, provider.spec)
            return await prepare.uploaded(provider, job)
        except (NotSent, Unavailable) as error:
            if not await self._tools.put_off(task, error):
                raise
            return None

    async def _call(self, task: Task, provider: Provider, job: Job) -> Task | None:
        """The one starting call, and what its outcome means."""
        try:
            async with asyncio.timeout(provider.spec.submit_timeout_s):
                update = await provider.submit(job)
        except NotSent as error:
            return await self._not_sent(task, error)
        except (AmbiguousSubmit, TimeoutError) as error:
            log.warning("submit lost: %r", error)
            await self._lost(task, provider, job)
            return None
        except ProviderError:
            raise
        except Exception as error:
            log.exception("submit broke")
            raise await self._as_unknown(task) from error
        return await self._accept(task, provider, job, update)

    async def _as_unknown(self, task: Task, why: str = "") -> AmbiguousSubmit:
        error = AmbiguousSubmit(LEFT_UNKNOWN.format(why) if why else None)
        await self._tools.tasks.unknown(task, error)
        return error

    async def _not_sent(self, task: Task, error: NotSent) -> Task | None:
        if task.attempt >= STARTS_MAX:
            raise error
        jitter = random.uniform(0.5, 1.0)  # noqa: S311
        delay_s = error.retry_after_s or min(BACKOFF_S_MAX, 2.0**task.attempt) * jitter
        log.info("not sent, again in %.1f s: %s", delay_s, error.log)
        return await self._tools.tasks.not_sent(task, delay_s)

    async def _accept(
        self, task: Task, provider: Provider, job: Job, update: Update
    ) -> Task | None:
        spec = provider.spec
        match update:
            case Failed(error):
                raise error
            case Waiting():
                state = {"waiting": to_json(update), "uploads": dict(job.uploads)}
                sent = Sent(update.remote_id, state, spec.deadline_s, update.poll_after_s)
            case Done():
                done = await prepare.saved(update, job.folder)
                sent = Sent(
                    update.remote_id or f"sync:{task.id}", {"done": to_json(done)}, spec.deadline_s
                )
        return await self._noted(task, sent)

    async def _noted(self, task: Task, sent: Sent) -> Task | None:
        """Write down what the provider answered; nobody else knows it, so room is waited for."""
        while True:
            try:
                return await self._tools.tasks.running(task, sent)
            except TROUBLES as error:
                if not is_full(error):
                    raise
            log.error("the disk is full: an accepted job waits to be written down")
            await self._tools.clock.sleep(ROOM_PAUSE_S)

    async def _recover(self, task: Task) -> None:
        """A row found in `submitting`: the process that made the call is gone."""
        provider = self._tools.providers.get(task.provider)
        if provider is None:
            await self._as_unknown(task, "This provider was switched off")
            return
        try:
            job = await prepare.job(self._tools, task, provider.spec)
        except BotError as error:
            log.warning("cannot find out: %s", error)
            await self._as_unknown(task, "A picture of this edit was lost")
            return
        if provider.spec.idempotency in {Idempotency.LOOKUP, Idempotency.NONE}:
            # A call that was on its way may still arrive until its time-out has passed.
            await self._sleep_until(self._tools.submit_over_at(task, provider.spec))
        await self._lost(task, provider, job)

    async def _lost(self, task: Task, provider: Provider, job: Job) -> None:
        match provider.spec.idempotency:
            case Idempotency.REPEATABLE:
                await self._tools.tasks.not_sent(task, 0.0)
            case Idempotency.KEY | Idempotency.LOOKUP as way:
                await self._ask(task, provider, job, by_key=way is Idempotency.KEY)
            case Idempotency.NONE:
                await self._as_unknown(task)

    async def _ask(self, task: Task, provider: Provider, job: Job, *, by_key: bool) -> None:
        """Find out what became of a lost submit, by its key or by looking it up."""
        for turn in range(STARTS_MAX):
            try:
                async with asyncio.timeout(provider.spec.submit_timeout_s):
                    update = await (provider.submit(job) if by_key else provider.lookup(job))
            except (AmbiguousSubmit, NotSent, Unavailable, TimeoutError) as error:
                log.warning("cannot find out yet: %r", error)
                await self._tools.clock.sleep(min(BACKOFF_S_MAX, 2.0**turn))
                continue
            if update is None:
                await self._absent(task, provider)
            else:
                await self._accept(task, provider, job, update)
            return
        await self._as_unknown(task)

    async def _absent(self, task: Task, provider: Provider) -> None:
        """The provider does not know the job: believed once the call cannot arrive any more."""
        over_at = self._tools.submit_over_at(task, provider.spec)
        if self._tools.clock.now() < over_at:
            await self._sleep_until(over_at)
            return
        await self._tools.tasks.not_sent(task, 0.0)

    async def _sleep_until(self, due: datetime) -> None:
        seconds = (due - self._tools.clock.now()).total_seconds()
        if seconds > 0:
            await self._tools.clock.sleep(seconds)

    async def _fresh(self, task: Task) -> Task:
        return await self._tools.tasks.get(task.id) or task
