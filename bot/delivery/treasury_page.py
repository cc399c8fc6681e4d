"""What `/credits-admin` looks like: the pool and its rules, prices, the report; pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import pager, row
from bot.delivery.credit_pages import account_name, page_of
from bot.delivery.status import AMBER, BLUE, RED
from bot.providers.base import PricedPer, ProviderSpec
from bot.services.bookkeeping import Books, DeedDone
from bot.services.charges import Charge
from bot.services.economy import Economy, Payer
from bot.services.findings import Findings
from bot.services.pricing import quote
from bot.services.rulebook import Coffer

REASON_SHOWN_MAX = 100
PAYERS = {
    Payer.OWN: "the member's own credits",
    Payer.POOL: "the server's pool",
    Payer.SPONSOR: "a thread's sponsor",
}
PRICES_SHOWN_MAX = 20
EMPTY = (
    "**It is empty: nobody gets anything now.** The operator fills it with "
    "`inpaint-bot ledger grant pool:SERVER_ID CREDITS`."
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the last check of the books found here; no time: none was made yet."""

    at: datetime | None
    findings: Findings | None


def render_coffer(coffer: Coffer, first_default: int) -> ui.LayoutView:
    """Draw the pool with the rules that hold."""
    chosen = coffer.economy
    where = (
        "This is a home server: admins' grants and allowances are new credits."
        if coffer.mints
        else "All grants and allowances come out of it; only the bot's operator fills it."
    )
    held = f", {coffer.held:,} held by live edits" if coffer.held else ""
    lines = [
        f"### The pool has {words.credits(coffer.available)}{held}",
        where,
        f"**Who pays** {', then '.join(PAYERS[each] for each in chosen.payers)}",
        f"**Of the pool** {_cap(chosen)}",
        f"**First grant** {words.credits(first_default if chosen.first is None else chosen.first)}",
        f"**Allowance** {_allowance(chosen)}",
        f"**Gifts** are confirmed above {words.credits(chosen.confirm_above)}",
        "-# The options of `/credits-admin pool` change it; `/server log` says who did.",
    ]
    empty = not coffer.mints and not coffer.available
    if empty:
        lines.insert(1, EMPTY)
    parts: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines)), row("1", "books")]
    return page_of(parts, AMBER if empty else BLUE)


def _cap(chosen: Economy) -> str:
    if chosen.pool_daily_max is None:
        return "as much as a member needs"
    return f"{words.credits(chosen.pool_daily_max)} a member and day"


def _allowance(chosen: Economy) -> str:
    levels = [f"<@&{role}> to {level:,}" for role, level in chosen.role_levels.items() if level]
    everyone = [f"everyone to {chosen.level:,}"] if chosen.level else []
    told = ", ".join([*everyone, *levels])
    return f"{chosen.period}, topped up: {told}" if told else "none"


def render_prices(
    specs: Sequence[ProviderSpec],
    rates: Mapping[str, Decimal],
    times: Mapping[str, Decimal],
    chosen: Economy,
) -> ui.LayoutView:
    """Draw what a picture costs here, by provider and operation; `times` are what counts."""
    lines = ["### Prices in this server"]
    for spec in specs[:PRICES_SHOWN_MAX]:
        factor = _factor(times[spec.slug], chosen.multiplier(spec.slug))
        lines.append(f"**{spec.title}**{factor}\n-# {_costs(spec, rates[spec.slug])}")
    how = "-# `/credits-admin prices provider: multiplier:` changes one. What is held stays."
    return page_of([ui.TextDisplay("\n".join(lines)), ui.Separator(), ui.TextDisplay(how)])


def _factor(counts: Decimal, chosen: Decimal) -> str:
    if counts != chosen:
        return f" · times {counts:f}, because {chosen.normalize():f} counts in home servers only"
    return f" · times {counts.normalize():f}" if counts != 1 else ""


def _costs(spec: ProviderSpec, rate: Decimal) -> str:
    """Each price once, with what costs it."""
    told: dict[str, list[str]] = {}
    for name, op in spec.ops.items():
        price = quote(spec, name, op.makes or 1, rate)
        per = " a job" if price.per is PricedPer.JOB or op.makes else " a picture"
        costs = words.price(price.credits) + (per if price.credits else "")
        told.setdefault(costs, []).append(name)
    return "; ".join(f"{', '.join(names)}: {costs}" for costs, names in told.items())


def render_report(books: Books, checked: Checked) -> ui.LayoutView:
    """Draw the days, the newest deeds, and whether the books are right."""
    sound = checked.findings is None or checked.findings.sound
    parts: list[ui.Item[Any]] = [
        ui.TextDisplay(f"### Credits of this server\n{_state(checked)}"),
        ui.Separator(),
        ui.TextDisplay("\n".join(["**By day and provider**", *_days(books.charges.items)])),
        ui.Separator(),
        ui.TextDisplay("\n".join(["**What admins moved**", *_deeds(books.deeds)])),
    ]
    turn = pager("books", books.charges.number, books.charges.pages)
    if turn.children:
        parts.append(turn)
    return page_of(parts, BLUE if sound else RED)


def _state(checked: Checked) -> str:
    if checked.at is None or checked.findings is None:
        return "The books are recomputed at the bot's start and once a day; not yet this time."
    when = words.moment(checked.at)
    if checked.findings.sound:
        return f"The books are right: recomputed {when}, nothing differs."
    places = words.counted(checked.findings.count, "place")
    return (
        f"**The books are wrong in {places}**, found {when}. "
        "The operator sees all of it with `inpaint-bot ledger check`."
    )


def _days(charges: Sequence[Charge]) -> list[str]:
    return [
        f"{each.day:%Y-%m-%d} · {each.provider} · {words.counted(each.edits, 'edit')} · "
        f"{words.credits(each.credits)} · {_units(each)}"
        for each in charges
    ] or ["No edit was finished in the last 30 days."]


def _units(each: Charge) -> str:
    listed = f"{each.listed.normalize():f} {each.unit} by its list"
    if not each.told_of:
        return listed
    return f"{listed}, {each.told.normalize():f} told for {each.told_of:,}"


def _deeds(deeds: Sequence[DeedDone]) -> list[str]:
    return [
        f"{words.date(each.at)} · {words.mention(each.actor_id)} · {each.purpose} "
        f"{each.amount:,} · {account_name(each.account)} · "
        f"“{words.plain(each.reason, REASON_SHOWN_MAX)}”"
        for each in deeds
    ] or ["Nothing yet."]
