"""Apiframe: whole steps against its stand-in, from words to an edited region."""

import logging
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.domain import Op
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    ProviderError,
    Rejected,
)
from bot.providers import Off, Parts, apiframe
from bot.providers.api import ApiClient, open_client
from bot.providers.apiframe import ONLY_ITS_OWN, SPEC, Apiframe
from bot.providers.base import (
    Delivered,
    Done,
    Failed,
    Provider,
    Waiting,
)
from bot.providers.parts import Hook
from bot.sandbox.standins.common import KEY
from bot.settings import Settings
from tests import assets
from tests.providers.apiframe_case import HOOK, at_hand, step
from tests.providers.remotes import bodies, percents, prepared, to_the_end
from tests.services.scripted import ThreadPictures


async def picture_of(provider: Provider, delivered: Delivered, path: Path) -> Path:
    await provider.download(delivered, path)
    return path


async def test_from_words_to_an_edited_region(tmp_path: Path) -> None:
    async with at_hand(pace_s=0.1) as (desk, provider):
        _, imagined = await to_the_end(provider, step(tmp_path, Op.IMAGINE))
        assert isinstance(imagined, Done)
        assert [each.remote_index for each in imagined.pictures] == [1, 2, 3, 4]
        _, upscaled = await to_the_end(provider, step(tmp_path, Op.UPSCALE, imagined.pictures[1]))
        assert isinstance(upscaled, Done)
        (large,) = upscaled.pictures
        assert large.remote_index is None
        assert large.remote_id not in {None, imagined.remote_id}
        parent = await picture_of(provider, large, tmp_path / "large")
        with Image.open(parent) as image:
            size = image.size
        work = step(
            tmp_path, Op.INPAINT, large, mask=assets.save(assets.mask(*size), tmp_path / "m.png")
        )
        seen, edited = await to_the_end(provider, work)
        assert isinstance(edited, Done)
        assert len(edited.pictures) == 4
        shown = [waiting.percent or 0 for waiting in seen]
        assert shown == sorted(shown)
        result = await picture_of(provider, edited.pictures[3], tmp_path / "edited")
    with Image.open(parent) as before, Image.open(result) as after:
        assert assets.changed(before, after).getbbox() == assets.mask(*size).getbbox()
    assert desk.calls("submit") == 3


async def test_what_came_of_an_edit_can_be_upscaled_and_edited_again(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        _, imagined = await to_the_end(provider, step(tmp_path, Op.IMAGINE))
        assert isinstance(imagined, Done)
        for _ in range(2):
            parent = imagined.pictures[0]
            _, upscaled = await to_the_end(provider, step(tmp_path, Op.UPSCALE, parent))
            assert isinstance(upscaled, Done)
            edit = step(tmp_path, Op.INPAINT, upscaled.pictures[0])
            _, imagined = await to_the_end(provider, edit)
            assert isinstance(imagined, Done)


async def test_the_stand_in_takes_and_answers_what_the_seed_shows(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        _, imagined = await to_the_end(provider, step(tmp_path, Op.IMAGINE))
        assert isinstance(imagined, Done)
        _, upscaled = await to_the_end(provider, step(tmp_path, Op.UPSCALE, imagined.pictures[0]))
        assert isinstance(upscaled, Done)
        _, edited = await to_the_end(provider, step(tmp_path, Op.INPAINT, upscaled.pictures[0]))
        assert isinstance(edited, Done)
        sent = [each.body for each in desk.seen if each.call == "submit"][-1]
        assert list(sent) == ["parent_task_id", "mask", "prompt"]
        assert sent["mask"].startswith("data:image/png;base64,")
        assert desk.session
        headers = {"Authorization": f"Bearer {KEY}"}
        asked = {"task_id": edited.remote_id}
        async with desk.session.post(f"{desk.origin}/fetch", json=asked, headers=headers) as answer:
            assert list(await answer.json()) == list(bodies("apiframe")["done"])


async def test_a_mask_of_another_size_is_refused_there(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        _, imagined = await to_the_end(provider, step(tmp_path, Op.IMAGINE))
        assert isinstance(imagined, Done)
        _, upscaled = await to_the_end(provider, step(tmp_path, Op.UPSCALE, imagined.pictures[0]))
        assert isinstance(upscaled, Done)
        with pytest.raises(Rejected) as caught:
            await provider.submit(step(tmp_path, Op.INPAINT, upscaled.pictures[0], side_px=96))
        assert "the size of the parent image" in caught.value.sentence


async def test_a_parent_that_is_unknown_there_is_refused(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        with pytest.raises(Rejected) as caught:
            await provider.submit(step(tmp_path, Op.INPAINT, Delivered(remote_id="gone")))
        assert "not a finished task" in caught.value.sentence


async def test_an_upload_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        with pytest.raises(Rejected) as caught:
            await prepared(provider, step(tmp_path, Op.INPAINT))
        assert caught.value.sentence == ONLY_ITS_OWN
        assert not desk.seen


ENDINGS: dict[str, type[ProviderError]] = {
    "nsfw": Filtered,
    "failed": Rejected,
    "empty": BadAnswer,
}


@pytest.mark.parametrize("word", ["", "#live"])
@pytest.mark.parametrize(("how", "expected"), ENDINGS.items(), ids=ENDINGS)
async def test_a_task_that_fails_over_there_ends_here(
    how: str, expected: type[ProviderError], word: str, tmp_path: Path
) -> None:
    async with at_hand() as (_, provider):
        work = step(tmp_path, Op.IMAGINE, prompt=f"vase #{how} {word}")
        _, update = await to_the_end(provider, work)
        assert isinstance(update, Failed)
        assert type(update.error) is expected


async def test_fewer_pictures_are_what_they_are(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        _, done = await to_the_end(provider, step(tmp_path, Op.IMAGINE, prompt="vase #fewer"))
        assert isinstance(done, Done)
        assert len(done.pictures) == 3


async def test_progress_never_goes_back(tmp_path: Path) -> None:
    async with at_hand(pace_s=600) as (_, provider):
        work = step(tmp_path, Op.IMAGINE, prompt="vase #backwards")
        assert await percents(provider, work, polls=2) == [80, 80]


async def test_a_start_whose_answer_makes_no_sense_may_have_started(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        with pytest.raises(AmbiguousSubmit):
            await provider.submit(step(tmp_path, Op.IMAGINE, prompt="vase #odd"))
        assert desk.calls("submit") == 1


async def test_what_has_begun_is_not_taken_back(tmp_path: Path) -> None:
    async with at_hand(pace_s=60) as (_, provider):
        work = step(tmp_path, Op.IMAGINE)
        waiting = await provider.submit(work)
        assert isinstance(waiting, Waiting)
        assert not SPEC.cancels
        assert not await provider.cancel(work, waiting)


async def test_the_account_tells_its_credits(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        await provider.submit(step(tmp_path, Op.IMAGINE))
        balance = await provider.balance()
        assert balance is not None
        assert (balance.amount, balance.unit) == (896, "credits")


async def test_a_wrong_key_is_the_operators_to_mend(tmp_path: Path) -> None:
    async with at_hand(key="another") as (_, provider):
        for call in (provider.balance(), provider.submit(step(tmp_path, Op.IMAGINE))):
            with pytest.raises(AuthFailed):
                await call


async def test_a_webhook_goes_along_where_there_is_an_address(tmp_path: Path) -> None:
    class Links:
        def hook(self, slug: str, task_id: str) -> Hook | None:
            assert (slug, task_id) == ("apiframe", "t1")
            return HOOK

    async with at_hand() as (desk, _), open_client() as client:
        provider = Apiframe(ApiClient(client), desk.origin, SecretStr(KEY), hooks=Links())
        await provider.submit(step(tmp_path, Op.IMAGINE))
        (sent,) = [each.body for each in desk.seen]
    assert sent["webhook_url"] == "https://bot.example/hook/1"
    assert sent["webhook_secret"] == "planted-secret"


async def test_key_and_webhook_secret_show_in_no_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with at_hand() as (_, provider):
        await to_the_end(provider, step(tmp_path, Op.IMAGINE))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
    assert any("POST 127.0.0.1/imagine -> 200" in line for line in ours)
    assert not any(KEY in line or "a red vase" in line for line in ours)
    assert "planted-secret" not in repr(HOOK)


async def test_it_is_off_without_a_key() -> None:
    async with open_client() as client:
        empty: dict[str, Any] = {"_env_file": None}
        made = apiframe.provider(Parts(Settings(**empty), ApiClient(client), ThreadPictures()))
    assert isinstance(made, Off)
    assert "APIFRAME_API_KEY" in made.reason
