"""From a parsed answer to what a provider's call hands on: what is raised, and what returned."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from bot.errors import AmbiguousSubmit, BadAnswer, NotSent, Unavailable
from bot.providers.base import Failed, Update, Waiting
from bot.providers.sayings import names_in

Parse = Callable[[Any], Update]


def started(parse: Parse, body: Any) -> Update:
    """What the answer to a starting call means.

    Raises AmbiguousSubmit for a shape that nobody knows, NotSent where the service was too busy.
    """
    try:
        update = parse(body)
    except BadAnswer as error:
        raise AmbiguousSubmit(log=error.log) from error
    if isinstance(update, Failed) and isinstance(update.error, NotSent):
        raise update.error
    return update


def polled(parse: Parse, body: Any, earlier: Waiting) -> Update:
    """What the answer to a poll means, with what was known before.

    Raises BadAnswer for a shape that nobody knows, Unavailable where the service was too busy.
    """
    match parse(body):
        case Waiting() as update:
            state = {**earlier.state, **update.state}
            return replace(update.after(earlier), remote_id=earlier.remote_id, state=state)
        case Failed(NotSent() as error):
            raise Unavailable(log=error.log)
        case update:
            return update


def odd(body: Any) -> BadAnswer:
    """An answer of a shape that nobody knows; only its keys are told."""
    if isinstance(body, dict):
        return BadAnswer(log=f"keys {names_in(cast('dict[Any, Any]', body))}")
    return BadAnswer(log=f"a {type(body).__name__}")
