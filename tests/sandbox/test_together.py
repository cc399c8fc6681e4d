"""All stand-ins at once: whom they stand for, and what they leave behind."""

import socket
from urllib.parse import urlsplit

import pytest

from bot import wiring
from bot.errors import StartupError
from bot.providers import PROVIDERS, built
from bot.providers.api import ApiClient, open_client
from bot.sandbox.standins.together import SERVICES, all_serving, pointed
from bot.services.clock import SystemClock
from bot.settings import Settings
from tests.providers.cases import CASES
from tests.services.scripted import ThreadPictures

# Theirs, and the one that pictures are fetched from.
PORTS = len(SERVICES) + 1
NO_KEYS = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]


def free_ports(count: int) -> int:
    """The first of so many ports in a row that nobody listens on."""
    for first in range(20_000, 60_000, count):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


def test_every_provider_with_a_standin_is_served() -> None:
    assert {each.kind for each in SERVICES} == {case.standin for case in CASES.values()}


async def test_their_settings_switch_every_provider_on_without_a_key() -> None:
    async with all_serving() as told, open_client() as client:
        settings = pointed(NO_KEYS, told)
        links = wiring.links(settings, SystemClock(), [b"k" * 32])
        parts = wiring.parts(settings, ApiClient(client), ThreadPictures(), links)
        on = built(PROVIDERS, parts).on
        assert set(on) == {"local", *CASES}
        for slug in set(on) - {"local"}:
            assert await on[slug].balance() is not None or await on[slug].models() is not None
        hosts = {urlsplit(url).hostname for name, url in told.items() if name.endswith("_url")}
        assert hosts == {"127.0.0.1"}


async def test_keys_of_the_operator_give_way_and_other_settings_stay() -> None:
    real = NO_KEYS.model_copy(update={"log_level": "ERROR"})
    real = pointed(real, {"modelslab_api_key": "a-real-key", "aithriving_api_key": "another"})
    settings = pointed(real, {"modelslab_api_key": "standin-key"})
    assert settings.modelslab_api_key.get_secret_value() == "standin-key"
    assert settings.aithriving_api_key.get_secret_value() == "another"
    assert settings.log_level == "ERROR"


async def test_ports_follow_each_other_and_are_given_back() -> None:
    first = free_ports(PORTS)
    for _ in range(2):
        async with all_serving(first) as told:
            ports = {urlsplit(url).port for name, url in told.items() if name.endswith("_url")}
            assert ports == set(range(first, first + PORTS))


async def test_a_port_that_is_taken_is_named_and_nothing_stays_behind() -> None:
    first = free_ports(PORTS)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first + 2))
        taken.listen()
        with pytest.raises(StartupError, match=str(first + 2)):
            async with all_serving(first):
                pass
    async with all_serving(first):
        pass
