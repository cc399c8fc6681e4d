"""From what a provider delivered to results: files on disk first, then one transaction."""

import logging
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path

from bot.domain import PASTED_BACK, Fit, MaskFacts, Result, ResultState, Task
from bot.errors import BadAnswer, BotError, Filtered, PictureLost, Unavailable
from bot.imaging.compose import Composed, compose, is_blank, keep_whole
from bot.providers.base import Delivered, Done, Provider, ProviderSpec
from bot.services.blobs import KeptBlob
from bot.services.posting import copy_over_bytes, keep_copy
from bot.services.records import from_json
from bot.services.tasks import Ending
from bot.services.toolbox import Toolbox

log = logging.getLogger(__name__)
DOWNLOAD_PAUSES_S = (2.0, 8.0, 30.0, 60.0)
# A member waits no longer, though the picture may live on.
DOWNLOAD_S_MAX = 1800.0


class Finish:
    """Downloads, pastes back and commits; pictures that cannot be had cost nothing."""

    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools

    async def __call__(self, task: Task, provider: Provider, done: Done) -> Task | None:
        """End the task with what came of it; the answer is its last row."""
        results: list[Result] = []
        blobs: list[KeptBlob] = []
        for n, delivered in enumerate(done.pictures[: task.count], 1):
            result, blob = await self._one(task, provider, delivered, n)
            results.append(result)
            blobs += [blob] if blob else []
        if not blobs:
            raise _nothing(results)
        cost = str(done.cost_units) if done.cost_units is not None else None
        ending = Ending(
            tuple(results), tuple(blobs), upstream_cost=cost, upstream_unit=provider.spec.unit
        )
        return await self._tools.tasks.done(task, ending)

    async def _one(
        self, task: Task, provider: Provider, delivered: Delivered, n: int
    ) -> tuple[Result, KeptBlob | None]:
        result = Result(
            task.id,
            n,
            None,
            delivered.state,
            delivered.seed,
            delivered.remote_id,
            delivered.remote_index,
            None,
        )
        if delivered.state is not ResultState.OK:
            return result, None
        try:
            raw = await self._downloaded(task, provider, delivered, n)
            await self._refuse_blank(provider, raw)
            blob, changed = await self._composed(task, raw, n)
        except Filtered as error:
            log.info("picture %d filtered: %s", n, error)
            return replace(result, state=ResultState.FILTERED), None
        except BotError as error:
            log.warning("picture %d lost: %s", n, error)
            return replace(result, state=ResultState.FAILED), None
        return replace(result, blob=blob.id, outside_changed=changed), blob

    async def _downloaded(
        self, task: Task, provider: Provider, delivered: Delivered, n: int
    ) -> Path:
        """Try again through an outage, and while a result may still be on its way."""
        target = self._tools.folder(task.id) / f"raw-{n}"
        begun_at = self._tools.clock.now()
        for pause_s in chain(DOWNLOAD_PAUSES_S, repeat(DOWNLOAD_PAUSES_S[-1])):
            try:
                await provider.download(delivered, target)
                break
            except (Unavailable, PictureLost) as error:
                waited_s = (self._tools.clock.now() - begun_at).total_seconds()
                if waited_s >= _patience_s(provider.spec, error):
                    raise
                log.warning("download of picture %d failed: %s", n, error)
            await self._tools.clock.sleep(pause_s)
        return target

    async def _refuse_blank(self, provider: Provider, raw: Path) -> None:
        if provider.spec.blank_is_filtered and await self._tools.pictures.short(is_blank, raw):
            raise Filtered(log="a picture of one color")

    async def _composed(self, task: Task, raw: Path, n: int) -> tuple[KeptBlob, float | None]:
        out = self._tools.folder(task.id) / f"result-{n}"
        if task.op in PASTED_BACK:
            composed = await self._pasted(task, raw, out)
        else:
            composed = await self._tools.pictures.short(
                keep_whole, raw, out, copy_over_bytes(task.count)
            )
        blob = await self._tools.blobs.keep(composed.path, composed.width_px, composed.height_px)
        if composed.copy:
            await keep_copy(self._tools.work, task.id, blob.id, composed.copy)
        return blob, composed.outside_changed

    async def _pasted(self, task: Task, raw: Path, out: Path) -> Composed:
        if task.picture_blob is None or task.mask_blob is None:
            raise PictureLost(log="the task has no picture or no mask")
        picture, mask = await self._tools.blobs.paths(
            self._tools.db, task.picture_blob, task.mask_blob
        )
        feather_px = from_json(MaskFacts, task.mask_facts).feather_px
        fitted = from_json(Fit, task.fit)
        return await self._tools.pictures.short(
            compose, picture, mask, feather_px, raw, fitted, True, out, copy_over_bytes(task.count)
        )


def _patience_s(spec: ProviderSpec, error: BotError) -> float:
    """How long to go on trying: a missing picture may come late, an outage ends before it does."""
    if isinstance(error, PictureLost):
        return spec.result_grace_s
    return min(spec.result_lifetime_s or DOWNLOAD_S_MAX, DOWNLOAD_S_MAX)


def _nothing(results: list[Result]) -> BotError:
    if results and all(result.state is ResultState.FILTERED for result in results):
        return Filtered()
    return BadAnswer(
        "The provider delivered no picture that I can use. If Again brings none either, pick "
        "another provider. You were not charged."
    )
