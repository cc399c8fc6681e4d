"""Tells each server's report channel of its open reports, each exactly once.

Level-triggered like the view loop: a report without a message is owed one. The channel is searched
first, so that a message whose id was not kept before a crash is found and not posted again.
"""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.delivery.faults import Fault, fault
from bot.delivery.report_card import about, render_report
from bot.services.reports import ReportView
from bot.services.waiting import rung

if TYPE_CHECKING:
    from bot.app import App
    from bot.delivery.client import InpaintBot

log = logging.getLogger(__name__)

SWEEP_S = 60.0
RETRY_S = 30.0
UNREACHABLE_S = 900.0


class ReportLoop:
    """Remembers only which channels could not be told a moment ago."""

    def __init__(self, bot: "InpaintBot", app: "App") -> None:
        self._poster = bot.poster
        self._reports = app.desk.reports
        self._clock = app.clock
        self._not_before: dict[int, datetime] = {}

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            self._reports.waiting.clear()
            for report in await self._reports.unsent():
                await self._tell(report)
            await rung(self._reports.waiting, self._clock.sleep(self._pause_s()))

    async def _tell(self, report: ReportView) -> None:
        channel_id, now = report.channel_id, self._clock.now()
        if channel_id is None or self._not_before.get(channel_id, now) > now:
            return
        try:
            await self._reports.sent(report.id, await self._posted(report, channel_id))
        except Exception as error:  # noqa: BLE001 (the guard of one report: the loop goes on)
            self._hold_up(channel_id, error)
        else:
            self._not_before.pop(channel_id, None)

    async def _posted(self, report: ReportView, channel_id: int) -> int:
        found = await self._poster.find(channel_id, report.task.guild_id, about(report), report.at)
        if found is not None:
            return found
        return await self._poster.post(
            channel_id, report.task.guild_id, render_report(report), f"report-{report.id}"
        )

    def _hold_up(self, channel_id: int, error: Exception) -> None:
        why = fault(error)
        if why is Fault.REFUSED:
            log.error("Discord refused a report", exc_info=error)
        else:
            log.warning("a report channel cannot be told: %s", error)
        wait_s = RETRY_S if why is Fault.LATER else UNREACHABLE_S
        self._not_before[channel_id] = self._clock.now() + timedelta(seconds=wait_s)

    def _pause_s(self) -> float:
        return RETRY_S if self._not_before else SWEEP_S
