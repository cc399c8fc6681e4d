"""What makes all tests quick, and none of them weaker."""

import gc
import os
import sys
from collections.abc import Generator

import pytest
from aiohttp import web_app
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import figures, statements
from tests.unsynced import unsynced

# A test's world is some ten thousand objects, of which most go without the collector.
YOUNG_OBJECTS = 50_000
TIDY_EVERY_TESTS = 40
_ENDED = pytest.StashKey[int]()

statements.share()

# Hypothesis would measure each example by the wall clock, and a busy machine would fail tests.
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("patient", **PATIENT)
# The same examples every time, so that what fails is the change; `make curious` draws others.
hypothesis_settings.register_profile("repeatable", derandomize=True, **PATIENT)
hypothesis_settings.load_profile(os.environ.get("EXAMPLES", "repeatable"))

# A bot loads its cogs for each test, and each process the bot: nobody wants them compiled anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    """Marks of tests about the suite's own shortcuts."""
    config.addinivalue_line("markers", "synced: writes as the bot does, down to the disk")


def pytest_collection_finish() -> None:
    """What is there before the first test stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 1000)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What `make hostile` and `make crash` are run for; other processes keep theirs."""
    for line in figures.lines():
        terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Let what tests have left behind go, now and then."""
    yield
    ended = item.config.stash.get(_ENDED, 0) + 1
    item.config.stash[_ENDED] = ended
    if ended % TIDY_EVERY_TESTS == 0:
        # It would keep a thousand web servers, with all that was sent to them.
        web_app._cached_build_middleware.cache_clear()
        gc.collect()


@pytest.fixture(autouse=True)
def _disk(request: pytest.FixtureRequest) -> Generator[None]:
    if request.node.get_closest_marker("synced"):
        yield
        return
    with unsynced():
        yield
