"""Figures of parts that were measured, so that an interrupted run goes on with what is missing.

Those of other code or of another count are never taken.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import Aim, Figure

NAME = "figures.json"
# What a figure can hang on; nobody measures faster because of a page of docs.
CODE = ("bench", "bot", "cogs", "migrations", "tests", "requirements-dev.txt")
Parts = dict[str, dict[str, Any]]


@dataclass
class Kept:
    """Figures by part, in a file that is whole at every moment."""

    folder: Path
    code: str
    parts: Parts = field(default_factory=dict[str, dict[str, Any]])

    @classmethod
    def load(cls, folder: Path, code: str) -> "Kept":
        """What an earlier run of the same code kept; nothing where there is none."""
        try:
            return cls(folder, code, _parts((folder / NAME).read_bytes(), code))
        except FileNotFoundError:
            return cls(folder, code)

    def drop(self, names: Iterable[str]) -> None:
        """Let go of these parts' figures, and of no others."""
        for name in names:
            self.parts.pop(name, None)
        self._save()

    def take(self, name: str, count: int) -> list[Figure] | None:
        """The part's figures, if they were measured with this count."""
        part = self.parts.get(name)
        if part is None or part["count"] != count:
            return None
        return [_figure(each) for each in part["figures"]]

    def put(self, name: str, count: int, figures: Sequence[Figure]) -> None:
        """Keep them from now on."""
        self.parts[name] = {"count": count, "figures": [asdict(each) for each in figures]}
        self._save()

    def _save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self.folder / f"{NAME}.new"
        new.write_text(json.dumps({"code": self.code, "parts": self.parts}), "utf-8")
        new.replace(self.folder / NAME)


def code_of(root: Path) -> str:
    """A digest of all that is measured, as it stands, committed or not."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _files(root):
        digest.update(f"\0{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(root: Path) -> Iterable[Path]:
    for name in CODE:
        place = root / name
        found = place.rglob("*") if place.is_dir() else [place]
        yield from sorted(each for each in found if each.is_file() and _counts(each))


def _counts(path: Path) -> bool:
    return "__pycache__" not in path.parts


def _parts(text: bytes, code: str) -> Parts:
    """None of a file of other code, or one that was broken by hand."""
    try:
        kept = json.loads(text)
        if kept["code"] != code:
            return {}
        return {name: _part(**part) for name, part in kept["parts"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _part(count: int, figures: list[dict[str, Any]]) -> dict[str, Any]:
    """As it was, if figures can be made of it; raises what they raise of others."""
    for each in figures:
        float(_figure(each).value)
    return {"count": count, "figures": figures}


def _figure(kept: dict[str, Any]) -> Figure:
    aim = Aim(**kept["aim"]) if kept["aim"] else None
    return Figure(**{**kept, "aim": aim})
