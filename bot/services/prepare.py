"""From a task to what a provider is given; all of it may be repeated."""

import asyncio
from dataclasses import replace
from pathlib import Path

from bot.domain import Fit, Options, Task
from bot.errors import PictureLost
from bot.imaging.fit import fit
from bot.providers.base import Delivered, Done, Job, Provider, ProviderSpec
from bot.services import options
from bot.services.records import from_json
from bot.services.toolbox import Toolbox


async def job(tools: Toolbox, task: Task, spec: ProviderSpec) -> Job:
    """The job of a task, with its picture and mask fitted to the provider's sizes."""
    folder = tools.folder(task.id)
    picture, mask = folder / "picture.png", folder / "mask.png"
    if task.fit and await asyncio.to_thread(_both_exist, picture, mask):
        fitted = from_json(Fit, task.fit)
    else:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        fitted = await _fit(tools, task, spec, picture, mask)
    return _job(task, spec, fitted, folder)


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
    paths = await tools.blobs.paths(tools.db, task.picture_blob, task.mask_blob)
    rule = spec.ops[task.op].size
    return await tools.pictures.short(fit, paths[0], paths[1], rule, picture, mask)


def _job(task: Task, spec: ProviderSpec, fitted: Fit, folder: Path) -> Job:
    chosen = from_json(Options, task.options)
    return Job(
        task_id=task.id,
        client_ref=f"ib-{task.id}",
        op=task.op,
        picture=folder / "picture.png",
        mask=folder / "mask.png",
        fit=fitted,
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
