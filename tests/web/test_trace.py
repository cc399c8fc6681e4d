"""What is kept of a request to Discord, and that discord.py's own requests are seen."""

from pathlib import Path

import discord
import pytest

from bot.app import App
from bot.delivery.client import build_bot
from bot.web.trace import route
from tests.standin.server import serving
from tests.web.browsing import Browser

ROUTES = {
    "/api/v10/channels/77/messages": "channels/{id}/messages",
    "/api/v10/channels/77/messages/99": "channels/{id}/messages/{id}",
    "/api/v10/users/@me": "users/@me",
    "/api/v10/gateway/bot": "gateway/bot",
    "/api/v10/oauth2/applications/@me": "oauth2/applications/@me",
    "/api/v9/webhooks/12/aW50-secret_Token/messages/@original": (
        "webhooks/{id}/{token}/messages/@original"
    ),
    "/api/v10/webhooks/12/lowercase": "webhooks/{id}/{token}",
    "/api/v10/interactions/12/aW50ZXJ/callback": "interactions/{id}/{token}/callback",
    "/api/v10/channels/7/messages/9/reactions/\N{THUMBS UP SIGN}/@me": (
        "channels/{id}/messages/{id}/reactions/{name}/@me"
    ),
    "/api/v10/invites/aBcDeF": "invites/{name}",
    "/attachments/1/2/my-secret-photo.png": "files",
    "/": "gateway",
}


@pytest.mark.parametrize(("path", "kind"), ROUTES.items(), ids=ROUTES.values())
def test_a_route_names_nobody(path: str, kind: str) -> None:
    assert route(path) == kind


async def test_requests_of_the_real_library_are_counted_by_route_and_status(
    app: App, browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with serving() as standin, build_bot(app) as bot:
        monkeypatch.setattr(discord.http.Route, "BASE", f"{standin.base_url}/api/v10")
        await bot.login("MTA5.standin.token")
        channel = bot.get_partial_messageable(777)
        sent = [await channel.send("hi") for _ in range(2)]
        await channel.get_partial_message(sent[0].id).delete()
        with pytest.raises(discord.NotFound):
            await channel.get_partial_message(sent[0].id).delete()
    page = await browser.metrics()

    def count(method: str, kind: str, status: str) -> float:
        labels = {"method": method, "route": kind, "status": status}
        return page.value("inpaint_discord_requests_total", **labels)

    assert count("GET", "users/@me", "200") == 1
    assert count("POST", "channels/{id}/messages", "200") == 2
    assert count("DELETE", "channels/{id}/messages/{id}", "204") == 1
    assert count("DELETE", "channels/{id}/messages/{id}", "404") == 1


async def test_a_discord_that_does_not_answer_is_counted_too(
    app: App, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving() as standin:
        address = standin.base_url
    monkeypatch.setattr(discord.http.Route, "BASE", f"{address}/api/v10")
    async with build_bot(app) as bot:
        with pytest.raises(OSError, match="Cannot connect"):
            await bot.login("MTA5.standin.token")
    page = await browser.metrics()
    assert page.value("inpaint_discord_requests_total", route="users/@me", status="none") == 1
