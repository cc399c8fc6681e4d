"""Scenario: whole edits against its stand-in."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.domain import ResultState
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    NotSent,
    PictureLost,
    ProviderError,
    Rejected,
)
from bot.log import clean
from bot.providers import scenario
from bot.providers.base import Done, Failed, Waiting
from bot.sandbox.standins.common import KEY, Desk
from bot.sandbox.standins.scenario import SECRET, SIGNATURE
from bot.services.records import from_json, to_json
from bot.settings import Settings
from tests import assets
from tests.providers.remotes import bodies, job, percents, prepared, to_the_end
from tests.providers.scenario_case import EVERYTHING, scenario_at_hand, settings


async def test_an_edit_from_start_to_picture(tmp_path: Path) -> None:
    async with scenario_at_hand(pace_s=0.4) as (desk, provider):
        work = job(tmp_path, provider, options=EVERYTHING, count=2)
        seen, done = await to_the_end(provider, work)
        assert isinstance(done, Done)
        assert [picture.state for picture in done.pictures] == [ResultState.OK] * 2
        assert [picture.seed for picture in done.pictures] == [7, 8]
        assert done.cost_units == 10
        shown = [waiting.percent or 0 for waiting in seen]
        assert shown == sorted(shown)
        assert "Painting" in {waiting.stage for waiting in seen}
        for n, picture in enumerate(done.pictures):
            await provider.download(picture, tmp_path / f"raw-{n}")
    with Image.open(tmp_path / "raw-0") as first, Image.open(tmp_path / "raw-1") as second:
        assert first.size == (512, 512)
        assert assets.changed(first, second).getbbox()
        with Image.open(tmp_path / "picture.png") as sent:
            marks = assets.mask(512, 512).getbbox()
            assert assets.changed(first, sent).getbbox() == marks
    assert desk.calls("submit") == 1
    assert desk.calls("upload") == 0


async def test_the_stand_in_takes_and_answers_what_the_documents_show(tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider))
        assert isinstance(await provider.submit(work), Waiting)
        (sent,) = [each.body for each in desk.seen if each.call == "submit"]
        documented = {
            "modelId": "stable-diffusion-xl-base-1-0",
            "prompt": "a red vase",
            "image": sent["image"],
            "mask": sent["mask"],
            "strength": 0.75,
            "numSamples": 1,
            "width": 1024,
            "height": 1024,
            "guidance": 6,
            "numInferenceSteps": 30,
            "seed": "1234",
        }
        assert desk.session
        url = f"{desk.origin}/v1/generate/inpaint"
        headers = {"Authorization": scenario.Access.of(_settings(desk)).authorization}
        async with desk.session.post(url, json=documented, headers=headers) as response:
            answer = await response.json()
        assert set(answer) == {"job", "creativeUnitsCost", "creativeUnitsDiscount"}
        kept = bodies("scenario")["started"]["job"]
        assert set(answer["job"]) == set(kept)
        assert {name: type(answer["job"][name]) for name in kept} == {
            name: type(value) for name, value in kept.items()
        }
        odd = {**documented, "scheduler": "nonsense"}
        async with desk.session.post(url, json=odd, headers=headers) as response:
            assert (response.status, "scheduler" in await response.text()) == (400, True)
        headers = {"Authorization": "Basic bm9ib2R5Om5vdGhpbmc="}
        async with desk.session.post(url, json=documented, headers=headers) as response:
            assert response.status == 401


def _settings(desk: Desk) -> Settings:
    return Settings(_env_file=None, **settings(desk))  # pyright: ignore[reportCallIssue, reportArgumentType]


async def test_what_is_too_large_for_a_body_goes_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenario, "INLINE_CHARS_MAX", 500)
    async with scenario_at_hand() as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider))
        assert desk.calls("upload") == 2
        assert isinstance(await provider.submit(work), Waiting)
        (sent,) = [each.body for each in desk.seen if each.call == "submit"]
        assert sent["image"].startswith("asset_")
        assert sent["maskId"].startswith("asset_")
        assert "mask" not in sent


async def test_signed_addresses_are_neither_kept_nor_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with scenario_at_hand() as (_, provider):
        _, done = await to_the_end(provider, job(tmp_path, provider))
        assert isinstance(done, Done)
        assert SIGNATURE not in json.dumps(to_json(done))
        assert from_json(Done, to_json(done)) == done
        await provider.download(done.pictures[0], tmp_path / "raw")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
    assert any("GET 127.0.0.1" in line for line in ours)
    for secret in (SIGNATURE, SECRET, KEY, "Basic "):
        assert not any(secret in line for line in ours)


async def test_an_address_that_ran_out_is_asked_for_anew(tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        _, done = await to_the_end(provider, job(tmp_path, provider))
        assert isinstance(done, Done)
        before = desk.calls("asset")
        desk.file_life_s = -1.0
        with pytest.raises(PictureLost):
            await provider.download(done.pictures[0], tmp_path / "raw")
        assert desk.calls("asset") == before + 2
        desk.file_life_s = 60.0
        await provider.download(done.pictures[0], tmp_path / "raw")
        assert desk.calls("asset") == before + 3


async def test_an_asset_that_is_late_is_waited_for(tmp_path: Path) -> None:
    async with scenario_at_hand() as (_, provider):
        seen, done = await to_the_end(provider, job(tmp_path, provider, prompt="vase #pending"))
        assert seen[-1].stage == "Finishing"
        assert isinstance(done, Done)


async def test_pictures_that_carry_a_filters_labels_are_withheld(tmp_path: Path) -> None:
    async with scenario_at_hand() as (_, provider):
        _, done = await to_the_end(provider, job(tmp_path, provider, prompt="vase #labeled"))
        assert isinstance(done, Done)
        assert [picture.state for picture in done.pictures] == [ResultState.FILTERED]


ENDINGS: dict[str, type[ProviderError]] = {
    "nsfw": Filtered,
    "failed": Rejected,
    "empty": BadAnswer,
}


@pytest.mark.parametrize(("word", "expected"), ENDINGS.items(), ids=ENDINGS)
async def test_a_job_that_fails_over_there_ends_here(
    word: str, expected: type[ProviderError], tmp_path: Path
) -> None:
    async with scenario_at_hand() as (_, provider):
        _, update = await to_the_end(provider, job(tmp_path, provider, prompt=f"vase #{word}"))
        assert isinstance(update, Failed)
        assert type(update.error) is expected


async def test_progress_never_goes_back(tmp_path: Path) -> None:
    async with scenario_at_hand(pace_s=600) as (_, provider):
        work = job(tmp_path, provider, prompt="vase #backwards")
        assert await percents(provider, work, polls=2) == [80, 80]


async def test_a_start_whose_answer_makes_no_sense_may_have_started(tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider, prompt="vase #odd"))
        with pytest.raises(AmbiguousSubmit) as caught:
            await provider.submit(work)
        assert "keys ['inference']" in caught.value.log
        assert desk.calls("submit") == 1


async def test_more_jobs_than_the_team_may_run_are_not_taken(tmp_path: Path) -> None:
    async with scenario_at_hand(pace_s=60) as (_, provider):
        work = await prepared(provider, job(tmp_path, provider))
        for _ in range(8):
            await provider.submit(work)
        with pytest.raises(NotSent):
            await provider.submit(work)


async def test_a_running_job_is_taken_back_where_scenario_confirms_it(tmp_path: Path) -> None:
    async with scenario_at_hand(pace_s=60) as (_, provider):
        for prompt, taken_back in (("vase", True), ("vase #no_cancel", False)):
            work = await prepared(provider, job(tmp_path, provider, prompt=prompt))
            waiting = await provider.submit(work)
            assert isinstance(waiting, Waiting)
            assert await provider.cancel(work, waiting) is taken_back
            after = await provider.poll(work, waiting)
            assert isinstance(after, Failed if taken_back else Waiting)


async def test_a_wrong_secret_is_the_operators_to_mend(tmp_path: Path) -> None:
    async with scenario_at_hand(key="another") as (_, provider):
        for call in (
            provider.models(),
            provider.balance(),
            provider.upload(job(tmp_path, provider)),
        ):
            with pytest.raises(AuthFailed):
                await call


def test_key_and_secret_show_in_no_log_line() -> None:
    chosen: dict[str, Any] = {
        "scenario_api_key": "planted-key",
        "scenario_api_secret": "planted-secret",
        "_env_file": None,
    }
    access = scenario.Access.of(Settings(**chosen))
    token = access.authorization.removeprefix("Basic ")
    assert token not in repr(access)
    assert token not in clean(f"sent {token} along")
