"""The first picture of a provider that edits nothing but its own."""

from pathlib import Path

import pytest

from bot.cli.trying import WORDS, steps_before, with_own_picture
from bot.domain import Op, TaskState
from bot.errors import BotError
from bot.providers import apiframe, local
from tests.providers.apiframe_case import at_hand
from tests.providers.test_remote_edits import engine
from tests.services.engine import request, until


def test_what_comes_first_is_read_from_the_spec() -> None:
    assert steps_before(apiframe.SPEC.ops, Op.INPAINT) == (Op.IMAGINE, Op.UPSCALE)
    assert steps_before(apiframe.SPEC.ops, Op.IMAGINE) == ()
    assert steps_before(local.SPEC.ops, Op.INPAINT) == ()


async def test_a_demo_is_made_enlarged_and_then_edited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with at_hand(detail_px=0) as (desk, provider), engine(tmp_path, provider) as app:
        wish = request(tmp_path, provider="apiframe", prompt="a bird")
        ready = await with_own_picture(app, wish, tmp_path)
        task = await until(app, (await app.intake.submit(ready)).id)
        assert task.state is TaskState.DONE, task.error_text
        imagine, upscale, inpaint = (each.body for each in desk.sent("submit"))
    assert imagine["prompt"] == WORDS
    assert upscale["index"] == "1"
    assert inpaint["prompt"] == "a bird"
    assert "Imagining first: apiframe edits only pictures that it made." in capsys.readouterr().err


async def test_what_ended_in_a_failure_is_said(tmp_path: Path) -> None:
    async with at_hand(detail_px=0) as (desk, provider), engine(tmp_path, provider) as app:
        desk.behavior.add("failed")
        with pytest.raises(BotError, match="not charged"):
            await with_own_picture(app, request(tmp_path, provider="apiframe"), tmp_path)


async def test_who_takes_any_picture_gets_the_one_there_is(tmp_path: Path) -> None:
    async with at_hand() as (_, provider), engine(tmp_path, provider) as app:
        wish = request(tmp_path)
        assert await with_own_picture(app, wish, tmp_path) is wish
