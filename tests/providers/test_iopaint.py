from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.domain import Op, Options
from bot.errors import BadAnswer, PictureLost, Rejected, Unavailable
from bot.providers import Off, Parts, iopaint
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Done, Failed, Idempotency, Job, Provider, Update, Waiting
from bot.providers.iopaint import SPEC, Iopaint, build, explain, parse_model, parse_models
from bot.sandbox.standins.common import Desk
from bot.sandbox.standins.iopaint import IopaintStandIn
from bot.services.records import from_json, to_json
from bot.settings import Settings
from tests import assets
from tests.providers.case import Case
from tests.providers.remotes import job, prepared, reached, soon, to_the_end
from tests.services.scripted import ThreadPictures

SD = "runwayml/stable-diffusion-inpainting"
EVERYTHING = Options(
    model=SD,
    negative_prompt="blurry",
    seed=7,
    strength=0.5,
    guidance=4.0,
    steps=20,
    extra={
        "sampler": "UniPC",
        "mask_blur": "3",
        "hd_strategy": "Resize",
        "cv2_flag": "INPAINT_TELEA",
        "cv2_radius": "9",
    },
)


def settings(desk: Desk) -> dict[str, str]:
    return {"iopaint_base_url": f"{desk.origin}/"}


def no_updates(body: Any) -> Update:
    """It answers with pictures, so there is nothing to read."""
    raise BadAnswer


CASE = Case(
    spec=SPEC,
    factory=iopaint.provider,
    standin=IopaintStandIn,
    settings=settings,
    parse=no_updates,
    means={},
    starts=False,
    inline=True,
    # It is asked for each picture by itself, and for nothing that costs.
    ends={"fewer pictures": None},
)


def at_hand(**options: Any) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(IopaintStandIn, iopaint.provider, settings, **options)


def plain(folder: Path, **changes: Any) -> Job:
    offline: Any = None
    return job(folder, Iopaint(offline, "http://127.0.0.1:9"), side_px=96, **changes)


def test_it_is_free_repeatable_and_one_at_a_time() -> None:
    assert set(SPEC.ops) == {Op.INPAINT, Op.ERASE, Op.OUTPAINT}
    assert not any(op.price.units for op in SPEC.ops.values())
    assert SPEC.idempotency is Idempotency.REPEATABLE
    assert SPEC.concurrency == 1


def test_what_nobody_asked_for_is_as_documented(tmp_path: Path) -> None:
    assert build(plain(tmp_path), 1, "AAAA", "BBBB") == {
        "image": "AAAA",
        "mask": "BBBB",
        "prompt": "a red vase",
        "negative_prompt": "",
        "sd_seed": 7,
        "sd_steps": 50,
        "sd_strength": 1.0,
        "sd_guidance_scale": 7.5,
        "sd_mask_blur": 11,
        "sd_keep_unmasked_area": True,
        "hd_strategy": "Crop",
        "cv2_flag": "INPAINT_NS",
        "cv2_radius": 4,
    }


def test_what_was_asked_for_has_iopaints_names(tmp_path: Path) -> None:
    body = build(plain(tmp_path, options=EVERYTHING), 3, "AAAA", "BBBB")
    assert body["sd_seed"] == 9
    assert (body["sd_steps"], body["sd_strength"], body["sd_guidance_scale"]) == (20, 0.5, 4.0)
    assert (body["sd_sampler"], body["sd_mask_blur"]) == ("UniPC", 3)
    assert (body["hd_strategy"], body["cv2_flag"], body["cv2_radius"]) == (
        "Resize",
        "INPAINT_TELEA",
        9,
    )
    assert body["negative_prompt"] == "blurry"


def test_erasing_needs_no_words(tmp_path: Path) -> None:
    assert build(plain(tmp_path, op=Op.ERASE), 1, "", "")["prompt"] == ""


def test_the_servers_models_are_read() -> None:
    models = parse_models({"plugins": [], "modelInfos": [{"name": "lama"}, {"name": SD}, {}]})
    assert [model.id for model in models] == ["lama", SD]
    for body in (None, {}, [], {"modelInfos": None}):
        with pytest.raises(BadAnswer):
            parse_models(body)
        with pytest.raises(BadAnswer):
            parse_model(body)


ERRORS: dict[str, tuple[int, Any, str | None]] = {
    "sizes": (
        400,
        {"error": "HTTPException", "detail": "Image size((2, 2)) and mask size((3, 3)) not match."},
        "IOPaint could not do this: Image size((2, 2)) and mask size((3, 3)) not match. You were",
    ),
    "a field": (
        422,
        {"detail": [{"loc": ["body", "sd_sampler"], "msg": "no"}, {"loc": [], "msg": "x"}]},
        "IOPaint does not take this `sd_sampler`. You were not charged.",
    ),
    "whatever broke": (
        500,
        {"error": "KeyError", "detail": "", "body": "", "errors": ""},
        "IOPaint could not do this: KeyError. You were not charged.",
    ),
    "a page": (500, None, None),
    "a proxy": (502, {"error": "bad gateway"}, None),
}


@pytest.mark.parametrize(("status", "body", "words"), ERRORS.values(), ids=ERRORS)
def test_an_error_answer_is_read(status: int, body: Any, words: str | None) -> None:
    error = explain(status, body)
    assert (error is None) is (words is None)
    assert error is None or error.sentence.startswith(words or "")


async def test_each_poll_paints_one_picture_with_its_own_seed(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = job(tmp_path, provider, side_px=96, count=3)
        seen, done = await to_the_end(provider, work)
        assert [waiting.stage for waiting in seen] == [f"Painting {n} of 3" for n in (1, 2, 3)]
        assert isinstance(done, Done)
        assert [picture.seed for picture in done.pictures] == [7, 8, 9]
        assert desk.calls("poll") == 3
        for n, picture in enumerate(done.pictures):
            await provider.download(picture, tmp_path / f"raw-{n}")
        sent = desk.seen[0].body
    with Image.open(tmp_path / "raw-0") as first, Image.open(tmp_path / "raw-1") as second:
        assert first.format == "PNG"
        assert assets.changed(first, second).getbbox()
        with Image.open(tmp_path / "picture.png") as picture:
            marks = assets.mask(96, 96).getbbox()
            assert assets.changed(first, picture).getbbox() == marks
    assert not sent["image"].startswith("data:")


async def test_a_restart_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = job(tmp_path, provider, side_px=96, count=2)
        waiting = await provider.submit(work)
        assert isinstance(waiting, Waiting)
        waiting = await provider.poll(work, waiting)
        assert isinstance(waiting, Waiting)
        # What the row keeps is all that is left.
        waiting = from_json(Waiting, to_json(waiting))
        (tmp_path / "painted-1").unlink()
        after = await provider.poll(work, waiting)
        assert isinstance(after, Waiting)
        assert after.state == {"done": [1]}
        assert isinstance(await provider.poll(work, after), Done)
        assert desk.calls("poll") == 3


async def test_the_stand_in_answers_as_version_1_6_does(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        await to_the_end(provider, job(tmp_path, provider, side_px=96))
        body = desk.seen[0].body
        assert desk.session
        url = f"{desk.origin}/api/v1/inpaint"
        changes: tuple[tuple[int, str, dict[str, Any]], ...] = (
            (200, "image/png", {"image": f"data:image/png;base64,{body['image']}"}),
            (422, "application/json", {"sd_sampler": "nobody"}),
            (422, "application/json", {"sd_strength": 1.5}),
            (500, "application/json", {"mask": "nonsense"}),
        )
        for status, kind, change in changes:
            async with desk.session.post(url, json={**body, **change}) as answer:
                assert (answer.status, answer.content_type) == (status, kind)
                assert ("X-Seed" in answer.headers) is (status == 200)


async def test_only_an_installed_model_is_switched_to(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        for name in ("lama", "lama", SD):
            wish = Options(model=name)
            await provider.upload(job(tmp_path, provider, side_px=96, options=wish))
        switched = [each.body["name"] for each in desk.seen if each.call == "model" and each.body]
        assert switched == ["lama", SD]
        with pytest.raises(Rejected) as caught:
            await provider.upload(
                job(tmp_path, provider, side_px=96, options=Options(model="nothing"))
            )
        assert "no model `nothing`" in caught.value.sentence
        assert [model.id for model in await provider.models()] == ["cv2", "lama", SD]


async def test_without_a_wish_the_operators_model_is_taken(tmp_path: Path) -> None:
    async with at_hand() as (desk, _), open_client() as client:
        provider = Iopaint(ApiClient(client), desk.origin, "lama")
        await prepared(provider, job(tmp_path, provider, side_px=96))
        assert [each.body for each in desk.seen if each.body] == [{"name": "lama"}]


async def test_what_breaks_over_there_ends_here_at_once(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = job(tmp_path, provider, side_px=96, prompt="vase #failed")
        _, update = await to_the_end(provider, work)
        assert isinstance(update, Failed)
        assert "CUDA out of memory" in update.error.sentence
        assert desk.calls("poll") == 1


async def test_an_answer_without_a_picture_is_none(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = job(tmp_path, provider, side_px=96, prompt="vase #empty")
        with pytest.raises(BadAnswer):
            await to_the_end(provider, work)
        assert desk.calls("poll") == 1


async def test_a_server_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = job(tmp_path, provider, side_px=96)
        waiting = await provider.submit(work)
        assert isinstance(waiting, Waiting)
    async with open_client() as client:
        again = Iopaint(ApiClient(client, sleep=soon), desk.origin)
        with pytest.raises(Unavailable):
            await again.poll(work, waiting)


async def test_a_lost_file_is_said(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        work = replace(job(tmp_path, provider, side_px=96), mask=None)
        with pytest.raises(PictureLost):
            await to_the_end(provider, work)


async def test_it_is_off_without_an_address() -> None:
    async with open_client() as client:
        empty: dict[str, Any] = {"_env_file": None}
        made = iopaint.provider(Parts(Settings(**empty), ApiClient(client), ThreadPictures()))
    assert isinstance(made, Off)
    assert "IOPAINT_BASE_URL" in made.reason
