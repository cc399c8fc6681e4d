"""What `python -m bench` measures: each part by its name, and what a count is to it."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from bench import ack, channel, edit, engine, fair, page, painted, stages, start
from bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Part:
    """`counts` says what of it is done `count` times, `usual` how often if nobody says.

    Without `counts` it measures something fixed, once.
    """

    measure: Callable[[int], Coroutine[None, None, list[Figure]]]
    counts: str = ""
    usual: int = 1

    def count(self, asked: int | None) -> int:
        """How often it is done where so much is asked for."""
        return asked if asked and self.counts else self.usual


PARTS: dict[str, Part] = {
    "edit": Part(lambda count: edit.run(rounds=count), "edits of each size", edit.ROUNDS),
    "stages": Part(lambda count: stages.run(rounds=count), "edits of each size", stages.ROUNDS),
    "engine": Part(
        lambda count: engine.run(rounds=count), f"rounds of {engine.TASKS} tasks", engine.ROUNDS
    ),
    "start": Part(lambda count: start.run(rounds=count), "starts", start.ROUNDS),
    "ack": Part(
        lambda count: ack.run(commands=count * ack.ROUND),
        f"rounds of {ack.ROUND} commands",
        ack.COMMANDS // ack.ROUND,
    ),
    "channel": Part(lambda _: channel.run()),
    "fair": Part(lambda _: fair.run()),
    "page": Part(lambda count: page.run(rounds=count), "openings on each device", page.ROUNDS),
    "painted": Part(lambda _: painted.run()),
}


def meaning(parts: dict[str, Part]) -> str:
    """What a count is to each part, one a line."""
    return "\n".join(f"  {name}: {_of(part)}" for name, part in parts.items())


def _of(part: Part) -> str:
    return f"{part.counts} ({part.usual})" if part.counts else "once, whatever the count"
