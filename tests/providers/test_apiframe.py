"""Apiframe: what is sent, and how its answers are read, without a call."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain import Op, Options, ResultState
from bot.errors import (
    BadAnswer,
    Filtered,
    ProviderError,
    QuotaSpent,
    Rejected,
)
from bot.providers.apiframe import ONLY_ITS_OWN, SPEC, UPSCALE_FIRST, build
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
    PricedPer,
    Travel,
    Update,
    Waiting,
)
from tests.providers.apiframe_case import HOOK, TASK, step
from tests.providers.fields import assert_named, assert_settable
from tests.providers.remotes import bodies

SEED_FIELDS = ("parent_task_id", "mask", "prompt", "webhook_url", "webhook_secret")
CDN = "https://cdn.apiframe.pro/images"


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
