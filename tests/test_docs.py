"""What the pages promise, held against the program."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.providers import PROVIDERS, Parts
from bot.providers.api import ApiClient, open_client
from bot.services import disk, pulse
from bot.services.blobs import FRESH_S
from bot.services.retention import BATCH
from bot.services.retention import EVERY_S as RETENTION_EVERY_S
from bot.settings import Settings
from bot.web.server import application
from tests.services.engine import opened
from tests.services.scripted import Scripted, ThreadPictures
from tests.web.browsing import browsing
from tests.web.reached import published

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
OPERATING = (ROOT / "docs/operating.md").read_text("utf-8")
PRIVACY = (ROOT / "docs/privacy.md").read_text("utf-8")


def section(page: str, heading: str) -> str:
    """The text below a heading of the second rank, up to the next one."""
    _, found, rest = page.partition(f"\n## {heading}\n")
    assert found, f"there is no section {heading!r}"
    return rest.partition("\n## ")[0]


def anchors(page: str) -> set[str]:
    """The names that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked.read_text("utf-8")), target


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    told = (ROOT / "docs/architecture.md").read_text("utf-8").lower()
    names = [re.split(r"[\[=<>]", each)[0] for each in project["dependencies"]]
    names += [re.split(r"[\[=<>]", e)[0] for e in project["optional-dependencies"]["sandbox"]]
    assert [name for name in names if name.lower() not in told] == []


async def test_every_metric_is_told_with_its_labels_and_no_other(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted()) as app, browsing(app) as browser:
        await app.watch.audit.once()
        app.watch._metrics.called("GET", "users/@me", "200")
        page = await browser.metrics()
    shown = {
        (family.name + "_total" * (family.type == "counter"), family.type): {
            label for sample in family.samples for label in sample.labels if label != "le"
        }
        for family in page.families.values()
    }
    rows = re.findall(
        r"^\| `(\w+)` \| (gauge|counter|histogram) \|(.*?)\|",
        section(OPERATING, "Health and metrics"),
        re.MULTILINE,
    )
    assert shown == {(name, kind): set(re.findall(r"\w+", labels)) for name, kind, labels in rows}


async def test_every_page_and_part_is_told(tmp_path: Path) -> None:
    text = section(OPERATING, "Health and metrics")
    async with opened(tmp_path / "data", Scripted()) as app:
        paths = {
            route.resource.canonical
            for route in application(app.watch).router.routes()
            if route.resource
        }
        parts = {*app.watch.health.parts(), "discord"}
    told = set(re.findall(r"^\| `(\S+)` \|", text, re.MULTILINE))
    assert paths == {name for name in told if name.startswith("/")}
    assert parts <= told


async def test_the_public_routes_are_told(tmp_path: Path) -> None:
    async with published(tmp_path, Scripted()) as (app, _):
        routes = {route.path.split("/")[1] for route in app.routes}
    told = re.findall(r"^\| `/(\w+)/", section(OPERATING, "Public address"), re.MULTILINE)
    assert routes == set(told)


def test_numbers_in_the_text_are_the_program_s() -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    public = section(OPERATING, "Public address")
    assert f"http://{defaults['public_host']}:{defaults['public_port']}" in public
    health = section(OPERATING, "Health and metrics")
    assert f"http://{defaults['web_host']}:{defaults['web_port']}" in health
    assert f"tried every {pulse.EVERY_S:.0f} s" in health
    kept = section(OPERATING, "Retention and disk")
    assert f"at most {BATCH}\nrows" in kept
    assert f"less than {disk.FREE_BYTES_MIN // 2**20} MiB free" in kept
    assert (RETENTION_EVERY_S, FRESH_S, disk.WARN_SHARE, disk.EVERY_S) == (3600, 3600, 0.8, 60)
    assert f"`RETENTION_DAYS` ({defaults['retention_days']};" in PRIVACY
    assert f"`DRAFT_MINUTES` ({defaults['draft_minutes']})" in PRIVACY


async def test_every_provider_is_in_the_privacy_page(tmp_path: Path) -> None:
    text = section(PRIVACY, "What is sent to a provider")
    async with open_client() as client:
        settings = Settings(_env_file=None, data_dir=tmp_path)  # pyright: ignore[reportCallIssue]
        parts = Parts(settings, ApiClient(client), ThreadPictures())
        titles = [factory(parts).spec.title for factory in PROVIDERS]
    assert [title for title in titles if title not in text] == []
