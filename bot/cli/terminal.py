"""The terminal: lines, tables, questions and signals."""

import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress


def say(text: str) -> None:
    """Print what was asked for."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print what went wrong, or is only worth saying beside the output."""
    print(text, file=sys.stderr, flush=True)


def listed(mistakes: Sequence[str]) -> str:
    """One mistake as its sentence, several as a list."""
    if len(mistakes) == 1:
        return mistakes[0]
    lines = "\n".join(f"- {mistake}" for mistake in mistakes)
    return f"There are {len(mistakes)} things to mend first:\n{lines}"


def table(head: Sequence[str], rows: Sequence[Sequence[object]], right: str = "") -> str:
    """Columns as wide as what is in them; `right` names those that hold numbers."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numbers = [name in right.split() for name in head]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        ).rstrip()
        for line in cells
    )
    return "\n".join(lines)


def is_interactive() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


async def ask(question: str) -> str:
    """What was typed, in small letters; the loop goes on meanwhile, and so does Ctrl-C."""
    print(question, end=" ", file=sys.stderr, flush=True)
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not line.done():
            line.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin, read)
    try:
        return (await line).strip().lower()
    finally:
        loop.remove_reader(sys.stdin)


def on_signal(act: Callable[[], object], *numbers: signal.Signals) -> None:
    """Call this from the loop when the process is told to stop."""
    loop = asyncio.get_running_loop()
    # Windows' loop has no signal handlers; asyncio.run cancels its task there on Ctrl-C.
    with suppress(NotImplementedError):
        for number in numbers:
            loop.add_signal_handler(number, act)
