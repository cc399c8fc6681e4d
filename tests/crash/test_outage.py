"""The gateway is gone for 1 s, a minute and 20 minutes, while members and edits go on.

What is real: the processes, the websocket, discord.py's ways of coming back, and the first second.
What is shortened: the waits for the next attempt (20 times), and how long nobody gets through: a
second or so, and for the 20 minutes until some attempts have failed after the longest of waits.
With OUTAGE_TRIES=40 these are the 20 minutes, 20 times faster. Commands that were made long ago
have their age, so that Discord refuses answers to them.
"""

import asyncio
import os
from pathlib import Path

import pytest

from bot.delivery.gateway import RESUMES_MAX
from tests.crash.running import Bot, bot_running
from tests.crash.scene import Scene, scene
from tests.figures import counted
from tests.standin.member import Did
from tests.standin.plans import Plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
FASTER = 20.0
DAY_S = 24 * 3600.0
TRIES = int(os.environ.get("OUTAGE_TRIES", "4"))


async def test_nothing_is_lost_or_doubled_while_the_gateway_is_away(tmp_path: Path) -> None:
    async with (
        scene(tmp_path) as it,
        bot_running(tmp_path, it.standin, faster=FASTER) as bot,
    ):
        await it.street.connected()
        await _a_second(it)
        late, lost = await _a_minute(it), await _twenty_minutes(it, bot)
        assert await bot.end() == 0
        assert it.untidy() == []
        for did, times in ((late, 1), (lost, 0)):
            await did.looked()
            assert (did.about["sent"], did.about["callback"]) == (times, 0)
        assert "something broke" not in bot.said()
        lost_edits = [each for each in it.states().values() if each != "done"]
        counted("gateway", outages=3, edits=len(it.states()), edits_lost=len(lost_edits))
        counted("gateway", answered_or_shown_or_charged_twice=len(it.untidy()))


async def _a_second(it: Scene) -> None:
    """The session lives: what was done meanwhile is told, and answered in time."""
    await it.inpaint(Plan("under way", job_s=1.5))
    await it.running("under way")
    await it.street.weather("drop", away_s=1.0, hangs=True)
    did = await it.inpaint(Plan("meanwhile"))
    await did.acknowledged()
    await it.at_rest("under way", "meanwhile")
    assert (it.counts()["identify"], it.counts()["resume"]) == (1, 1)


async def _a_minute(it: Scene) -> Did:
    """The session lives and tells, but Discord takes no answer to what is older than 3 s."""
    await it.inpaint(Plan("in the dark", job_s=0.5))
    await it.running("in the dark")
    await it.street.weather("drop", away_s=1.5)  # every attempt is refused
    late = await it.inpaint(Plan("late"), age_s=60.0)
    await it.at_rest("in the dark")  # shown over REST, gateway or not
    await late.until(lambda did: 10062 in did.about["refused"])
    assert (it.counts()["identify"], it.counts()["resume"]) == (1, 2)
    assert "late" not in it.states()
    return late


async def _twenty_minutes(it: Scene, bot: Bot) -> Did:
    """The session is over when the bot gets through again, and a new one begins."""
    await it.inpaint(Plan("through it all", job_s=1.0))
    await it.running("through it all")
    await asyncio.to_thread(it.standin.turn, resume_s=0.0)
    failed = _failed(bot)
    await it.street.weather("drop", away_s=DAY_S)
    lost = await it.inpaint(Plan("long ago"))
    await it.at_rest("through it all")
    for count in range(failed + 1, failed + TRIES + 1):
        await it.until(lambda count=count: _failed(bot) >= count, f"attempt {count}")
    assert it.counts()["identify"] == 1
    await it.street.weather("drop")  # there is nothing left to cut: the outage is over
    await it.until(lambda: it.counts()["identify"] == 2, "a new session")
    await asyncio.to_thread(it.standin.turn, resume_s=120.0)
    await it.inpaint(Plan("today"))
    await it.at_rest("today")
    # After so many attempts the bot does not ask for the session any more.
    assert it.counts()["invalid_session"] == int(TRIES < RESUMES_MAX)
    return lost


def _failed(bot: Bot) -> int:
    """How many attempts to come back have failed."""
    return bot.said().count("Attempting a reconnect")
