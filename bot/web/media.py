"""Links by which a provider fetches one picture of ours: unguessable, and over with the task.

A link names a file in a task's passing folder, which goes when the task ends; its token is bound to
that one file and runs out by itself. Nothing is remembered, so links outlive a restart.
"""

import asyncio
import re
from pathlib import Path

from aiohttp import web

from bot.web.tokens import Tokens, subject_of

PURPOSE = "media"
# Longer than any provider may take for a job, by its own deadline.
LIFE_S = 3600.0
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_TASK = re.compile(r"[0-9a-zA-Z]{1,16}")
_FILE = re.compile(r"[0-9a-z-]{1,32}\.(png|jpe?g)")


class Media:
    """Makes the links and answers them."""

    def __init__(self, base_url: str, work: Path, tokens: Tokens, life_s: float = LIFE_S) -> None:
        self._base_url = base_url
        self._work = work
        self._tokens = tokens
        self._life_s = life_s

    def link(self, path: Path) -> str | None:
        """An address for a picture that was made ready for a task; None for any other file."""
        task_id, name = path.parent.name, path.name
        if path.parent.parent != self._work or not _is_known(task_id, name):
            return None
        token = self._tokens.make(PURPOSE, subject_of(task_id, name), self._life_s)
        return f"{self._base_url}/media/{token}/{task_id}/{name}"

    def routes(self) -> tuple[web.RouteDef, ...]:
        """What the public server answers for it (HEAD, too)."""
        return (web.get("/media/{token}/{task_id}/{name}", self._serve),)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        found = request.match_info
        file = self._file(found["token"], found["task_id"], found["name"])
        if file is None or not await asyncio.to_thread(file.is_file):
            raise web.HTTPNotFound
        return web.FileResponse(file, headers={"Content-Type": TYPES[file.suffix]})

    def _file(self, token: str, task_id: str, name: str) -> Path | None:
        """The file that a link means; None where it is not ours, or over."""
        if not _is_known(task_id, name):
            return None
        if self._tokens.read(PURPOSE, token) != subject_of(task_id, name):
            return None
        return self._work / task_id / name


def _is_known(task_id: str, name: str) -> bool:
    return bool(_TASK.fullmatch(task_id) and _FILE.fullmatch(name))
