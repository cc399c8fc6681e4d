"""Tells a server's report channel that its books are wrong: each finding once, also over restarts.

Level-triggered by the audit: what was told stands in the database under the server's id. So does
when it was last tried: a message whose receipt was lost is found again, and not made twice.
"""

import hashlib
import logging
from datetime import datetime
from typing import TYPE_CHECKING

from discord import ui

from bot.delivery import words
from bot.delivery.faults import fault
from bot.delivery.status import RED
from bot.services.findings import Findings

if TYPE_CHECKING:
    from bot.app import App
    from bot.delivery.client import InpaintBot

log = logging.getLogger(__name__)
SHOWN_MAX = 5
TOLD = "ledger_told:{}"
TRIED = "ledger_tried:{}"
MARK_CHARS = 16


class LedgerAlarm:
    """Waits for the audit; a channel that cannot be told is tried again after the next one."""

    def __init__(self, bot: "InpaintBot", app: "App") -> None:
        self._poster = bot.poster
        self._audit = app.watch.audit
        self._guilds = app.desk.guilds
        self._facts = app.state
        self._clock = app.clock

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self._audit.found.wait()
            self._audit.found.clear()
            if self._audit.findings:
                await self._tell_all(self._audit.findings)

    async def _tell_all(self, findings: Findings) -> None:
        for guild_id in sorted(findings.guilds):
            try:
                await self._tell(guild_id, findings.of_guild(guild_id))
            except Exception as error:  # noqa: BLE001 (the guard of one server: the others go on)
                log.warning("a report channel cannot be told: %s (%s)", error, fault(error))

    async def _tell(self, guild_id: int, findings: Findings) -> None:
        channel_id = (await self._guilds.overview(guild_id)).rules.report_channel
        lines = alarm_lines(findings)
        mark = mark_of(lines)
        if channel_id is None or await self._facts.get(TOLD.format(guild_id)) == mark:
            return
        if not await self._is_there(channel_id, guild_id, mark):
            # For some minutes the nonce alone keeps Discord from making it twice.
            await self._poster.post(channel_id, guild_id, render_alarm(lines), f"books-{mark}")
        await self._facts.set(TOLD.format(guild_id), mark)

    async def _is_there(self, channel_id: int, guild_id: int, mark: str) -> bool:
        """Whether the last attempt has made the message; notes when the next one begins."""
        key = TRIED.format(guild_id)
        tried, _, since = (await self._facts.get(key) or "").partition(" ")
        if tried == mark:
            begun = datetime.fromisoformat(since)
            if await self._poster.find(channel_id, guild_id, mark, begun) is not None:
                return True
        # Anew each time: of a busy channel only what came soon after it is searched.
        await self._facts.set(key, f"{mark} {self._clock.now().isoformat()}")
        return False


def alarm_lines(findings: Findings) -> list[str]:
    """Name what is wrong, one a line."""
    return [
        *(f"{_named(each.code)}: {each.available:,} available, {each.available_expected:,} by its "
          f"transfers; {each.held:,} held, {each.held_expected:,} expected"
          for each in findings.drifts),
        *(f"task {each.task_id} ({each.state}) {each.why}" for each in findings.tasks),
        *(f"{_named(each.code)} holds {each.held:,}, its live edits {each.held_by_tasks:,}"
          for each in findings.holds),
    ]  # fmt: skip


def mark_of(lines: list[str]) -> str:
    """The same for the same findings."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:MARK_CHARS]


def render_alarm(lines: list[str]) -> ui.LayoutView:
    """Draw the message."""
    more = len(lines) - SHOWN_MAX
    told = [f"- {line}" for line in lines[:SHOWN_MAX]] + (
        [f"- and {more} more"] if more > 0 else []
    )
    text = "\n".join(
        (
            "### The credits of this server do not add up",
            *told,
            "-# Edits go on. The operator of the bot sees this in the log and finds all of it with "
            "`inpaint-bot ledger check`.",
            f"-# This is told once, under the reference {mark_of(lines)}",
        )
    )
    box: ui.Container[ui.LayoutView] = ui.Container(ui.TextDisplay(text), accent_color=RED)
    return ui.LayoutView(timeout=None).add_item(box)


def _named(code: str) -> str:
    kind, _, rest = code.partition(":")
    if kind == "user":
        return words.mention(int(rest.partition(":")[2] or 0))
    return "The server's pool" if kind == "pool" else f"`{code}`"
