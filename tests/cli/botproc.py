"""A bot as a process of its own: it holds the lock, and edits and writes without a pause."""

import argparse
import asyncio
import os
import signal
from itertools import count
from pathlib import Path


def main() -> None:
    """Light by itself: the picture workers import this module as theirs."""
    parser = argparse.ArgumentParser(prog="python -m tests.cli.botproc")
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parser.add_argument("--ready", type=Path, required=True, help="holds the count of edits done")
    asyncio.run(_run(parser.parse_args()))


async def _run(args: argparse.Namespace) -> None:
    from bot.app import open_app
    from bot.settings import Settings
    from tests.services.engine import GUILD
    from tests.services.scripted import Scripted

    stop, parent = asyncio.Event(), os.getppid()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings = Settings(
        data_dir=args.data,
        workers_short=1,
        workers_fill=1,
        first_grant_credits=1_000_000,
        home_guilds=(GUILD,),
        _env_file=None,  # pyright: ignore[reportCallIssue]
    )
    async with open_app(settings, providers=[lambda _parts: Scripted()]) as app, app.engine():
        for n in count():
            if stop.is_set() or os.getppid() != parent:
                return
            await _edit_and_write(app, args.data, n)
            fresh = args.ready.with_suffix(".new")
            fresh.write_text(str(n + 1))
            fresh.replace(args.ready)


async def _edit_and_write(app, data: Path, n: int) -> None:
    """One edit to its end, and a transaction that keeps others waiting for a while."""
    from sqlalchemy import text

    from tests.services.engine import request, until

    task = await app.intake.submit(request(data.parent / "files", f"k{n}"))
    async with app.db.write() as session:
        values = {"v": str(n)}
        await session.execute(text("INSERT OR REPLACE INTO bot_state VALUES ('n', :v)"), values)
        await asyncio.sleep(0.1)
    await until(app, task.id)


if __name__ == "__main__":
    main()
