"""Who may import what, and how long a piece may be, read from the source (see design.md)."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 40

# What each layer may import of ours beside itself; the composing ones may import everything.
COMPOSE = {"bot", "__main__", "app", "wiring", "cli", "sandbox"}
BASE = {"domain", "errors", "log", "quoting", "settings"}
LAYERS: dict[str, set[str]] = {
    "domain": {"errors"},
    "errors": {"domain"},
    "log": set(),
    "quoting": set(),
    "settings": {"errors", "provider_settings", "web_settings"},
    "provider_settings": set(),
    "web_settings": set(),
    "db": BASE,
    "imaging": BASE,
    "providers": BASE,
    "services": BASE | {"db", "imaging", "providers"},
    "delivery": BASE | {"services"},
    "web": BASE | {"services"},
    "cogs": BASE | {"services", "delivery"},
}
# Capabilities are data that everything else asks for, so who renders them may name their types.
DATA = "bot.providers.base"
DATA_READERS = {"delivery", "web", "cogs"}
# Commands get their services through the App: they may name its type, not import it at run time.
TYPED_ONLY = {("cogs", "app"), ("delivery", "app")}

PICTURES = ("bot/imaging/", "bot/providers/local.py", "bot/sandbox/")
HOMES: dict[str, tuple[str, ...]] = {
    "discord": ("cogs/", "bot/delivery/", "bot/sandbox/"),
    "simcord": ("bot/sandbox/",),
    "httpx": ("bot/providers/api.py", "bot/app.py"),
    "httpcore": ("bot/providers/fetch.py", "bot/providers/guard.py"),
    "aiohttp": ("bot/web/", "bot/sandbox/"),
    "prometheus_client": ("bot/web/",),
    "PIL": PICTURES,
    "matplotlib": ("bot/imaging/charts.py",),
    "numpy": PICTURES,
    "patchmatch": PICTURES,
    "skimage": ("bot/sandbox/",),
}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"}
ENVIRONMENT_HOME = "bot/settings.py"
NOT_PROVIDERS = {"__init__", "answer", "api", "base", "fetch", "guard", "parts"}


@dataclass(frozen=True)
class Import:
    """One imported name, absolute: `from a import b` is a.b."""

    name: str
    line: int
    typed_only: bool

    @property
    def top(self) -> str:
        return self.name.split(".")[0]


@dataclass(frozen=True)
class Source:
    """One file: its path below the root, with slashes, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def layer(self) -> str:
        return layer(self.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))

    def imports(self) -> Iterator[Import]:
        tree = self.tree
        typed = _nodes_for_types_only(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in self._names(node):
                    yield Import(name, node.lineno, node in typed)

    def _names(self, node: ast.Import | ast.ImportFrom) -> list[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        package = self.path.split("/")[: -node.level] if node.level else []
        base = [*package, *([node.module] if node.module else [])]
        return [".".join([*base, alias.name]) for alias in node.names]


def _nodes_for_types_only(tree: ast.Module) -> set[ast.AST]:
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    named = [block for block in blocks if ast.unparse(block.test).endswith("TYPE_CHECKING")]
    return {inner for block in named for part in block.body for inner in ast.walk(part)}


def layer(module: str) -> str:
    """Return the layer of a module: bot.services.tasks is of "services", cogs.inpaint of "cogs"."""
    top, *rest = module.split(".")
    return rest[0] if top == "bot" and rest else top


def tree_sources() -> list[Source]:
    paths = [path for folder in ("bot", "cogs") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in paths]


def wrong_direction(files: list[Source]) -> Iterator[str]:
    """Name every import of ours against the arrows of the design."""
    for file in (each for each in files if each.layer not in COMPOSE):
        if file.layer not in LAYERS:
            yield f"{file.path}: is in no layer"
            continue
        ours = (each for each in file.imports() if each.top in ("bot", "cogs"))
        for found in (each for each in ours if not _may_import(file.layer, each)):
            yield f"{file.path}:{found.line}: {file.layer} imports {found.name}"


def _may_import(here: str, found: Import) -> bool:
    there = layer(found.name)
    if found.typed_only and (here, there) in TYPED_ONLY:
        return True
    if here in DATA_READERS and f"{found.name}.".startswith(f"{DATA}."):
        return True
    return there in LAYERS[here] | {here}


def stray_library(files: list[Source]) -> Iterator[str]:
    """Name every import of a library outside the places that may know it."""
    for file in files:
        for found in file.imports():
            if found.top in HOMES and not file.path.startswith(HOMES[found.top]):
                yield f"{file.path}:{found.line}: {found.top} belongs in {HOMES[found.top]}"


def stray_environment(files: list[Source]) -> Iterator[str]:
    """Name every reader of the environment but the settings."""
    for file in (each for each in files if each.path != ENVIRONMENT_HOME):
        lines = {found.line for found in file.imports() if found.name in ENVIRONMENT}
        lines |= {
            node.lineno
            for node in ast.walk(file.tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node) in ENVIRONMENT
        }
        yield from (f"{file.path}:{line}: reads the environment" for line in sorted(lines))


def provider_by_name(files: list[Source]) -> Iterator[str]:
    """Name every comparison with a provider's slug outside that provider's file."""
    homes = {f"bot/providers/{slug}.py": slug for slug in _slugs(files)}
    for file in files:
        own = homes.get(file.path)
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Compare | ast.MatchValue):
                asked = _compared(node, set(homes.values())) - {own}
                yield from (f'{file.path}:{node.lineno}: asks for "{slug}"' for slug in asked)


def _slugs(files: list[Source]) -> set[str]:
    paths = [Path(file.path) for file in files]
    return {path.stem for path in paths if path.parent == Path("bot/providers")} - NOT_PROVIDERS


def _compared(node: ast.AST, slugs: set[str]) -> set[str]:
    """Return the texts in a comparison that name a provider, by value or by what they meet."""
    inner = list(ast.walk(node))
    values = [each.value for each in inner if isinstance(each, ast.Constant)]
    texts = {value for value in values if isinstance(value, str) and value.isidentifier()}
    names = {each.id for each in inner if isinstance(each, ast.Name)}
    names |= {each.attr for each in inner if isinstance(each, ast.Attribute)}
    return texts if names & {"provider", "slug", "provider_slug"} else texts & slugs


def too_long(files: list[Source]) -> Iterator[str]:
    """Name every file and function that outgrew its limit."""
    for file in files:
        lines = len(file.text.splitlines())
        if lines > FILE_LINES_MAX:
            yield f"{file.path}: {lines} lines"
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    yield f"{file.path}:{node.lineno}: {node.name} has {lines} lines"


Rule = Callable[[list[Source]], Iterator[str]]
RULES: tuple[Rule, ...] = (
    wrong_direction,
    stray_library,
    stray_environment,
    provider_by_name,
    too_long,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rules(rule: Rule) -> None:
    broken = list(rule(tree_sources()))
    assert not broken, "\n" + "\n".join(broken)


def test_the_tree_is_read() -> None:
    assert {"bot/log.py", "cogs/__init__.py"} <= {file.path for file in tree_sources()}


LOCAL = Source("bot/providers/local.py", "")
TYPING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
PLANTED = [
    (wrong_direction, "bot/services/a.py", "from bot.delivery import cards"),
    (wrong_direction, "bot/services/a.py", "def f():\n    import bot.web.server"),
    (wrong_direction, "bot/services/a.py", "from bot import app"),
    (wrong_direction, "bot/services/a.py", TYPING + "from bot.app import App"),
    (wrong_direction, "bot/services/a.py", "from ..delivery import cards"),
    (wrong_direction, "bot/providers/__init__.py", "from ..imaging import codec"),
    (wrong_direction, "bot/providers/a.py", "from bot.imaging.codec import decode"),
    (wrong_direction, "bot/imaging/a.py", "from bot.db import models"),
    (wrong_direction, "bot/db/a.py", "import cogs.inpaint"),
    (wrong_direction, "bot/delivery/a.py", "from bot.db.models import Task"),
    (wrong_direction, "bot/web/a.py", "from bot.delivery import reply"),
    (wrong_direction, "bot/web/a.py", "from bot.providers.local import Local"),
    (wrong_direction, "bot/domain.py", "from bot import settings"),
    (wrong_direction, "bot/log.py", "from bot.domain import Task"),
    (wrong_direction, "cogs/a.py", "from bot.db import engine"),
    (wrong_direction, "cogs/a.py", "from bot.app import App"),
    (wrong_direction, "bot/helpers.py", ""),
    (stray_library, "bot/services/a.py", "import discord"),
    (stray_library, "bot/services/a.py", "from discord.ext import commands"),
    (stray_library, "bot/providers/a.py", "import httpx"),
    (stray_library, "bot/web/a.py", "from httpx import AsyncClient"),
    (stray_library, "cogs/a.py", TYPING + "import aiohttp"),
    (stray_library, "bot/services/a.py", "from PIL import Image"),
    (stray_library, "bot/providers/a.py", "import numpy as np"),
    (stray_library, "cogs/a.py", "import patchmatch"),
    (stray_library, "bot/delivery/a.py", "import simcord"),
    (stray_environment, "bot/app.py", "import os\nhome = os.environ['HOME']"),
    (stray_environment, "bot/app.py", "import os\nhome = os.getenv('HOME')"),
    (stray_environment, "bot/sandbox/a.py", "from os import environ"),
    (provider_by_name, "bot/services/a.py", "if task.provider == 'other': pass"),
    (provider_by_name, "bot/services/a.py", "if 'local' == name: pass"),
    (provider_by_name, "cogs/a.py", "if name in ('local', 'x'): pass"),
    (provider_by_name, "cogs/a.py", "match name:\n    case 'local': pass"),
    (provider_by_name, "bot/providers/other.py", "if name != 'local': pass"),
    (too_long, "bot/services/a.py", "x = 1\n" * (FILE_LINES_MAX + 1)),
    (too_long, "cogs/a.py", "async def f():\n" + "    x = 1\n" * FUNCTION_LINES_MAX),
]


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_planted_violation_is_found(rule: Rule, path: str, text: str) -> None:
    assert len(list(rule([LOCAL, Source(path, text)]))) == 1


ALLOWED = [
    ("bot/app.py", "import httpx\nimport cogs.inpaint\nfrom bot import db, delivery, web"),
    ("bot/sandbox/world.py", "import simcord\nimport discord\nfrom bot.app import open_app"),
    ("bot/__main__.py", "from bot.cli import main"),
    ("bot/services/a.py", "from bot.providers import base\nfrom bot.log import task_context"),
    ("bot/services/a.py", "import os\nos.replace('a', 'b')\nfrom . import ports"),
    ("bot/services/a.py", "if spec.slug == task.provider and task.provider != '': pass"),
    ("bot/providers/local.py", "import numpy\nslug == 'local'\nfrom bot.domain import Op"),
    ("bot/settings.py", "import os\nos.environ"),
    (
        "cogs/ui/a.py",
        "import discord\nfrom bot.delivery import cards\nfrom bot.services import ports",
    ),
    ("cogs/a.py", TYPING + "from bot.app import App"),
    ("cogs/a.py", "from bot.providers.base import ProviderSpec\nfrom cogs.ui import a"),
    ("bot/services/a.py", "x = 1\n" * FILE_LINES_MAX),
    ("cogs/a.py", "def f():\n" + "    x = 1\n" * (FUNCTION_LINES_MAX - 1)),
]


@pytest.mark.parametrize(("path", "text"), ALLOWED)
def test_what_the_design_allows_passes(path: str, text: str) -> None:
    files = [LOCAL, Source(path, text)]
    assert [broken for rule in RULES for broken in rule(files)] == []
