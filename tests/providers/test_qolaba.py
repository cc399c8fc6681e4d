import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession
from PIL import Image

from bot.domain import Op, Options
from bot.errors import AmbiguousSubmit, AuthFailed, PictureLost, Rejected
from bot.providers import Off, Parts, qolaba
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Delivered, Done, Failed, Provider, Waiting
from bot.providers.qolaba import SPEC, build, parse
from bot.sandbox.standins.common import KEY, Desk, serving
from bot.sandbox.standins.faults import Fault, Kind
from bot.sandbox.standins.qolaba import QolabaStandIn
from bot.settings import Settings
from tests import assets
from tests.providers.case import Case
from tests.providers.fields import assert_named, assert_settable
from tests.providers.media import Media, media_links
from tests.providers.remotes import job, prepared, reached, to_the_end
from tests.services.scripted import ThreadPictures

# The seed's tables, in their order.
FIELDS = ("app_id", "image", "mask_url", "prompt", "batch", "negative_prompt", "celery")
ANSWER_FIELDS = {
    "time_required", "error", "error_data", "input", "output", "app_id", "task_id", "status",
}  # fmt: skip
PICTURES = {"picture": "https://host/in.png", "mask": "https://host/mask.png"}
APP = "ap-7XmHk4LtVgFJq2cQoE3yB8"


def settings(desk: Desk) -> dict[str, str]:
    return {"qolaba_api_key": KEY, "qolaba_base_url": f"{desk.origin}/api/v1/studio/"}


CASE = Case(
    spec=SPEC,
    factory=qolaba.provider,
    standin=QolabaStandIn,
    settings=settings,
    parse=parse,
    means={
        "seed_empty": "odd",
        "success": "done ok",
        "success_list": "done ok ok",
        "success_one_text": "done ok",
        "success_flagged": "done ok filtered",
        "success_emptied": "failed filtered",
        "success_without_output": "failed bad_answer",
        "success_without_status": "done ok",
        "pending": "waiting 0623067c-7326-4cef-97fb-786942659daf",
        "pending_without_status": "waiting 0623067c-7326-4cef-97fb-786942659daf",
        "failed_nsfw": "failed filtered",
        "failed_url": "failed rejected",
        "failed_fields": "failed rejected",
        "failed_silent": "failed rejected",
        "failed_poor": "failed quota",
        "unknown_shape": "odd",
        "unknown_status": "odd",
    },
)


def at_hand(media: Media, **changes: str) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(
        QolabaStandIn, qolaba.provider, lambda desk: {**settings(desk), **changes}, media=media
    )


async def test_every_field_of_the_seed_is_sent_or_says_why_not(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media) as (_, provider):
        work = job(tmp_path, provider, options=Options(negative_prompt="blurry"), count=2)
    body = build(work, APP, PICTURES, celery=True)
    assert_named(SPEC, FIELDS, body)
    assert body == {
        "app_id": APP,
        "image": "https://host/in.png",
        "mask_url": "https://host/mask.png",
        "prompt": "a red vase",
        "batch": 2,
        "negative_prompt": "blurry",
        "celery": True,
    }
    assert_settable(
        SPEC,
        Op.INPAINT,
        lambda params: build(replace(work, params=params), APP, PICTURES, celery=True),
    )


async def test_the_standin_takes_the_seeds_fields_and_answers_in_its_shape(tmp_path: Path) -> None:
    async with media_links() as media, serving(QolabaStandIn) as desk:
        body = {
            "app_id": APP,
            "image": media.link(assets.save(assets.photo(64, 48), tmp_path / "in.png")),
            "mask_url": media.link(assets.save(assets.mask(64, 48), tmp_path / "mask.png")),
            "prompt": "a red vase",
            "batch": 2,
            "negative_prompt": "blurry",
            "celery": False,
        }
        async with (
            ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as session,
            session.post(f"{desk.origin}/api/v1/studio/getImagetoImage", json=body) as response,
        ):
            answer = await response.json()
    assert set(answer) == ANSWER_FIELDS
    update = parse(answer)
    assert isinstance(update, Done)
    assert len(update.pictures) == 2


@pytest.mark.parametrize("celery", ["true", "false"])
async def test_an_edit_goes_there_and_back(celery: str, tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media, qolaba_celery=celery) as (desk, provider):
        work = job(tmp_path, provider, side_px=128, count=2)
        seen, update = await to_the_end(provider, work)
        assert isinstance(update, Done)
        assert len(seen) == (celery == "true")
        for n, picture in enumerate(update.pictures, 1):
            await provider.download(picture, tmp_path / f"raw-{n}")
        assert media.fetched == ["picture.png", "mask.png"] * 2
        (start,) = desk.sent("submit")
        assert start.body["celery"] is (celery == "true")
    with Image.open(tmp_path / "raw-1") as painted:
        # The address says WebP, the bytes are a JPEG.
        assert (painted.format, painted.size) == ("JPEG", (128, 128))
        sent, above, middle = assets.photo(128, 128), (0, 0, 128, 40), (50, 50, 78, 78)
        # JPEG noise above the mask, paint inside it.
        assets.assert_similar(painted.crop(above), sent.crop(above), 8)
        with pytest.raises(AssertionError):
            assets.assert_similar(painted.crop(middle), sent.crop(middle), 8)


async def test_a_started_job_goes_on_from_what_was_kept(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media) as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider, side_px=64))
        update = await provider.submit(work)
        assert isinstance(update, Waiting)
        kept = Waiting(update.remote_id, 1.0, percent=None)
        assert isinstance(await provider.poll(work, kept), Done)
        assert desk.sent("poll")[0].body == {"id": update.remote_id}


async def test_a_task_that_nobody_knows_reads_as_waiting(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media) as (_, provider):
        update = await provider.poll(job(tmp_path, provider, side_px=64), Waiting("gone", 1.0))
    assert isinstance(update, Waiting)
    assert update.remote_id == "gone"


async def test_pending_without_a_name_is_not_known(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media) as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider, side_px=64))
        body = {"status": "PENDING", "task_id": ""}
        desk.faults["submit"] = Fault(Kind.STATUS, body=body)
        with pytest.raises(AmbiguousSubmit):
            await provider.submit(work)


@pytest.mark.parametrize(("word", "delivered"), [("copyright", 0), ("flagged", 1), ("fewer", 1)])
async def test_what_its_checks_take_out_is_not_paid(
    word: str, delivered: int, tmp_path: Path
) -> None:
    async with media_links() as media, at_hand(media) as (_, provider):
        work = job(tmp_path, provider, side_px=64, count=2, prompt=f"a vase #{word}")
        _, update = await to_the_end(provider, work)
    if word == "copyright":
        assert isinstance(update, Failed)
        assert "withheld every picture" in update.error.sentence
    else:
        assert isinstance(update, Done)
        states = [picture.state for picture in update.pictures]
        assert states == (["ok"] if word == "fewer" else ["filtered", "filtered"])


async def test_a_wrong_key_is_the_operators(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media, qolaba_api_key="wrong-key") as (_, provider):
        work = await prepared(provider, job(tmp_path, provider, side_px=64))
        with pytest.raises(AuthFailed):
            await provider.submit(work)


async def test_an_unknown_app_is_not_sent_again(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media, qolaba_app_id="x") as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider, side_px=64))
        # It answers 500 there, which never says what has begun.
        with pytest.raises(AmbiguousSubmit):
            await provider.submit(work)
        assert desk.calls("submit") == 1


async def test_a_400_says_why(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media) as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider, side_px=64))
        body = {"status": "FAILED", "error": "Image URL Error", "error_data": "Not a PNG"}
        desk.faults["submit"] = Fault(Kind.STATUS, 400, body)
        with pytest.raises(Rejected) as caught:
            await provider.submit(work)
    assert caught.value.sentence == "Qolaba refused this: Not a PNG. You were not charged."


async def test_settings_decide_polarity_price_and_app(tmp_path: Path) -> None:
    changes = {"qolaba_invert_mask": "true", "qolaba_price": "2.5", "qolaba_app_id": "ap-mine"}
    async with media_links() as media, at_hand(media, **changes) as (desk, provider):
        op = provider.spec.ops[Op.INPAINT]
        assert (op.mask_white_edits, str(op.price.units)) == (False, "2.5")
        await to_the_end(provider, job(tmp_path, provider, side_px=64))
        assert desk.sent("submit")[0].body["app_id"] == "ap-mine"


async def test_it_is_off_without_a_key_or_an_address_of_ours() -> None:
    async with open_client() as client:
        for chosen, reason in (
            ({}, "set QOLABA_API_KEY"),
            ({"qolaba_api_key": KEY}, "set PUBLIC_URL"),
        ):
            parts = Parts(Settings(_env_file=None, **chosen), ApiClient(client), ThreadPictures())  # pyright: ignore[reportCallIssue, reportArgumentType]
            off = qolaba.provider(parts)
            assert isinstance(off, Off)
            assert reason in off.reason


async def test_a_picture_without_an_address_is_not_sent(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media) as (desk, provider):
        with pytest.raises(PictureLost):
            await provider.upload(replace(job(tmp_path, provider, side_px=64), mask=None))
        assert desk.calls("submit") == 0


async def test_it_cannot_cancel_and_tells_no_balance(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media) as (_, provider):
        work = job(tmp_path, provider, side_px=64)
        assert not SPEC.cancels
        assert not await provider.cancel(work, Waiting("t", 1.0))
        assert await provider.lookup(work) is None
        assert await provider.balance() is None
        assert await provider.quote_units(work) is None


async def test_a_check_asks_for_no_task_and_finds_a_wrong_key() -> None:
    async with media_links() as media, at_hand(media) as (desk, provider):
        assert await provider.balance() is None
        assert (desk.calls("submit"), desk.calls("poll")) == (0, 1)
        desk.faults["poll"] = Fault(Kind.STATUS, 404, {"detail": "Not Found"})
        assert await provider.balance() is None
        said = {"status": "FAILED", "error": "Invalid API key"}
        for fault in (Fault(Kind.STATUS, 401), Fault(Kind.STATUS, 200, said)):
            desk.faults["poll"] = fault
            with pytest.raises(AuthFailed):
                await provider.balance()


async def test_ids_are_never_the_same_again(tmp_path: Path) -> None:
    async def started() -> str:
        async with media_links() as media, at_hand(media) as (_, provider):
            work = await prepared(provider, job(tmp_path, provider, side_px=64))
            update = await provider.submit(work)
        assert isinstance(update, Waiting)
        return update.remote_id

    first, second = await asyncio.gather(started(), started())
    assert first != second


def test_the_pictures_places_are_kept() -> None:
    update = parse({"status": "SUCCESS", "task_id": "t", "output": ["https://a/1", "https://a/2"]})
    assert isinstance(update, Done)
    assert update.pictures[1] == Delivered(url="https://a/2", remote_id="t", remote_index=2)
