"""A finished picture is fetched again through an outage, and as long as it may come late."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.domain import TaskState
from bot.errors import BadAnswer, PictureLost, ProviderError, Unavailable
from bot.providers.base import Delivered
from tests.services.engine import assert_books, opened, purse, request, until, working
from tests.services.scripted import SPEC, Scripted


@dataclass
class Flaky(Scripted):
    """Its downloads fail in these ways before one works; the last way repeats."""

    failures: list[ProviderError] = field(default_factory=list)
    repeats: bool = False
    asked: int = 0

    async def download(self, picture: Delivered, target: Path) -> None:
        self.asked += 1
        if self.repeats:
            raise self.failures[-1]
        if self.failures:
            raise self.failures.pop(0)
        await super().download(picture, target)


AWAY, MISSING, ODD = Unavailable(), PictureLost(), BadAnswer()
TABLE = {
    # failures, repeats, lifetime, grace: how it ends, and how often it was asked for at most
    "an outage": ([AWAY] * 5, False, None, 0.0, TaskState.DONE, 6),
    "missing, then there": ([MISSING] * 2, False, None, 900.0, TaskState.DONE, 3),
    "missing where that is final": ([MISSING], False, None, 0.0, TaskState.FAILED, 1),
    "missing for ever": ([MISSING], True, None, 20.0, TaskState.FAILED, 4),
    "away until it is over": ([AWAY], True, 20.0, 0.0, TaskState.FAILED, 4),
    "no picture at all": ([ODD], False, None, 60.0, TaskState.FAILED, 1),
}


@pytest.mark.parametrize("name", TABLE)
async def test_a_download_is_tried_while_the_picture_lives(name: str, tmp_path: Path) -> None:
    failures, repeats, lifetime_s, grace_s, ends, asked_max = TABLE[name]
    spec = replace(SPEC, result_lifetime_s=lifetime_s, result_grace_s=grace_s)
    provider = Flaky(spec=spec, failures=list(failures), repeats=repeats)
    async with opened(tmp_path / "data", provider) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        task = await until(app, task.id)
        assert task.state is ends, task.error_text
        assert min(len(failures), asked_max) <= provider.asked <= asked_max
        assert await purse(app) == (93 if ends is TaskState.DONE else 100, 0)
        await assert_books(app)
