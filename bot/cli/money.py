"""`ledger`: credits issued, statements told."""

import secrets

from bot.cli.beside import database_beside
from bot.cli.call import GOOD, Call
from bot.cli.terminal import say, table
from bot.services import grants
from bot.services.clock import SystemClock
from bot.services.ledger import Ledger
from bot.services.statement import Statement
from bot.services.statement import statement as read_statement

KEY_BYTES = 8


async def grant(call: Call) -> int:
    """Issue credits in one transaction, which waits its turn beside a running bot."""
    args, ledger = call.args, Ledger(SystemClock())
    key = args.key or secrets.token_hex(KEY_BYTES)
    async with database_beside(call.settings) as db, db.write() as session:
        done = await grants.grant(session, ledger, args.account, args.amount, key)
    say(f"{args.account}: {done.before:,} credits before, {done.after:,} after")
    if not done.fresh:
        say(f"The key {key} had granted this already, so nothing was changed.")
    elif not args.key:
        say(f"key: {key} (with --key {key} the same grant changes nothing)")
    return GOOD


async def statement(call: Call) -> int:
    """Print a page of an account's transfers, newest first."""
    args = call.args
    async with database_beside(call.settings) as db, db.read() as session:
        told = await read_statement(session, args.account, args.limit, args.before)
    say(_page(told))
    return GOOD


def _page(told: Statement) -> str:
    rows = [
        (
            line.transfer_id,
            f"{line.at:%Y-%m-%d %H:%M:%S}",
            line.what,
            f"{line.change:+,}",
            f"{line.available:,}",
            f"{line.held:,}",
            line.other,
            line.task_id or "",
        )
        for line in told.lines
    ]
    head = ("id", "UTC", "what", "change", "available", "held", "account", "edit")
    text = table(head, rows, right="id change available held")
    now = f"{told.code} has {told.available:,} available and {told.held:,} held."
    older = f" Older rows: --before {told.lines[-1].transfer_id}" if told.older else ""
    return f"{text}\n{now}{older}"
