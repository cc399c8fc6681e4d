"""The gateway is gone for 1 s, a minute and 20 minutes, while members and edits go on.

What is real: the processes, the websocket, discord.py's ways of coming back, and the first second.
What is shortened: discord.py's waits (20 times), and how long nobody gets through (a second or
so). Commands that were made long ago have their age, so that Discord refuses answers to them.
"""

import asyncio
from pathlib import Path

import pytest

from tests.crash.running import bot_running
from tests.crash.scene import Scene, scene
from tests.standin.member import Did
from tests.standin.plans import Plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
FASTER = 20.0


async def test_nothing_is_lost_or_doubled_while_the_gateway_is_away(tmp_path: Path) -> None:
    async with (
        scene(tmp_path) as it,
        bot_running(tmp_path, it.standin, faster=FASTER) as bot,
    ):
        await it.street.connected()
        await _a_second(it)
        late, lost = await _a_minute(it), await _twenty_minutes(it)
        assert await bot.end() == 0
        assert it.untidy() == []
        for did, times in ((late, 1), (lost, 0)):
            await did.looked()
            assert (did.about["sent"], did.about["callback"]) == (times, 0)
        assert "something broke" not in bot.said()


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


async def _twenty_minutes(it: Scene) -> Did:
    """The session is over when the bot asks for it, and a new one begins."""
    await asyncio.to_thread(it.standin.turn, resume_s=0.0)
    await it.street.weather("drop", away_s=0.3, hangs=True)
    lost = await it.inpaint(Plan("long ago"))
    await it.until(lambda: it.counts()["identify"] == 2, "a new session")
    await asyncio.to_thread(it.standin.turn, resume_s=120.0)
    await it.inpaint(Plan("today"))
    await it.at_rest("today")
    assert it.counts()["invalid_session"] == 1
    return lost
