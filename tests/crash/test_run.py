"""`inpaint-bot run` from login to SIGTERM, with real commands over the stand-in's gateway."""

import asyncio
import signal
from pathlib import Path

import pytest

from tests.crash.running import Bot, bot_running
from tests.crash.scene import CHANNEL, Scene, button, scene
from tests.standin.plans import Plan
from tests.standin.shapes import custom_ids

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]


async def test_commands_buttons_a_graceful_stop_and_a_restart(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        async with bot_running(tmp_path, it.standin) as bot:
            await it.street.connected()
            await _edit_locally(it)
            await _stop_in_a_submit(it, bot)
        async with bot_running(tmp_path, it.standin) as bot:
            await it.street.connected()
            await it.at_rest("begun before")
            await _press_again(it)
            assert await bot.end() == 0
        assert it.untidy() == []
        assert (it.counts()["commands"], it.counts()["identify"]) == (1, 2)
        assert it.standin.events("stray") == []
        assert "Traceback" not in bot.said()


async def _edit_locally(it: Scene) -> None:
    did = await it.member.command(
        "inpaint", image=it.picture, mask=it.mask, prompt="here", provider="local"
    )
    assert "Repainting" in (await did.answered()).text
    assert did.about["ephemeral"]
    card = await it.street.card(CHANNEL, lambda message: "delete:" in str(custom_ids(message)))
    assert len(card["attachments"]) == 1
    await it.at_rest("here")


async def _stop_in_a_submit(it: Scene, bot: Bot) -> None:
    """The submit goes on to its answer, so that nothing has to be guessed afterwards."""
    await it.inpaint(Plan("begun before", after_s=0.8, job_s=3.0))
    assert await asyncio.to_thread(it.standin.wait, "submit", timeout_s=60.0)
    assert await bot.end(signal.SIGTERM) == 0
    assert it.states() == {"here": "done", "begun before": "running"}


async def _press_again(it: Scene) -> None:
    """A button of a card that was posted before the restart."""
    card = await it.street.card(CHANNEL, lambda message: "edit:" in str(custom_ids(message)))
    await it.member.press(button(card, "again"), message=int(card["id"]))
    await it.at_rest("begun before", "begun before")
