"""ModelsLab: how its answers, refusals and webhooks are read."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain import ResultState
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    NotSent,
    ProviderError,
    QuotaSpent,
    Rejected,
    Unavailable,
)
from bot.providers.base import Balance, Delivered, Done, Failed, Waiting
from bot.providers.modelslab_answers import (
    explain,
    parse,
    parse_balance,
    parse_upload,
    parse_webhook,
)
from bot.providers.modelslab_spec import SPEC
from bot.sandbox.standins.faults import Fault, Kind
from tests.providers.modelslab_case import at_hand
from tests.providers.remotes import bodies, job, prepared, to_the_end


def test_an_eta_says_when_to_look_but_not_too_late() -> None:
    for eta, after_s in ((20.9379869184, 20.0), (0.2, 1.0), (None, 3.0), ("soon", 3.0)):
        update = parse({"status": "processing", "id": 1, "eta": eta})
        assert isinstance(update, Waiting)
        assert update.poll_after_s == after_s


def test_a_single_picture_has_its_seed_and_its_place() -> None:
    update = parse(bodies("modelslab")["seed_success"])
    assert isinstance(update, Done)
    (picture,) = update.pictures
    assert (picture.seed, picture.remote_id, picture.remote_index) == (3163825381, "12384052", 1)
    assert picture.url == bodies("modelslab")["seed_success"]["output"][0]


@pytest.mark.parametrize(("word", "expected"), [("poor", QuotaSpent), ("nsfw_refused", Filtered)])
async def test_refusals_inside_a_200_are_told_apart(
    word: str, expected: type[ProviderError], tmp_path: Path
) -> None:
    async with at_hand() as (_, provider):
        work = job(tmp_path, provider, side_px=256, prompt=f"a vase #{word}")
        _, update = await to_the_end(provider, work)
    assert isinstance(update, Failed)
    assert type(update.error) is expected


async def test_its_own_words_reach_the_member(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        work = job(tmp_path, provider, side_px=256)
        gone = replace(work, uploads={"picture": "http://127.0.0.1:9/x", "mask": "nowhere"})
        update = await provider.submit(gone)
    assert isinstance(update, Failed)
    assert update.error.sentence == (
        "ModelsLab refused this: Unable to fetch image from provided URL. You were not charged."
    )
    assert "fetch" not in update.error.log


async def test_a_full_queue_is_tried_again_later(tmp_path: Path) -> None:
    async with at_hand(pace_s=60) as (_, provider):
        work = await prepared(provider, job(tmp_path, provider, side_px=256))
        for _ in range(SPEC.concurrency):
            assert isinstance(await provider.submit(work), Waiting)
        with pytest.raises(NotSent) as caught:
            await provider.submit(work)
    assert caught.value.retry_after_s == 30


async def test_a_rate_limit_on_a_fetch_passes(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        body = bodies("modelslab")["error_rate"]
        desk.faults["poll"] = Fault(Kind.STATUS, 200, body)
        with pytest.raises(Unavailable):
            await provider.poll(job(tmp_path, provider, side_px=256), Waiting("1", 1.0))


@pytest.mark.parametrize(
    ("status", "name", "expected"),
    [
        (400, "error_size", Rejected),
        (400, "error_nsfw", Filtered),
        (401, "error_key", AuthFailed),
        (402, "error_credits", QuotaSpent),
        (403, "error_prompt", AuthFailed),
        (429, "error_rate", NotSent),
        (500, "error_prompt", AmbiguousSubmit),
        (500, "error_rate", AmbiguousSubmit),
        (503, "unknown_shape", AmbiguousSubmit),
    ],
)
async def test_the_bodys_words_win_over_the_status(
    status: int, name: str, expected: type[ProviderError], tmp_path: Path
) -> None:
    async with at_hand() as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider, side_px=256))
        desk.faults["submit"] = Fault(Kind.STATUS, status, bodies("modelslab")[name])
        with pytest.raises(expected):
            await provider.submit(work)
        assert desk.calls("submit") == 1
    assert explain(500, bodies("modelslab")[name]) is None


async def test_an_upload_that_fails_has_started_nothing(tmp_path: Path) -> None:
    async with at_hand() as (desk, provider):
        work = job(tmp_path, provider, side_px=256)
        desk.faults["upload"] = Fault(Kind.STATUS, 200, {"status": "error", "message": "too big"})
        with pytest.raises(Rejected):
            await provider.upload(work)
        desk.faults["upload"] = Fault(Kind.HTML)
        with pytest.raises(BadAnswer):
            await provider.upload(work)
        assert desk.calls("submit") == 0


def test_an_upload_has_one_address() -> None:
    assert parse_upload({"status": "success", "id": 1, "output": ["https://a/1"]}) == "https://a/1"
    for body in ({"status": "processing", "id": 1}, {"status": "success", "output": []}, {}):
        with pytest.raises(BadAnswer):
            parse_upload(body)


async def test_the_wallet_is_read() -> None:
    async with at_hand() as (desk, provider):
        assert await provider.balance() == Balance(Decimal("43.6"), "USD")
        assert desk.calls("balance") == 1
    for body in ({"data": {"balance": "none"}}, {"status": "success"}, []):
        with pytest.raises(BadAnswer):
            parse_balance(body)
    with pytest.raises(AuthFailed):
        parse_balance({"status": "error", "message": "Invalid API key"})


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (bodies("modelslab")["webhook"], "1045"),
        ({"status": "failed", "id": "7", "message": "no", "track_id": None}, "7"),
        ({"status": "processing", "track_id": 1045}, "1045"),
        ({"status": "success", "output": ["https://a/1"]}, None),
        ({"status": "dreaming", "track_id": 1}, None),
        (["status"], None),
    ],
)
def test_a_webhook_names_its_job(body: Any, about: str | None) -> None:
    found = parse_webhook({}, json.dumps(body).encode())
    assert (found and found[0]) == about


def test_a_webhook_of_anything_else_is_none() -> None:
    assert parse_webhook({}, b"<html>") is None
    assert parse_webhook({}, b"\xff\xfe") is None


def test_flagged_places_are_not_downloaded() -> None:
    update = parse(bodies("modelslab")["success_nsfw_list"])
    assert isinstance(update, Done)
    assert update.pictures[0] == Delivered(ResultState.FILTERED, remote_id="1", remote_index=1)


async def test_it_cannot_cancel(tmp_path: Path) -> None:
    async with at_hand() as (_, provider):
        work = job(tmp_path, provider, side_px=256)
        assert not SPEC.cancels
        assert not await provider.cancel(work, Waiting("1", 1.0))
        assert await provider.lookup(work) is None
        assert await provider.models() == ()
        assert await provider.quote_units(work) is None
