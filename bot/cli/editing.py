"""`edit`: one edit from files to files, through the services that serve Discord."""

import asyncio
import shutil
import signal
import tempfile
from argparse import Namespace
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from bot.app import App, open_app
from bot.cli.call import GOOD, INTERRUPTED, Call
from bot.cli.files import check_target
from bot.cli.preflight import check_start
from bot.cli.terminal import ask, is_interactive, on_signal, say, warn
from bot.cli.trying import with_own_picture
from bot.cli.watching import watched
from bot.delivery.status import paid_line, state_line
from bot.delivery.words import price
from bot.domain import EditRequest, MaskTuning, Options, Origin, Task, TaskState
from bot.errors import (
    BadMask,
    BadOption,
    BadPicture,
    BotError,
    NothingCanDoThis,
    PortTaken,
    ProviderError,
)
from bot.imaging.demo import draw_demo
from bot.imaging.export import FORMATS, JPEG_SUFFIXES, export
from bot.services.access import Who
from bot.services.cards import TaskView
from bot.services.choosing import offers_of
from bot.services.looking import NO_MASK
from bot.settings import Settings
from cogs.ui.uploads import check_size

# The operator at the terminal is no member of Discord.
OPERATOR = Who(user_id=0, guild_id=0)
LOSSY = "A JPEG does not keep the exact pixels; .png and .webp do."
NO_MASK_HERE = (
    'Tell me where to edit: write it as --where (such as "center 40%"), give as --mask a copy of '
    "the picture that you painted on, or a mask (white is what to change), or make that part of "
    "the picture transparent."
)
DOUBTFUL = "Here --invert turns the mask around, and --force takes it as it is."


async def edit(call: Call) -> int:
    """Edit one picture and write what comes of it."""
    args = call.args
    targets = out_files(args.out, args.count)
    await check_target(*targets, force=args.force)
    if task := asyncio.current_task():
        on_signal(task.cancel, signal.SIGTERM)
    with _place(call) as settings:
        await check_start(replace(call.given, settings=settings))
        opened = open_app(settings, providers=call.providers)
        async with opened as app, _published(app), app.engine():
            task = await _decided(app, await _submitted(app, args), args)
            view = await watched(app, task.id, OPERATOR.user_id)
            return await _delivered(app, view, targets)


def out_files(out: Path, count: int) -> list[Path]:
    """Where each picture goes. Raises BadOption for a format that is not written."""
    if out.suffix.lower() not in FORMATS:
        known = ", ".join(FORMATS)
        raise BadOption(f"I cannot write {out.name}: let its name end in one of {known}.")
    if count == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{n}{out.suffix}") for n in range(1, count + 1)]


@asynccontextmanager
async def _published(app: App) -> AsyncGenerator[None]:
    """Let providers fetch the pictures; beside a running bot, which has that port, they cannot."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(app.published())
        except PortTaken:
            warn("PUBLIC_PORT is in use, so no provider can fetch a picture from here.")
        yield


@contextmanager
def _place(call: Call) -> Generator[Settings]:
    """The data folder that was named, or one that goes when the command ends."""
    if call.args.data:
        yield call.settings
        return
    with tempfile.TemporaryDirectory(prefix="inpaint-bot-") as folder:
        yield call.settings.model_copy(update={"data_dir": Path(folder)})


async def _submitted(app: App, args: Namespace) -> Task:
    """Hand in copies: what the services are given they may move."""
    work = app.settings.data_dir / "work"
    folder = await asyncio.to_thread(_new_folder, work)
    try:
        request = _request(args, *await _files(app, args, folder))
        if args.demo and not (args.mask or args.where):
            request = await with_own_picture(app, request, folder)
        return await app.intake.submit(request)
    except BadMask as error:
        if error.sentence != NO_MASK:
            raise
        # Members are told of options that are not here.
        raise BadMask(NO_MASK_HERE) from error
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _files(app: App, args: Namespace, folder: Path) -> tuple[Path, Path | None]:
    bytes_max = app.settings.image_bytes_max
    drawn = await app.pictures.short(draw_demo, folder) if args.demo else None
    mask = (
        await asyncio.to_thread(_copy, args.mask, folder, "mask", bytes_max) if args.mask else None
    )
    if drawn:
        return drawn[0], mask if args.where else mask or drawn[1]
    return await asyncio.to_thread(_copy, args.photo, folder, "picture", bytes_max), mask


def _new_folder(work: Path) -> Path:
    work.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="up-", dir=work))


def _copy(file: Path, folder: Path, what: str, bytes_max: int) -> Path:
    """Raises BadPicture or BadMask for a file that cannot be read or is too large."""
    try:
        check_size(file.stat().st_size, what, bytes_max)
        return Path(shutil.copyfile(file, folder / what))
    except OSError as error:
        kind = BadMask if what == "mask" else BadPicture
        why = (error.strerror or str(error)).lower()
        raise kind(f"I cannot read your {what} {file}: {why}.") from error


def _request(args: Namespace, picture: Path, mask: Path | None) -> EditRequest:
    return EditRequest(
        request_key=f"cli:{uuid4().hex}",
        origin=Origin.CLI,
        user_id=OPERATOR.user_id,
        guild_id=OPERATOR.guild_id,
        channel_id=0,
        picture=picture,
        mask=mask,
        prompt=args.prompt,
        provider=args.provider,
        count=args.count,
        tuning=MaskTuning(args.invert, args.grow, args.feather, where=args.where),
        options=Options(seed=args.seed),
    )


async def _decided(app: App, task: Task, args: Namespace) -> Task:
    """A draft asks first; without anybody there it is refused."""
    if task.state is not TaskState.DRAFT:
        return task
    reason = task.draft_reason or ""
    if task.offers:
        raise NothingCanDoThis(f"{reason} {_offered(task)}")
    if not (args.force or is_interactive()):
        raise BadMask(f"{reason}\n{DOUBTFUL}")
    answer = "g" if args.force else await ask(f"{reason}\n[g]o, [i]nvert, or leave it? [N]")
    if answer in {"i", "invert"}:
        task = await app.intake.invert(task.id, OPERATOR)
    elif answer not in {"g", "go"}:
        raise BadOption("Nothing was edited.")
    task = await app.intake.go(task.id, OPERATOR)
    if task.state is TaskState.DRAFT:  # its provider was paused, or its price changed, meanwhile
        raise NothingCanDoThis(task.draft_reason)
    return task


def _offered(task: Task) -> str:
    """Say who else could do it, and how to say so."""
    offers = (f"{each.slug} ({price(each.credits)})" for each in offers_of(task.offers))
    return f"{', '.join(offers)}. Name one with --provider."


async def _delivered(app: App, view: TaskView, targets: list[Path]) -> int:
    """Write the pictures and say how it went; raises what the task ended in."""
    task = view.task
    if task.state is TaskState.CANCELLED:
        warn("Cancelled. Nothing was charged.")
        return INTERRUPTED
    if task.state is not TaskState.DONE:
        raise BotError(task.error_text or ProviderError.default)
    # Some providers make more than was asked for.
    for result in view.results[: len(targets)]:
        if result.path:
            target = targets[result.n - 1]
            width_px, height_px = await _written(app, result.path, target)
            seed = "" if result.seed is None else f", seed {result.seed}"
            say(f"{target}: {width_px} × {height_px} px{seed}")
    say(f"{view.provider_title}: {state_line(view)} {paid_line(task)}.")
    for note in _notes(view, targets):
        warn(note)
    return GOOD


async def _written(app: App, stored: Path, target: Path) -> tuple[int, int]:
    try:
        return await app.pictures.short(export, stored, target)
    except OSError as error:
        raise BotError(f"{target} cannot be written: {error.strerror or error}.") from error


def _notes(view: TaskView, targets: list[Path]) -> list[str]:
    about = [view.provider_about] if view.prompt_unused and view.task.prompt else []
    lossy = [LOSSY] if targets[0].suffix.lower() in JPEG_SUFFIXES else []
    return [*view.task.notes, *about, *lossy]
