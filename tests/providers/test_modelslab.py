"""ModelsLab: what is sent, and whole edits against its stand-in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from PIL import Image

from bot.domain import Op, Options
from bot.providers import modelslab
from bot.providers.base import Done, Waiting
from bot.providers.modelslab import build
from bot.providers.modelslab_spec import SPEC
from bot.providers.parts import Hook
from bot.sandbox.standins.common import KEY, serving
from bot.sandbox.standins.modelslab import ModelsLabStandIn
from tests import assets
from tests.providers.fields import assert_named, assert_settable
from tests.providers.media import media_links
from tests.providers.modelslab_case import at_hand
from tests.providers.remotes import bodies, job, prepared, to_the_end

# The seed's table in its order, and the field that only its examples have.
NAMES = (
    "key prompt negative_prompt init_image mask_image width height samples safety_checker "
    "enhance_prompt guidance_scale strength instant_response base64 seed webhook track_id "
    "num_inference_steps"
)
META_NAMES = (
    "H W file_prefix guidance_scale init_image mask_image n_samples negative_prompt outdir prompt "
    "safetychecker seed steps strength"
)
FIELDS, META_FIELDS = NAMES.split(), META_NAMES.split()
PICTURES = {"picture": "https://host/in.png", "mask": "https://host/mask.png"}
EVERYTHING = Options(
    negative_prompt="blurry",
    seed=3163825381,
    strength=0.5,
    guidance=3.0,
    steps=20,
    extra={"enhance_prompt": "yes", "safety_checker": "no"},
)


async def test_every_field_of_the_seed_is_sent_or_says_why_not(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        work = job(tmp_path, provider, options=EVERYTHING, count=2)
    body = {"key": KEY, **build(work, PICTURES)}
    assert_named(SPEC, FIELDS, body)
    assert body == {
        "key": KEY,
        "prompt": "a red vase",
        "negative_prompt": "blurry",
        "init_image": "https://host/in.png",
        "mask_image": "https://host/mask.png",
        "width": 512,
        "height": 512,
        "samples": 2,
        "num_inference_steps": 20,
        "safety_checker": "no",
        "enhance_prompt": "yes",
        "guidance_scale": 3,
        "strength": 0.5,
        "instant_response": False,
        "base64": False,
        "seed": 3163825381,
        "webhook": None,
        "track_id": None,
    }
    assert_settable(SPEC, Op.INPAINT, lambda params: build(replace(work, params=params), PICTURES))


async def test_what_nobody_asked_for_is_documented_and_safe(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        body = build(job(tmp_path, provider), PICTURES)
    # Their default for both is the other one.
    assert (body["safety_checker"], body["enhance_prompt"]) == ("yes", "no")
    assert (body["num_inference_steps"], body["guidance_scale"], body["strength"]) == (30, 5, 0.7)
    assert (body["negative_prompt"], body["seed"]) == (None, None)


async def test_a_webhook_brings_the_tasks_own_number(tmp_path: Path) -> None:
    class Hooks:
        def hook(self, slug: str, task_id: str) -> Hook | None:
            return Hook(f"https://bot.example/hooks/{slug}/{task_id}", "unused")

    async with at_hand() as (desk, provider):
        assert isinstance(provider, modelslab.ModelsLab)
        provider = replace(provider, hooks=Hooks())
        await to_the_end(provider, job(tmp_path, provider, side_px=256))
        sent = desk.sent("submit")[0].body
    assert sent["webhook"] == "https://bot.example/hooks/modelslab/t1"
    assert sent["track_id"] == int("t1", 36)


def test_the_largest_task_id_fits_a_number_of_json() -> None:
    assert int("z" * 10, 36) < 2**53


def seeds_example() -> dict[str, Any]:
    """The first example body of the seed, word for word but for the addresses and the key."""
    return {
        "key": "",
        "prompt": "a cat sitting on a bench",
        "negative_prompt": None,
        "init_image": "",
        "mask_image": "",
        "width": "512",
        "height": "512",
        "samples": 1,
        "num_inference_steps": "30",
        "safety_checker": "no",
        "enhance_prompt": "yes",
        "guidance_scale": 5,
        "strength": 0.7,
        "base64": False,
        "seed": None,
        "webhook": None,
        "track_id": None,
    }


@pytest.mark.parametrize("changes", [{}, {"samples": "1"}, {"instant_response": "true"}])
async def test_the_standin_takes_the_seeds_example_and_answers_in_its_shape(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    async with (
        media_links() as media,
        serving(ModelsLabStandIn) as desk,
        ClientSession() as session,
    ):
        files = {
            "init_image": media.link(assets.save(assets.photo(64, 48), tmp_path / "in.png")),
            "mask_image": media.link(assets.save(assets.mask(64, 48), tmp_path / "mask.png")),
        }
        body = {**seeds_example(), **files, "key": KEY, **changes}
        async with session.post(f"{desk.origin}/api/v6/image_editing/inpaint", json=body) as answer:
            said = await answer.json()
    example = bodies("modelslab")[
        "seed_success" if "instant_response" not in changes else "processing"
    ]
    assert set(said) == set(example)
    if "instant_response" not in changes:
        assert set(said["meta"]) == set(META_FIELDS) == set(example["meta"])
        assert (said["meta"]["W"], said["meta"]["steps"], said["meta"]["n_samples"]) == (512, 20, 1)
        assert kinds(said["meta"]) == kinds(example["meta"])
    assert kinds(said) == kinds(example)


def kinds(answer: dict[str, Any]) -> dict[str, str]:
    return {name: type(value).__name__ for name, value in answer.items()}


@pytest.mark.parametrize("how", ["at once", "queued", "after a while"])
async def test_an_edit_goes_there_and_back(how: str, tmp_path: Path) -> None:
    prompt = "a red vase #queued" if how == "queued" else "a red vase"
    async with at_hand(pace_s=0.1 if how == "after a while" else 0) as (desk, provider):
        work = job(tmp_path, provider, side_px=256, count=2, prompt=prompt)
        seen, update = await to_the_end(provider, work)
        assert isinstance(update, Done)
        assert bool(seen) is (how != "at once")
        for n, picture in enumerate(update.pictures, 1):
            await provider.download(picture, tmp_path / f"raw-{n}")
        assert desk.calls("upload") == 2
        assert all(call.body["key"] == KEY for call in desk.seen if call.call != "file")
    with Image.open(tmp_path / "raw-1") as one, Image.open(tmp_path / "raw-2") as two:
        assert one.size == (256, 256)
        sent = assets.photo(256, 256)
        assert assets.changed(one, sent).getbbox() == (85, 85, 170, 170)
        assert assets.changed(one, two).getbbox() is not None


async def test_our_own_addresses_are_preferred_to_uploads(tmp_path: Path) -> None:
    async with media_links() as media, at_hand(media=media) as (desk, provider):
        _, update = await to_the_end(provider, job(tmp_path, provider, side_px=256))
        assert isinstance(update, Done)
        assert media.fetched == ["picture.png", "mask.png"]
        assert desk.calls("upload") == 0


async def test_it_is_asked_again_where_it_said_and_nowhere_else(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = await prepared(
            provider, job(tmp_path, provider, side_px=256, prompt="a vase #queued")
        )
        update = await provider.submit(work)
        assert isinstance(update, Waiting)
        assert (
            update.state["fetch"] == f"{desk.origin}/api/v6/image_editing/fetch/{update.remote_id}"
        )
        elsewhere = "https://elsewhere.r2.dev/api/v6/image_editing/fetch/1"
        for fetch in (elsewhere, f"{desk.origin}/api/v6evil/1", None):
            kept = replace(update, state={"fetch": fetch})
            assert isinstance(await provider.poll(work, kept), Done)
        assert desk.calls("poll") == 3


async def test_a_fetch_keeps_what_the_start_said(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        work = await prepared(
            provider, job(tmp_path, provider, side_px=256, prompt="a vase #endless")
        )
        first = await provider.submit(work)
        assert isinstance(first, Waiting)
        later = await provider.poll(work, first)
        assert isinstance(later, Waiting)
        assert (later.remote_id, later.state) == (first.remote_id, first.state)
