"""HTTP answers in Discord's way."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web


def say(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer JSON with exactly the content type that discord.py looks for (no charset)."""
    return web.Response(
        body=json.dumps(body).encode(),
        status=status,
        headers={"Content-Type": "application/json", **(headers or {})},
    )


def refuse(status: int, code: int, text: str) -> web.Response:
    """Answer an error with Discord's own code."""
    return say({"message": text, "code": code}, status)
