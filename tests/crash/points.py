"""Puts fault points around every commit, every kept file and every request that makes something."""

import re
import sys
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import greenlet
from discord.http import Route
from sqlalchemy import Engine, PoolProxiedConnection

from bot.app import App
from bot.delivery.client import InpaintBot
from bot.services.blobs import KeptBlob
from tests.crash.faults import Points
from tests.standin.process import ROOT

BOT = str(ROOT / "bot")
ENGINE = str(ROOT / "bot" / "db" / "engine.py")
LOOPS = frozenset({"run", "engine", "_kept_alive"})
AT_DISCORD = {
    ("POST", "/channels/{channel_id}/messages"): "discord.create",
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): "discord.edit",
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): "discord.delete",
}


def install(points: Points, app: App, bot: InpaintBot) -> None:
    """Wrap what this process has made; nothing in `bot/` knows of it."""
    _around_commits(points, app.db.writer.sync_engine)
    _around_files(points, app)
    _around_requests(points, bot)


def _around_commits(points: Points, engine: Engine) -> None:
    commit = engine.dialect.do_commit

    def do_commit(dbapi_connection: PoolProxiedConnection) -> None:
        kind = transaction()
        points.come_by(kind, "before", is_commit=True)
        commit(dbapi_connection)
        points.come_by(kind, "after", is_commit=True)

    engine.dialect.do_commit = do_commit


def _around_files(points: Points, app: App) -> None:
    """Before: the file is made and has no name yet; after: it has its name and no row has it."""
    keep = app.blobs.keep

    async def kept(file: Path, width_px: int, height_px: int) -> KeptBlob:
        async with points.around("blobs.keep"):
            return await keep(file, width_px, height_px)

    app.blobs.keep = kept


def _around_requests(points: Points, bot: InpaintBot) -> None:
    """After: Discord has answered and no row has the message's id."""
    request = bot.http.request

    async def requested(route: Route, **how: Any) -> Any:
        kind = AT_DISCORD.get((route.method, route.path))
        if kind is None:
            return await request(route, **how)
        async with points.around(kind):
            return await request(route, **how)

    bot.http.request = requested


def transaction() -> str:
    """The function whose transaction is being committed, such as `Tasks.running`."""
    # SQLAlchemy commits in a greenlet; who awaits it is found in the one that made it.
    parent = greenlet.getcurrent().parent
    frame = parent.gr_frame if parent else sys._getframe()
    codes = [code for code in _codes(frame) if code.co_filename.startswith(BOT)]
    codes = [code for code in codes if code.co_filename != ENGINE]
    public = [code for code in codes if not _is_inner(code)]
    return _name((public or codes)[0]) if codes else "somewhere"


def _codes(frame: FrameType | None) -> list[CodeType]:
    codes: list[CodeType] = []
    while frame is not None:
        codes.append(frame.f_code)
        frame = frame.f_back
    return codes


def _is_inner(code: CodeType) -> bool:
    name = code.co_name
    is_private = name.startswith("_") and not name.endswith("__")
    return is_private or name in LOOPS


def _name(code: CodeType) -> str:
    return re.sub(r"[^\w.]", "", code.co_qualname)
