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


SECRET = {"X-Webhook-Secret": "s3cret"}
# Whose call, its headers and body, and what it is: news, nothing new, or forged (None).
CALLS = {
    "apiframe: the end": ("apiframe", SECRET, b'{"task_id": "r1", "image_urls": []}', True),
    "apiframe: a step": ("apiframe", SECRET, b'{"task_id": "r1", "status": "processing"}', True),
    "apiframe: garbage": ("apiframe", SECRET, b"\xff", False),
    "apiframe: of nothing": ("apiframe", SECRET, b"{}", False),
    "apiframe: another secret": ("apiframe", {"x-webhook-secret": "x"}, b"{}", None),
    "apiframe: no secret": ("apiframe", {}, b'{"task_id": "r1"}', None),
    "modelslab: done": ("modelslab", {}, b'{"status": "success", "id": 1, "output": ["u"]}', True),
    "modelslab: failed": ("modelslab", {}, b'{"status": "failed", "id": 1}', True),
    "modelslab: not yet": ("modelslab", {}, b'{"status": "processing", "id": 1}', False),
    "modelslab: of nothing": ("modelslab", {}, b'{"status": "success", "output": ["u"]}', False),
    "modelslab: garbage": ("modelslab", {}, b"<html>", False),
    "modelslab: a list": ("modelslab", {}, b"[]", False),
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_is_news_nothing_or_forged(name: str, tmp_path: Path) -> None:
    slug, headers, body, means = CALLS[name]
    factories = {"apiframe": apiframe.provider, "modelslab": modelslab.provider}
    async with open_client() as client:
        parts = wiring.parts(settings(tmp_path, **KEYS), ApiClient(client), ThreadPictures(), None)
        made = factories[slug](parts)
        assert isinstance(made, Calls)
        assert made.heard(headers, body, "s3cret") is means
