"""Points discord.py at the stand-in: its addresses are no setting."""

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.standin.rest import API, GATEWAY


def point_at(base_url: str) -> None:
    """Send everything that discord.py does from now on in this process to the stand-in."""
    Route.BASE = base_url + API
    # `/gateway/bot` says it too, but discord.py asks only once.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base_url.replace("http", "ws", 1) + GATEWAY)
