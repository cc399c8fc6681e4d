"""What a provider is built from, with and without a public address."""

from pathlib import Path

import pytest

from bot import wiring
from bot.providers import Off, apiframe, modelslab, qolaba
from bot.providers.api import ApiClient, open_client
from bot.providers.parts import Calls
from tests.services.engine import settings
from tests.services.scripted import FastClock, ThreadPictures

KEYS = {"qolaba_api_key": "k1k1k1", "modelslab_api_key": "k2k2k2", "apiframe_api_key": "k3k3k3"}
NEAR = {f"{name}_base_url": "http://127.0.0.1:9/v1" for name in ("qolaba", "modelslab", "apiframe")}
ANYWHERE, HERE = "https://edit.example.org", "http://127.0.0.1:8644"
# The public address, where the services are, and whether they can use it.
TABLE = {
    "no address": ("", {}, False),
    "no address, services here": ("", NEAR, False),
    "a public one": (ANYWHERE, {}, True),
    "a public one, services here": (ANYWHERE, NEAR, True),
    "one of this machine": (HERE, {}, False),
    "one of this machine, services here": (HERE, NEAR, True),
}


@pytest.mark.parametrize("name", TABLE)
async def test_services_get_the_addresses_that_they_can_reach(name: str, tmp_path: Path) -> None:
    public_url, places, usable = TABLE[name]
    chosen = settings(tmp_path, public_url=public_url, **KEYS, **places)
    async with open_client() as client:
        links = wiring.links(chosen, FastClock(), (b"k" * 32,))
        parts = wiring.parts(chosen, ApiClient(client), ThreadPictures(), links)
        assert (parts.media is not None) == bool(public_url)
        made = qolaba.provider(parts)
        assert isinstance(made, Off) != usable
        if isinstance(made, Off):
            assert made.reason == "Qolaba is off: it fetches pictures from us, so set PUBLIC_URL."
        uploads = modelslab.provider(parts)
        assert isinstance(uploads, modelslab.ModelsLab)
        assert (uploads.media is not None, uploads.hooks is not None) == (usable, usable)
        assert isinstance(apiframe.provider(parts), Calls)
