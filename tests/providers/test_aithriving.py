from base64 import b64encode
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from PIL import Image

from bot.domain import Op, Options
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    Filtered,
    NotSent,
    ProviderError,
    QuotaSpent,
    Rejected,
)
from bot.providers import aithriving
from bot.providers.aithriving import SPEC, build, parse
from bot.providers.base import Done, Failed, Provider, Travel, Waiting
from bot.sandbox.standins.aithriving import AIThrivingStandIn
from bot.sandbox.standins.common import KEY, Desk, serving
from bot.sandbox.standins.faults import Fault, Kind
from bot.services.prepare import saved
from tests import assets
from tests.providers.case import Case
from tests.providers.fields import assert_named, assert_settable
from tests.providers.remotes import bodies, job, reached

# The seed's table, in its order.
FIELDS = ("image", "prompt", "negative_prompt", "mask", "seed", "output_format")
EVERYTHING = Options(negative_prompt="blurry", seed=4_294_967_294, extra={"output_format": "webp"})


def settings(desk: Desk) -> dict[str, str]:
    return {"aithriving_api_key": KEY, "aithriving_base_url": f"{desk.origin}/"}


CASE = Case(
    spec=SPEC,
    factory=aithriving.provider,
    standin=AIThrivingStandIn,
    settings=settings,
    parse=parse,
    means={
        "seed_text": "done ok",
        "table_object": "done ok",
        "data_url": "done ok",
        "no_base64": "failed bad_answer",
        "empty": "failed bad_answer",
        "empty_text": "failed bad_answer",
        "nothing": "failed bad_answer",
        "failed": "failed rejected",
        "failed_moderated": "failed filtered",
        "failed_credits": "failed quota",
        "failed_token": "failed auth",
        "failed_busy": "failed not_sent",
        "failed_silent": "failed rejected",
        "unknown_shape": "odd",
        "a_text": "odd",
    },
    polls=False,
    inline=True,
    # As base64 it is more than an answer may be, and what is not read to its end is not known.
    ends={"too large": "unknown unknown"},
)


def at_hand(**changes: str) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(
        AIThrivingStandIn, aithriving.provider, lambda desk: {**settings(desk), **changes}
    )


async def edited(provider: Provider, folder: Path, **changes: Any) -> Image.Image:
    """Submit, keep and hand over, as the engine does."""
    work = job(folder, provider, side_px=96, **changes)
    update = await provider.submit(work)
    assert isinstance(update, Done)
    (picture,) = (await saved(update, folder)).pictures
    await provider.download(picture, folder / "raw-1")
    with Image.open(folder / "raw-1") as image:
        image.load()
        return image


async def test_every_field_of_the_seed_is_sent(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        work = job(tmp_path, provider, options=EVERYTHING)
    form = build(work, b"picture", b"mask")
    assert_named(SPEC, FIELDS, {**form.data, **form.files})
    assert form.data == {
        "prompt": "a red vase",
        "negative_prompt": "blurry",
        "seed": "4294967294",
        "output_format": "webp",
    }

    assert_settable(
        SPEC, Op.INPAINT, lambda params: build(replace(work, params=params), b"", None).data
    )


async def test_what_nobody_asked_for_is_left_out(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        form = build(job(tmp_path, provider), b"picture", None)
    assert form.data == {"prompt": "a red vase", "output_format": "png"}
    assert set(form.files) == {"image"}


@pytest.mark.parametrize("header", ["authorization", "Authentication"])
@pytest.mark.parametrize("as_text", [False, True])
async def test_the_standin_takes_the_seeds_example_and_answers_in_its_shapes(
    header: str, as_text: bool
) -> None:
    form = FormData(
        {
            "prompt": "your-prompt",
            "negative_prompt": "your-negative-prompt",
            "output_format": "webp",
        }
    )
    for name, picture in (("image", assets.photo(96, 64)), ("mask", assets.mask(96, 64))):
        form.add_field(name, assets.encoded(picture, "PNG"), filename=f"your-{name}.png")
    async with serving(AIThrivingStandIn) as desk, ClientSession() as session:
        desk.behavior |= {"text"} if as_text else set()
        url, headers = f"{desk.origin}/api/edit/inpaint", {header: KEY}
        async with session.post(url, data=form, headers=headers) as response:
            said = await response.json()
    assert set(said) == {"code", "message", "data"}
    assert (said["code"], said["message"]) == (0, "success")
    assert isinstance(said["data"], str) if as_text else set(said["data"]) == {"image", "seed"}
    update = parse(said)
    assert isinstance(update, Done)
    with Image.open(BytesIO(update.pictures[0].data or b"")) as image:
        assert (image.format, image.size) == ("WEBP", (96, 64))


@pytest.mark.parametrize("word", ["", " #text", " #prefixed"])
async def test_an_edit_goes_there_and_back_in_every_shape(word: str, tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        picture = await edited(provider, tmp_path, prompt=f"a red vase{word}")
        (start,) = desk.sent("submit")
    assert assets.changed(picture, assets.photo(96, 96)).getbbox() == (32, 32, 64, 64)
    assert (start.headers["Authorization"], start.headers["Authentication"]) == (KEY, KEY)
    assert set(start.body) == {"image", "mask", "prompt", "output_format"}


async def test_the_mask_can_go_as_transparency(tmp_path: Path) -> None:
    async with at_hand(aithriving_mask="alpha") as (desk, provider):
        assert provider.spec.ops[Op.INPAINT].mask is Travel.ALPHA
        clear = assets.photo(96, 96)
        clear.putalpha(Image.eval(assets.mask(96, 96), lambda value: 255 - value))
        work = job(tmp_path, provider, side_px=96)
        assets.save(clear, work.picture or tmp_path)
        update = await provider.submit(work)
        assert isinstance(update, Done)
        assert "mask" not in desk.sent("submit")[0].body
    with Image.open(BytesIO(update.pictures[0].data or b"")) as image:
        assert assets.changed(image, assets.photo(96, 96)).getbbox() == (32, 32, 64, 64)


async def test_the_same_seed_paints_alike_and_is_told(tmp_path: Path) -> None:
    made: list[bytes | None] = []
    async with at_hand() as (_, provider):
        for n, seed in enumerate((7, 7, 8)):
            work = job(tmp_path / str(n), provider, side_px=96, options=Options(seed=seed))
            update = await provider.submit(work)
            assert isinstance(update, Done)
            assert update.pictures[0].seed == seed
            assert update.cost_units == Decimal(6)
            made.append(update.pictures[0].data)
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("nsfw", "filtered"), ("poor", "quota"), ("failed", "rejected"), ("no_base64", "bad_answer")],
)
async def test_a_failure_in_a_200_costs_nothing(word: str, expected: str, tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = job(tmp_path, provider, side_px=96, prompt=f"a vase #{word}")
        update = await provider.submit(work)
        assert desk.calls("submit") == 1
    assert isinstance(update, Failed)
    assert update.error.code == expected
    assert "not charged" in update.error.sentence


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"code": -1, "message": "Too many requests"}, NotSent),
        (200, {"image": "?"}, AmbiguousSubmit),
        (400, {"message": "image is too large"}, Rejected),
        (400, {"errors": []}, Rejected),
        (401, {"message": "no"}, AuthFailed),
        (403, {"name": "content_moderation", "errors": ["flagged"]}, Filtered),
        (403, {"message": "no"}, AuthFailed),
        (402, {}, QuotaSpent),
        (422, {"error": "Insufficient balance"}, QuotaSpent),
        (429, {"message": "slow down"}, NotSent),
        (500, {"message": "flagged"}, AmbiguousSubmit),
    ],
)
async def test_other_answers_are_what_they_say(
    status: int, body: Any, expected: type[ProviderError], tmp_path: Path
) -> None:
    async with at_hand() as (desk, provider):
        desk.faults["submit"] = Fault(Kind.STATUS, status, body)
        with pytest.raises(expected):
            await provider.submit(job(tmp_path, provider, side_px=96))
        assert desk.calls("submit") == 1


def test_a_seed_may_be_missing_or_odd() -> None:
    text = b64encode(b"picture").decode()
    for seed, known in ((5, 5), (None, None), ("x", None)):
        update = parse({"code": 0, "data": {"image": text, "seed": seed}})
        assert isinstance(update, Done)
        assert update.pictures[0].seed == known


def test_answers_are_kept_as_they_came() -> None:
    update = parse(bodies("aithriving")["data_url"])
    assert isinstance(update, Done)
    assert (update.pictures[0].data or b"").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, {"code": -1, "message": "Invalid token"}, AuthFailed),
        (200, {"code": -1, "message": "Insufficient credits"}, QuotaSpent),
        (200, {"code": -1, "message": "image is required"}, None),
        (400, {"message": "image is required"}, None),
        (401, {}, AuthFailed),
        (402, {}, QuotaSpent),
        (500, {}, None),
    ],
)
async def test_a_check_sends_no_picture_and_finds_a_wrong_key(
    status: int, body: Any, expected: type[ProviderError] | None
) -> None:
    async with at_hand() as (desk, provider):
        assert await provider.balance() is None
        assert [call.body for call in desk.sent("submit")] == [{"image": b""}]
        desk.faults["submit"] = Fault(Kind.STATUS, status, body)
        with pytest.raises(expected) if expected else nullcontext():
            assert await provider.balance() is None


async def test_there_is_nothing_beside_the_start(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        work = job(tmp_path, provider, side_px=96)
        assert await provider.upload(work) == {}
        assert await provider.lookup(work) is None
        assert not await provider.cancel(work, Waiting("t", 1.0))
        assert isinstance(await provider.poll(work, Waiting("t", 1.0)), Failed)
        assert await provider.balance() is None
        assert await provider.models() == ()
        assert await provider.quote_units(work) is None
