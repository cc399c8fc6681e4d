"""PUBLIC_URL and the addresses that listen, before anything is served."""

import socket
from pathlib import Path

import pytest

from bot.cli.preflight import check_start
from bot.errors import StartupError
from bot.settings import Given, read_settings
from tests.services.engine import settings

TAKEN = {
    "https://edit.example.org": "https://edit.example.org",
    "https://edit.example.org/": "https://edit.example.org",
    " https://edit.example.org:8443/bot/ ": "https://edit.example.org:8443/bot",
    "http://127.0.0.1:8644": "http://127.0.0.1:8644",
    "http://[::1]:8644": "http://[::1]:8644",
    "http://localhost:8644": "http://localhost:8644",
    "": "",
}
REFUSED = {
    "http://edit.example.org": "does not begin with https://",
    "http://192.168.1.4": "does not begin with https://",
    "http://127.0.0.1.example.org": "does not begin with https://",
    "ftp://edit.example.org": "does not begin with https://",
    "edit.example.org": "is not an address",
    "https://": "is not an address",
    "https://me:secret@edit.example.org": "is not an address",
    "https://edit.example.org?a=1": "is not an address",
    "https://edit.example.org#a": "is not an address",
    "https://edit.example.org:port": "is not an address",
    "https://edit .example.org": "is not an address",
    "https://édit.example.org": "is not an address",
    "https://[::1": "is not an address",
    f"https://{'a' * 200}.example.org": "is longer than 200 characters",
}


@pytest.mark.parametrize("given", TAKEN)
def test_an_address_is_taken_without_its_last_slash(given: str) -> None:
    assert settings(Path("x"), public_url=given).public_url == TAKEN[given]


@pytest.mark.parametrize("given", REFUSED)
def test_an_address_that_nobody_could_be_sent_to_is_named(
    given: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PUBLIC_URL", given)
    read = read_settings()
    (problem,) = read.problems
    assert problem.startswith("PUBLIC_URL (environment): ")
    assert REFUSED[given] in problem
    assert read.settings.public_url == ""


async def _said(folder: Path, **changes: object) -> str:
    chosen = settings(folder, **changes)
    with pytest.raises(StartupError) as caught:
        await check_start(Given(chosen, {}, ()), on_discord=True)
    return caught.value.sentence


async def test_a_public_port_in_use_is_told_before_the_start(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        said = await _said(tmp_path, web_port=0, public_url="https://a.example", public_port=port)
        assert f"Port {port} on 127.0.0.1 is in use" in said
        assert "PUBLIC_PORT" in said
        assert "PUBLIC_PORT" not in await _said(tmp_path, web_port=0, public_port=port)


async def test_the_two_servers_cannot_share_a_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said = await _said(tmp_path, web_port=port, public_url="https://a.example", public_port=port)
    assert f"WEB_PORT and PUBLIC_PORT are both {port}" in said
