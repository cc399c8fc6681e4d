"""The bot as `run` starts it with PUBLIC_URL: two servers, and nothing of one on the other."""

import stat
from pathlib import Path

import httpx

from bot.app import open_app
from bot.delivery.client import build_bot
from bot.providers import qolaba
from bot.web.address import free_port
from tests.web.outside import assert_silent
from tests.web.reached import public

MINE, OTHERS = ("/healthz", "/readyz", "/metrics"), ("/media/a/b/c.png", "/edit/")


async def test_each_server_has_its_own_pages(tmp_path: Path) -> None:
    qolabas = {"qolaba_api_key": "k1k1k1", "qolaba_base_url": "http://127.0.0.1:9"}
    chosen = public(tmp_path, web_port=free_port(), workers_short=1, workers_fill=1, **qolabas)
    async with (
        open_app(chosen, providers=[qolaba.provider]) as app,
        build_bot(app) as bot,
        app.watched(bot),
        httpx.AsyncClient(trust_env=False, timeout=45) as client,
    ):
        assert set(app.providers) == {"qolaba"}
        mine = f"http://127.0.0.1:{chosen.web_port}"
        assert (await client.get(f"{mine}/healthz")).status_code == 200
        assert (await client.get(f"{chosen.public_url}/edit/")).status_code == 200
        for path in MINE:
            assert_silent(await client.get(f"{chosen.public_url}{path}"), 404)
        for path in OTHERS:
            assert_silent(await client.get(f"{mine}{path}"), 404)
    key = chosen.data_dir / "link.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
