"""One command from its arguments to its exit code; every expected error ends as its sentence."""

import asyncio
import logging
import os
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.cli.call import CANNOT_START, INTERRUPTED, WRONG, Call
from bot.cli.parser import build_parser
from bot.cli.terminal import listed, warn
from bot.errors import BotError, StartupError
from bot.log import redact, setup_logging
from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from bot.providers import Factory

log = logging.getLogger(__name__)
Act = Callable[[Call], Awaitable[int]]


def execute(argv: Sequence[str] | None, *, providers: "Sequence[Factory] | None" = None) -> int:
    """Run one command and give its exit code; `providers` take the place of the registered ones."""
    args = build_parser().parse_args(argv)
    call = Call(args, read_settings(**_overrides(args)), providers)
    _set_up_logging(call.settings, args.quiet)
    try:
        if call.given.problems and not args.lists_mistakes:
            raise StartupError(listed(call.given.problems))
        return asyncio.run(_run(find_act(args.act), call))
    except BotError as error:
        warn(error.sentence)
        return CANNOT_START if isinstance(error, StartupError) else WRONG
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WRONG
    except Exception:
        # Python would print it as it is, with whatever its text repeats.
        log.exception("something broke; please report it with what stands here")
        return WRONG


def find_act(name: str) -> Act:
    """The function behind "module:function"; imported only when it is wanted."""
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)


async def _run(act: Act, call: Call) -> int:
    return await act(call)


def _overrides(args: Namespace) -> dict[str, object]:
    return {"data_dir": args.data} if args.data else {}


def _set_up_logging(settings: Settings, quiet: bool) -> None:
    """What a one-off command finds out is its output; its log is for looking into a fault."""
    verbose = settings.log_level == "DEBUG"
    setup_logging("ERROR" if quiet and not verbose else settings.log_level, settings.log_json)
    hide(settings)


def hide(settings: Settings) -> None:
    """Keep the operator's secrets out of every record."""
    for value in dict(settings).values():
        if isinstance(value, SecretStr):
            redact(value.get_secret_value())
