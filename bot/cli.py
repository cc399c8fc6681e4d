"""The command line: one parser, one sentence on stderr for every start-up mistake."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence

from bot.errors import BadSettings, StartupError
from bot.log import redact, setup_logging
from bot.settings import Settings, read_settings

EXIT_STARTUP = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 2 for what the operator can mend."""
    args = _parser().parse_args(argv)
    try:
        given = read_settings(**_overrides(args))
        if given.problems:
            raise BadSettings("\n".join(given.problems))
        settings = given.settings
        setup_logging(settings.log_level, settings.log_json)
        redact(settings.discord_token.get_secret_value())
        asyncio.run(args.act(settings, args))
    except StartupError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return EXIT_STARTUP
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="inpaint-bot", description="A Discord bot that edits parts of pictures."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="run the bot on Discord; needs DISCORD_TOKEN")
    run.set_defaults(act=_run)
    sandbox = commands.add_parser("sandbox", help="try the bot in a browser, without token or key")
    sandbox.add_argument("--port", type=int, default=8642, help="port of the page on this machine")
    sandbox.add_argument("--no-browser", action="store_true", help="do not open a browser")
    sandbox.set_defaults(act=_sandbox)
    for command in (run, sandbox):
        command.add_argument("--data", metavar="FOLDER", help="data folder; overrides DATA_DIR")
    return parser


def _overrides(args: argparse.Namespace) -> dict[str, object]:
    return {"data_dir": args.data} if args.data else {}


async def _run(settings: Settings, _args: argparse.Namespace) -> None:
    # Imported here so that the picture workers, which import this module, stay light.
    from bot.app import open_app
    from bot.delivery.serve import serve

    async def work(stop: asyncio.Event) -> None:
        async with open_app(settings) as app:
            await serve(app, stop)

    await until_stopped(work)


async def _sandbox(settings: Settings, args: argparse.Namespace) -> None:
    from bot.sandbox.world import run_sandbox

    if not args.data:
        # Never the folder of a real bot: the sandbox's Discord is another one.
        settings = settings.model_copy(update={"data_dir": settings.data_dir / "sandbox"})
    await run_sandbox(settings, port=args.port, open_browser=not args.no_browser)


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Give `work` an event that SIGTERM and SIGINT set."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(stop)
