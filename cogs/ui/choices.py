"""What autocomplete offers, from plain values; where something breaks, it offers nothing."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from discord.app_commands import Choice

from bot.delivery.status import STATES
from bot.delivery.words import OPS, ages, price, shortened
from bot.domain import Op, Task
from bot.providers.base import PromptUse, ProviderSpec
from bot.services.catalog import Listed

log = logging.getLogger(__name__)

NAME_MAX = 100
CHOICES_MAX = 25

C = TypeVar("C", bound=Callable[..., Awaitable[list[Choice[str]]]])


def quiet(complete: C) -> C:
    """Log an error and offer nothing: there is no way to tell the member."""

    @wraps(complete)
    async def guarded(*args: Any) -> list[Choice[str]]:
        try:
            return await complete(*args)
        except UnicodeEncodeError:
            return []  # Half a letter was typed: nothing is called that.
        except Exception:
            log.exception("autocomplete failed")
            return []

    return guarded  # pyright: ignore[reportReturnType]


def parent_choices(tasks: Sequence[Task], now: datetime) -> list[Choice[str]]:
    """Earlier edits, in the order given: prompt and age, and the id where those are the same.

    What was no plain edit says so: the steps on the way to one share their prompt.
    """
    return _named(tasks, lambda task, *more: _task_name(task, now, *_step(task), *more))


def _step(task: Task) -> tuple[str, ...]:
    return () if task.op is Op.INPAINT else (OPS[task.op][1],)


def task_choices(tasks: Sequence[Task], now: datetime) -> list[Choice[str]]:
    """Edits in any state, which is said too."""
    return _named(tasks, lambda task, *more: _task_name(task, now, STATES[task.state], *more))


def _named(tasks: Sequence[Task], name_of: Callable[..., str]) -> list[Choice[str]]:
    names = [name_of(task) for task in tasks]
    twins = {name for name in names if names.count(name) > 1}
    return _fitting(
        (name_of(task, task.id) if name in twins else name, task.id)
        for name, task in zip(names, tasks, strict=True)
    )


def _task_name(task: Task, now: datetime, *more: str) -> str:
    tail = "".join(f" · {each}" for each in (*more, ages(task.finished_at or task.created_at, now)))
    text = task.prompt.strip() or f"{task.op} without a prompt"
    return shortened(text, NAME_MAX - len(tail)) + tail


def provider_choices(specs: Sequence[ProviderSpec], op: Op, text: str) -> list[Choice[str]]:
    """Providers that can do this, with what is worth knowing before choosing."""
    typed = text.strip().lower()
    fits = (spec for spec in specs if typed in f"{spec.slug} {spec.title}".lower())
    return _fitting((_provider_name(spec, op), spec.slug) for spec in fits)


def _provider_name(spec: ProviderSpec, op: Op) -> str:
    offer = spec.ops[op]
    unread = " · does not read the prompt" if offer.prompt is PromptUse.UNUSED else ""
    free = f" · {price(0)}" if not offer.price.units else ""
    return shortened(f"{spec.title}{free}{unread}", NAME_MAX)


def model_choices(models: Sequence[Listed], with_provider: bool) -> list[Choice[str]]:
    """Models by their title, and whose they are where there is more than one provider."""
    return _fitting((_model_name(each, with_provider), each.model.id) for each in models)


def _model_name(listed: Listed, with_provider: bool) -> str:
    owner = f" · {listed.provider}" if with_provider else ""
    return shortened(listed.model.title, NAME_MAX - len(owner)) + owner


def named_choices(pairs: Iterable[tuple[str, str]]) -> list[Choice[str]]:
    """Pairs of what is read and what it stands for."""
    return _fitting(pairs)


def text_choices(texts: Iterable[str]) -> list[Choice[str]]:
    """Texts that stand for themselves."""
    return _fitting((text, text) for text in texts)


def place_choices(places: Iterable[tuple[str, str]]) -> list[Choice[str]]:
    """Places as they are written, with what each means."""
    return _fitting((f"{place} — {about}", place) for place, about in places)


def _fitting(pairs: Iterable[tuple[str, str]]) -> list[Choice[str]]:
    """Drop what Discord would refuse a whole list for."""
    choices = [
        Choice(name=name, value=value)
        for name, value in pairs
        if 0 < len(name) <= NAME_MAX and 0 < len(value) <= NAME_MAX
    ]
    return choices[:CHOICES_MAX]
