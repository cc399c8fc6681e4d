"""The painting page's own files, read once, as they travel: without comments, and packed."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from aiohttp import hdrs, web

FOLDER = "static"
PAGE = "index.html"
TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
# Whole lines only: nothing inside of a text or a pattern is touched.
_COMMENTS = re.compile(r"^\s*//.*\n", re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
# Lines whose only texts are in double quotes: a template or a pattern may mean its spaces.
_TEXT = r'"(?:[^"\\\n]|\\.)*"'
_SIMPLE = re.compile(rf"^(?:[^\"'`/\n]|{_TEXT})+$", re.MULTILINE)
_BETWEEN = re.compile(rf"({_TEXT})| ?([][{{}}()=<>?:,;&|*!%]) ?")
# In our style sheet, which quotes nothing. A space before a colon means something there.
_AROUND = re.compile(r"\s*([{};,>])\s*|(?<=:)\s+")
_BREAK = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file, plain and packed."""

    kind: str
    plain: bytes
    packed: bytes

    def answer(self, request: web.Request, headers: Mapping[str, str]) -> web.Response:
        """The file as this browser takes it."""
        packs = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
        coding = {"Content-Encoding": "gzip"} if packs else {}
        return web.Response(
            body=self.packed if packs else self.plain,
            headers={"Content-Type": self.kind, "Vary": "Accept-Encoding", **coding, **headers},
        )


def read_static() -> Mapping[str, StaticFile]:
    """All files by name."""
    folder = files("bot.web") / FOLDER
    return {each.name: _file(each.name, each.read_text("utf-8")) for each in folder.iterdir()}


def _file(name: str, text: str) -> StaticFile:
    kind = name.rpartition(".")[2]
    plain = _bare(kind, text).encode()
    return StaticFile(TYPES[kind], plain, gzip.compress(plain, 9, mtime=0))


def _bare(kind: str, text: str) -> str:
    """Without what only we read; lines end only in programs."""
    if kind == "js":
        return _SIMPLE.sub(_tight, _INDENT.sub("", _COMMENTS.sub("", text)))
    if kind == "css":
        return _AROUND.sub(r"\1", text).replace(";}", "}").strip()
    return _BREAK.sub("", text)


def _tight(line: re.Match[str]) -> str:
    return _BETWEEN.sub(lambda found: found[1] or found[2], line[0])
