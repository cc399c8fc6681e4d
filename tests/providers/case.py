"""A provider as the tests that all of them share meet it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import BadAnswer
from bot.providers import Factory
from bot.providers.base import Done, Failed, ProviderSpec, Update, Waiting
from bot.sandbox.standins.common import Desk, StandIn


@dataclass(frozen=True)
class Case:
    """`means` says of every file in bodies/<slug>/ what `told` makes of it.

    `starts`: a start is a call of its own ("submit"). `polls`: it may be answered with a job that
    goes on, which the behavior `queues` makes sure of. `inline`: pictures come inside the answer.
    `ends` is where an outcome differs from the shared table, by the row's name; None where the row
    cannot happen.
    """

    spec: ProviderSpec
    factory: Factory
    standin: Callable[[Desk], StandIn]
    settings: Callable[[Desk], dict[str, str]]
    parse: Callable[[Any], Update]
    means: Mapping[str, str]
    starts: bool = True
    polls: bool = True
    queues: str = ""
    inline: bool = False
    ends: Mapping[str, str | None] = field(default_factory=dict[str, str | None])


def told(parse: Callable[[Any], Update], body: Any) -> str:
    """An update in a few words."""
    try:
        update = parse(body)
    except BadAnswer:
        return "odd"
    match update:
        case Waiting():
            return f"waiting {update.remote_id}".strip()
        case Done():
            return f"done {' '.join(picture.state for picture in update.pictures)}"
        case Failed(error):
            return f"failed {error.code}"
