"""`ledger check` and `ledger charges`: the books recomputed, and held against the providers'."""

from collections.abc import Sequence
from datetime import timedelta

from bot.cli.beside import database_beside
from bot.cli.call import GOOD, WRONG, Call
from bot.cli.offers import registered
from bot.cli.terminal import say, table
from bot.services import findings
from bot.services.charges import Charge, charges
from bot.services.clock import SystemClock
from bot.services.findings import Findings


async def check(call: Call) -> int:
    """Name everything that the transfers do not explain."""
    async with database_beside(call.settings) as db, db.read() as session:
        found = await findings.look(session)
    say(findings_text(found))
    return GOOD if found.sound else WRONG


def findings_text(found: Findings) -> str:
    """What a check of the books found."""
    if found.sound:
        return (
            "ledger: every balance is what its transfers add up to, every finished edit is "
            "resolved once, and all that is held belongs to live edits"
        )
    total = f"ledger: all accounts together are {found.total:,}, and not 0" if found.total else ""
    parts = [total, _tasks(found), _holds(found), _drifts(found)]
    return "\n".join(part for part in parts if part)


def _drifts(found: Findings) -> str:
    rows = [
        (each.code, each.available, each.available_expected, each.held, each.held_expected)
        for each in found.drifts
    ]
    head = ("account", "available", "expected", "held", "expected")
    text = f"ledger: {len(rows)} balances are not what their transfers add up to\n"
    return text + table(head, rows, right="available held expected") if rows else ""


def _tasks(found: Findings) -> str:
    rows = [(each.task_id, each.state, each.holds, each.resolved, each.why) for each in found.tasks]
    text = "ledger: these edits are not resolved as they ended\n"
    head = ("edit", "state", "holds", "resolved", "what is wrong")
    return text + table(head, rows, right="holds resolved") if rows else ""


def _holds(found: Findings) -> str:
    rows = [(each.code, each.held, each.held_by_tasks) for each in found.holds]
    text = "ledger: these accounts hold something else than their live edits\n"
    return text + table(("account", "held", "edits"), rows, right="held edits") if rows else ""


async def compare(call: Call) -> int:
    """Print what providers told of their charges beside what was recorded, a day a line."""
    since = SystemClock().now() - timedelta(days=call.args.days)
    async with registered(call.settings) as providers:
        specs = {slug: provider.spec for slug, provider in providers.on.items()}
        specs |= {off.spec.slug: off.spec for off in providers.off}
        async with database_beside(call.settings) as db, db.read() as session:
            found = await charges(session, specs, since, None)
    say(charges_text(found))
    return GOOD


def charges_text(found: Sequence[Charge]) -> str:
    """A table of what was charged; an empty one is a sentence."""
    if not found:
        return "ledger: no edit was finished in these days"
    rows = [
        (
            f"{each.day:%Y-%m-%d}",
            each.provider,
            f"{each.edits:,}",
            f"{each.credits:,}",
            f"{each.listed.normalize():f}",
            f"{each.told.normalize():f} (of {each.told_of:,})" if each.told_of else "not told",
            each.unit,
        )
        for each in found
    ]
    head = ("UTC", "provider", "edits", "credits", "by its list", "told by it", "unit")
    return table(head, rows, right="edits credits")
