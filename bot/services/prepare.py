"""From a task to what a provider is given; all of it may be repeated."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.domain import PASTED_BACK, Fit, Options, Task
from bot.errors import PictureLost
from bot.imaging.fit import fit, fit_whole
from bot.providers.base import Delivered, Done, Job, Provider, ProviderSpec, Travel
from bot.services import options, reading
from bot.services.records import from_json
from bot.services.toolbox import Toolbox

NO_FIT = Fit((0, 0, 0, 0), 0, 0)


async def job(tools: Toolbox, task: Task, spec: ProviderSpec) -> Job:
    """The job of a task, with its picture and mask fitted to the provider's sizes."""
    folder = tools.folder(task.id)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    made = _job(task, spec, folder)
    if task.parent_task_id:
        made = await _with_parent(tools, task, made)
    if task.op not in PASTED_BACK:
        return made
    return await _with_files(tools, task, spec, made)


async def _with_files(tools: Toolbox, task: Task, spec: ProviderSpec, made: Job) -> Job:
    picture, mask = made.folder / "picture.png", made.folder / "mask.png"
    if task.fit and await asyncio.to_thread(_both_exist, picture, mask):
        fitted = from_json(Fit, task.fit)
    else:
        fitted = await _fit(tools, task, spec, picture, mask)
    return replace(made, picture=picture, mask=mask, fit=fitted)


async def _with_parent(tools: Toolbox, task: Task, made: Job) -> Job:
    async with tools.db.read() as session:
        result = await reading.result(session, task.parent_task_id or "", task.parent_result_n)
    if result is None:
        return made
    return replace(made, parent_remote_id=result.remote_id, parent_remote_index=result.remote_index)


async def uploaded(provider: Provider, job: Job) -> Job:
    """The job with what its provider wants to have before the start."""
    return replace(job, uploads=await provider.upload(job))


async def saved(done: Done, folder: Path) -> Done:
    """The same with every picture that came inside the answer written to a file."""
    pictures = [
        await asyncio.to_thread(_save, one, folder, n) for n, one in enumerate(done.pictures, 1)
    ]
    return replace(done, pictures=tuple(pictures))


async def _fit(tools: Toolbox, task: Task, spec: ProviderSpec, picture: Path, mask: Path) -> Fit:
    if task.picture_blob is None or task.mask_blob is None:
        raise PictureLost(log="the task has no picture or no mask")
    stored, marked = await tools.blobs.paths(tools.db, task.picture_blob, task.mask_blob)
    op = spec.ops[task.op]
    if op.image is Travel.PARENT:
        return await tools.pictures.short(fit_whole, stored, marked, picture, mask)
    by_alpha = op.mask is Travel.ALPHA
    return await tools.pictures.short(
        fit, stored, marked, op.size, picture, mask, op.mask_white_edits, by_alpha
    )


def _job(task: Task, spec: ProviderSpec, folder: Path) -> Job:
    chosen = from_json(Options, task.options)
    return Job(
        task_id=task.id,
        client_ref=f"ib-{task.id}",
        op=task.op,
        picture=None,
        mask=None,
        fit=NO_FIT,
        prompt=task.prompt,
        count=task.count,
        seed=chosen.seed or 0,
        params=options.typed(chosen, spec.ops[task.op]),
        folder=folder,
        uploads=dict(task.remote_state.get("uploads", {})),
    )


def _both_exist(*files: Path) -> bool:
    return all(file.exists() for file in files)


def _save(delivered: Delivered, folder: Path, n: int) -> Delivered:
    if delivered.data is None:
        return delivered
    target = folder / f"inline-{n}"
    target.write_bytes(delivered.data)
    return replace(delivered, data=None, path=str(target))
