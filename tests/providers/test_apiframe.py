import json
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from bot.domain import Fit, Op, Options, ResultState
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    ProviderError,
    QuotaSpent,
    Rejected,
)
from bot.providers import Off, Parts, apiframe
from bot.providers.api import ApiClient, open_client
from bot.providers.apiframe import ONLY_ITS_OWN, SPEC, UPSCALE_FIRST, Apiframe, build
from bot.providers.apiframe_answers import (
    explain,
    parse,
    parse_account,
    parse_submit,
    parse_webhook,
)
from bot.providers.base import (
    Delivered,
    Done,
    Failed,
    Job,
    PricedPer,
    Provider,
    Travel,
    Update,
    Waiting,
)
from bot.providers.parts import Hook
from bot.sandbox.standins.apiframe import ApiframeStandIn
from bot.sandbox.standins.common import KEY, Desk
from bot.settings import Settings
from tests import assets
from tests.providers.case import Case
from tests.providers.fields import assert_named, assert_settable
from tests.providers.remotes import bodies, job, prepared, reached, to_the_end
from tests.services.scripted import ThreadPictures

SEED_FIELDS = ("parent_task_id", "mask", "prompt", "webhook_url", "webhook_secret")
TASK = "29e983ca-7e86-4017-a9e3-ef6fe9cd5f2a"
CDN = "https://cdn.apiframe.pro/images"
HOOK = Hook("https://bot.example/hook/1", "planted-secret")


def settings(desk: Desk) -> dict[str, str]:
    return {"apiframe_api_key": KEY, "apiframe_base_url": f"{desk.origin}/"}


CASE = Case(
    spec=SPEC,
    factory=apiframe.provider,
    standin=ApiframeStandIn,
    settings=settings,
    parse=parse,
    means={
        "done": "done ok ok ok ok",
        "processing": f"waiting {TASK}",
        "finished_live": "done ok failed",
        "upscaled": "done ok",
        "upscaled_camel": "done ok",
        "staged": "waiting t",
        "retry": "waiting t",
        "unknown_shape": "odd",
        "other_version": "odd",
        "finished_without_pictures": "failed bad_answer",
        "failed": "failed rejected",
        "failed_banned": "failed filtered",
        "failed_silent": "failed rejected",
    },
    # What is imagined stands for itself, whatever its shape.
    ends={"of another shape": "done"},
)


def at_hand(**options: Any) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(ApiframeStandIn, apiframe.provider, settings, **options)


def step(folder: Path, op: Op, parent: Delivered | None = None, **changes: Any) -> Job:
    """A job as the engine makes it: without files unless it pastes back."""
    offline: Any = None
    made = job(
        folder, Apiframe(offline, "http://127.0.0.1:9", SecretStr("k")), op, count=4, **changes
    )
    if op is not Op.INPAINT:
        made = replace(made, picture=None, mask=None, fit=Fit((0, 0, 0, 0), 0, 0))
    if parent is None:
        return made
    return replace(made, parent_remote_id=parent.remote_id, parent_remote_index=parent.remote_index)


def test_every_field_of_the_seed_is_sent(tmp_path: Path) -> None:
    work = step(tmp_path, Op.INPAINT, Delivered(remote_id=TASK), prompt="a bird")
    path, body = build(work, "data:image/png;base64,AAAA", HOOK)
    assert path == "/inpaint"
    assert list(body) == list(SEED_FIELDS)
    without = build(work, "data:image/png;base64,AAAA")[1]
    assert without == {
        "parent_task_id": TASK,
        "mask": "data:image/png;base64,AAAA",
        "prompt": "a bird",
    }
    assert_named(SPEC, SEED_FIELDS, without)
    assert {each.name for each in SPEC.fixed} == set(SEED_FIELDS) - {"mask", "prompt"}
    assert_settable(SPEC, Op.INPAINT, lambda params: build(replace(work, params=params))[1])


def test_the_steps_before_it_have_their_own_bodies(tmp_path: Path) -> None:
    imagine = step(
        tmp_path, Op.IMAGINE, prompt="a fox", options=Options(extra={"aspect_ratio": "3:2"})
    )
    assert build(imagine) == ("/imagine", {"prompt": "a fox", "aspect_ratio": "3:2"})
    assert_settable(SPEC, Op.IMAGINE, lambda params: build(replace(imagine, params=params))[1])
    upscale = step(tmp_path, Op.UPSCALE, Delivered(remote_id=TASK, remote_index=3))
    # The index is a text.
    assert build(upscale) == ("/upscale-1x", {"parent_task_id": TASK, "index": "3"})


REFUSALS: dict[str, tuple[Op, Delivered | None, str]] = {
    "an upload": (Op.INPAINT, None, ONLY_ITS_OWN),
    "an upload to enlarge": (Op.UPSCALE, Delivered(remote_index=1), ONLY_ITS_OWN),
    "one of four": (Op.INPAINT, Delivered(remote_id=TASK, remote_index=2), UPSCALE_FIRST),
    "upscaled already": (Op.UPSCALE, Delivered(remote_id=TASK), "upscaled already"),
    "another operation": (Op.OUTPAINT, Delivered(remote_id=TASK), "cannot outpaint"),
}


@pytest.mark.parametrize(("op", "parent", "words"), REFUSALS.values(), ids=REFUSALS)
def test_what_does_not_follow_from_its_own_pictures_is_refused(
    op: Op, parent: Delivered | None, words: str, tmp_path: Path
) -> None:
    work = step(tmp_path, Op.INPAINT, parent)
    with pytest.raises(Rejected) as caught:
        build(replace(work, op=op))
    assert words in caught.value.sentence
    assert "charged" in caught.value.sentence


def test_the_spec_says_what_follows_from_what() -> None:
    assert SPEC.ops[Op.IMAGINE].image is None
    for op, parents in ((Op.UPSCALE, {Op.IMAGINE, Op.INPAINT}), (Op.INPAINT, {Op.UPSCALE})):
        assert SPEC.ops[op].image is Travel.PARENT
        assert SPEC.ops[op].parents == parents
        assert "/imagine" in SPEC.ops[op].parent_reason
    prices = {op: each.price.units for op, each in SPEC.ops.items()}
    assert prices == {Op.IMAGINE: 4, Op.UPSCALE: 2, Op.INPAINT: 4}
    assert all(each.price.per is PricedPer.JOB for each in SPEC.ops.values())
    assert {op: each.makes for op, each in SPEC.ops.items()} == {
        Op.IMAGINE: 4,
        Op.UPSCALE: 1,
        Op.INPAINT: 4,
    }


def four(task_id: str) -> tuple[Delivered, ...]:
    return tuple(
        Delivered(url=f"{CDN}/{n}.png", remote_id=task_id, remote_index=n) for n in range(1, 5)
    )


UPDATES: dict[str, Update | type[BadAnswer]] = {
    "done": Done(four(TASK), TASK),
    "processing": Waiting(TASK, 4.0, "Painting", 80),
    "finished_live": Done(
        (
            four("t")[0],
            Delivered(ResultState.FAILED, remote_id="t", remote_index=2),
        ),
        "t",
    ),
    "upscaled": Done((Delivered(url=f"{CDN}/u.png", remote_id="t"),), "t"),
    "upscaled_camel": Done((Delivered(url=f"{CDN}/u.png", remote_id="t"),), "t"),
    "staged": Waiting("t", 4.0, "Waiting in APIFRAME's queue"),
    "retry": Waiting("t", 4.0, "Trying again"),
    "unknown_shape": BadAnswer,
    "other_version": BadAnswer,
}
FAILURES: dict[str, tuple[type[ProviderError], str]] = {
    "finished_without_pictures": (BadAnswer, "do not understand"),
    "failed": (Rejected, "APIFRAME refused this: Midjourney did not answer. You were not"),
    "failed_banned": (Filtered, "safety filter"),
    "failed_silent": (Rejected, "The provider refused this job"),
}


def test_every_kept_answer_is_judged_here() -> None:
    assert set(bodies("apiframe")) == {*UPDATES, *FAILURES}


@pytest.mark.parametrize(("name", "expected"), UPDATES.items(), ids=UPDATES)
def test_a_task_is_read(name: str, expected: Update | type[BadAnswer]) -> None:
    body = bodies("apiframe")[name]
    if isinstance(expected, type):
        with pytest.raises(expected) as caught:
            parse(body)
        assert "keys" in caught.value.log
    else:
        assert parse(body) == expected


@pytest.mark.parametrize(("name", "expected"), FAILURES.items(), ids=FAILURES)
def test_a_task_that_came_to_nothing_says_why(
    name: str, expected: tuple[type[ProviderError], str]
) -> None:
    update = parse(bodies("apiframe")[name])
    assert isinstance(update, Failed)
    assert type(update.error) is expected[0]
    assert expected[1] in update.error.sentence


def test_a_task_that_failed_for_being_busy_is_over_all_the_same() -> None:
    update = parse({"task_id": "t", "status": "failed", "message": "Too many requests"})
    assert isinstance(update, Failed)
    assert type(update.error) is Rejected


@pytest.mark.parametrize(
    ("percentage", "shown"),
    [("0", 0), ("100", 100), ("250", 100), (80, 80), ("", None), (None, None), ("-5", None)],
)
def test_percents_are_texts_of_any_kind(percentage: object, shown: int | None) -> None:
    update = parse({"task_id": "t", "status": "processing", "percentage": percentage})
    assert isinstance(update, Waiting)
    assert update.percent == shown


@pytest.mark.parametrize("body", [None, [], "x", {}, {"task_id": 1}, {"task_id": None}])
def test_a_shape_nobody_knows_is_a_bad_answer(body: Any) -> None:
    for read in (parse, parse_submit, parse_account):
        with pytest.raises(BadAnswer):
            read(body)


ERRORS: dict[str, tuple[int, Any, type[ProviderError] | None]] = {
    "as documented": (400, {"errors": [{"msg": "Invalid request"}]}, Rejected),
    "a banned word": (400, {"errors": [{"msg": "Banned prompt: nude"}]}, Filtered),
    "no credits": (400, {"message": "Insufficient credits"}, QuotaSpent),
    "nothing said": (400, {}, None),
    "wrong key": (401, {}, None),
    "broken": (500, {}, None),
}


@pytest.mark.parametrize(("status", "body", "expected"), ERRORS.values(), ids=ERRORS)
def test_an_error_answer_is_read(
    status: int, body: Any, expected: type[ProviderError] | None
) -> None:
    assert type(explain(status, body)) is (expected or type(None))


def test_an_error_inside_a_good_answer_is_a_refusal() -> None:
    update = parse_submit({"errors": [{"msg": "Invalid request"}]})
    assert isinstance(update, Failed)
    assert type(update.error) is Rejected


HOOK_BODY = json.dumps({"task_id": TASK, "status": "processing"}).encode()
WEBHOOKS: dict[str, tuple[Mapping[str, str], bytes, str, str | None]] = {
    "genuine": ({"x-webhook-secret": "s3cret"}, HOOK_BODY, "s3cret", TASK),
    "any case": ({"X-Webhook-Secret": "s3cret"}, HOOK_BODY, "s3cret", TASK),
    "another secret": ({"x-webhook-secret": "other"}, HOOK_BODY, "s3cret", None),
    "no secret": ({}, HOOK_BODY, "s3cret", None),
    "none is set": ({"x-webhook-secret": ""}, HOOK_BODY, "", None),
    "not JSON": ({"x-webhook-secret": "s3cret"}, b"\xff{", "s3cret", None),
    "no task": ({"x-webhook-secret": "s3cret"}, b"[]", "s3cret", None),
    "odd letters": ({"x-webhook-secret": "s\u00e9cret"}, HOOK_BODY, "s3cret", None),
}


@pytest.mark.parametrize(("headers", "body", "secret", "expected"), WEBHOOKS.values(), ids=WEBHOOKS)
def test_a_webhook_names_its_task_only_with_our_secret(
    headers: Mapping[str, str], body: bytes, secret: str, expected: str | None
) -> None:
    assert parse_webhook(headers, body, secret) == expected


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
    async with at_hand(pace_s=0.15) as (_, provider):
        work = step(tmp_path, Op.IMAGINE, prompt="vase #backwards")
        seen, _ = await to_the_end(provider, work)
        assert [waiting.percent for waiting in seen[1:3]] == [80, 80]


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
