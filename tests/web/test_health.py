"""Readiness in every state that it can fail in, and what mends it."""

from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.delivery.client import build_bot
from bot.delivery.gateway import gateway_part
from bot.imaging.worker import PicturePool
from bot.services.facts import Facts
from bot.services.health import Part
from bot.services.pulse import LATE_S, Pulse
from tests.fakes import FakeClock
from tests.services.engine import opened
from tests.services.scripted import Scripted, ThreadPictures
from tests.web.browsing import Browser, browsing


async def ask(browser: Browser) -> tuple[int, dict[str, Any]]:
    answer = await browser.get("/readyz")
    body = answer.json()
    assert body["ready"] == (answer.status_code == 200)
    return answer.status_code, body["parts"]


async def refuse_writes(app: App, refused: bool) -> None:
    """Make the one writing connection read-only, as SQLite itself would say it."""
    async with app.db.writer.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute(f"PRAGMA query_only={'ON' if refused else 'OFF'}")


async def test_alive_says_so_whatever_is_wrong(app: App, browser: Browser) -> None:
    await refuse_writes(app, True)
    await app.watch.pulse.beat()
    assert (await ask(browser))[0] == 503
    answer = await browser.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["alive"] is True


async def test_ready_once_every_part_is(app: App, browser: Browser) -> None:
    status, parts = await ask(browser)
    assert status == 503
    assert parts["database"] == {"is_ok": False, "detail": "no write yet"}
    await app.watch.pulse.beat()
    status, parts = await ask(browser)
    assert status == 200
    assert set(parts) == {"database", "workers", "disk"}


async def test_a_database_that_takes_no_writes_is_not_ready_until_it_does(
    app: App, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bot.services.pulse")
    await refuse_writes(app, True)
    for _ in range(2):
        await app.watch.pulse.beat()
    status, parts = await ask(browser)
    assert status == 503
    assert parts["database"]["detail"] == "attempt to write a readonly database"
    await refuse_writes(app, False)
    await app.watch.pulse.beat()
    assert (await ask(browser))[0] == 200
    ours = [record for record in caplog.records if record.name == "bot.services.pulse"]
    said = [record.levelname for record in ours]
    assert said == ["ERROR", "INFO"]


async def test_a_write_that_hangs_is_missed(app: App) -> None:
    clock = FakeClock()
    pulse = Pulse(Facts(app.db), ThreadPictures(), clock)
    await pulse.beat()
    await clock.advance(LATE_S)
    assert pulse.database() == Part(True, "last write 60 s ago")
    await clock.advance(1)
    assert pulse.database() == Part(False, "last write 61 s ago")


async def test_workers_that_are_gone_are_not_ready(app: App) -> None:
    clock = FakeClock()
    async with PicturePool(workers_short=1, workers_fill=1) as pictures:
        pulse = Pulse(Facts(app.db), pictures, clock)
        await pulse.beat()
        assert pulse.workers() == Part(True, "0 restarts")
    assert pulse.workers() == Part(False, "not running")


class NoWorkers(ThreadPictures):
    """Their processes do not start."""

    is_up = False

    async def mend(self) -> None:
        raise ChildProcessError("the worker processes do not start")


async def test_workers_that_do_not_start_are_told_and_stop_no_pulse(app: App) -> None:
    pulse = Pulse(Facts(app.db), NoWorkers(), FakeClock())
    await pulse.beat()
    assert pulse.workers() == Part(False, "the worker processes do not start")
    assert pulse.database().is_ok


async def test_a_full_disk_is_not_ready(tmp_path: Path) -> None:
    full = opened(tmp_path / "data", Scripted(), disk_limit_gb=1e-6)
    async with full as app, browsing(app) as browser:
        await app.watch.pulse.beat()
        assert (await ask(browser))[0] == 200
        await app.disk.measure()
        status, parts = await ask(browser)
        assert status == 503
        assert [name for name, part in parts.items() if not part["is_ok"]] == ["disk"]
        assert "0.00 of 0.00 GB used" in parts["disk"]["detail"]


async def test_a_bot_that_is_not_at_the_gateway_is_not_ready(app: App, browser: Browser) -> None:
    async with build_bot(app) as bot:
        app.watch.health.add("discord", lambda: gateway_part(bot))
        await app.watch.pulse.beat()
        status, parts = await ask(browser)
        assert status == 503
        assert parts["discord"] == {"is_ok": False, "detail": "not ready yet"}
    assert gateway_part(bot) == Part(False, "logged out")
