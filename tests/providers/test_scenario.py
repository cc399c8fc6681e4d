import json
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.domain import Fit, Op, Options, ResultState
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    NotSent,
    PictureLost,
    ProviderError,
    QuotaSpent,
    Rejected,
)
from bot.log import clean
from bot.providers import Off, Parts, scenario
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Delivered, Done, Failed, Job, Provider, Update, Waiting
from bot.providers.scenario import build, concepts
from bot.providers.scenario_answers import (
    cost_of,
    explain,
    parse,
    parse_asset,
    parse_cancel,
    parse_limits,
)
from bot.providers.scenario_models import Catalog, Listed, check, parse_page, sized
from bot.providers.scenario_spec import SPEC
from bot.sandbox.standins.common import KEY, Desk
from bot.sandbox.standins.scenario import SECRET, SIGNATURE, TEAM, ScenarioStandIn
from bot.services.records import from_json, to_json
from bot.settings import Settings
from tests import assets
from tests.providers.case import Case
from tests.providers.fields import assert_named, assert_settable
from tests.providers.remotes import bodies, job, prepared, reached, to_the_end
from tests.services.scripted import ThreadPictures

# The reference page's fields, in its order; their names are lost there and were recovered.
NAMES = (
    "originalAssets dryRun image imageId seed strength modelId modelEpoch hideResults maskId "
    "negativePrompt scheduler intermediateImages concepts disableMerging guidance "
    "numInferenceSteps numSamples width imageParentId negativePromptStrength baseModelId prompt "
    "height imageHide mask"
)
SEED_FIELDS = NAMES.split()
FLUX = Listed("flux.1-dev", "Flux Dev", "flux.1")
SDXL = Listed("stable-diffusion-xl-base-1-0", "SDXL", "sd-xl")
SD15 = Listed("stable-diffusion-v1-5", "SD 1.5", "sd-1_5")
EVERYTHING = Options(
    model="flux.1-dev",
    negative_prompt="blurry",
    seed=7,
    strength=0.5,
    guidance=4.0,
    steps=20,
    extra={
        "scheduler": "DDIMScheduler",
        "model_epoch": "3",
        "base_model": "flux.1-dev",
        "concepts": "model_a:0.8;model_b:-0.5",
        "disable_merging": "yes",
        "negative_prompt_strength": "2",
    },
)
PICTURES = {"image": "data:image/png;base64,AAAA", "mask": "data:image/png;base64,BBBB"}


def settings(desk: Desk) -> dict[str, str]:
    return {
        "scenario_api_key": KEY,
        "scenario_api_secret": SECRET,
        "scenario_base_url": f"{desk.origin}/v1/",
        "scenario_team_id": TEAM,
    }


CASE = Case(
    spec=SPEC,
    factory=scenario.provider,
    standin=ScenarioStandIn,
    settings=settings,
    parse=parse,
    means={
        "started": "waiting job_ocZCnG1Df35XRL1QyCZSRxAG8",
        "queued": "waiting job_1",
        "in_progress": "waiting job_1",
        "finalizing": "waiting job_1",
        "success": "done ok ok",
        "unknown_status": "odd",
        "unknown_shape": "odd",
        "success_without_pictures": "failed bad_answer",
        "failure": "failed rejected",
        "failed_older": "failed rejected",
        "failure_moderated": "failed filtered",
        "canceled": "failed rejected",
    },
    # Its models are asked for before the start.
    ends={
        "nobody listens": "failed unavailable",
        "nobody answers the door": "failed unavailable",
    },
)


def scenario_at_hand(
    **options: Any,
) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(ScenarioStandIn, scenario.provider, settings, **options)


def offline() -> Provider:
    spec_only: Any = None
    return scenario.Scenario(spec_only, scenario.Access("http://127.0.0.1:9", "Basic x"))


def plain(folder: Path, **changes: Any) -> Job:
    return job(folder, offline(), **changes)


def test_every_field_of_the_reference_page_is_sent_or_says_why_not(tmp_path: Path) -> None:
    work = plain(tmp_path, options=EVERYTHING)
    body = build(work, FLUX, PICTURES | {"maskId": "asset_1"})
    assert_named(SPEC, SEED_FIELDS, {**body, **scenario.ORIGINAL, **scenario.DRY_RUN})

    def sent(params: Mapping[str, object]) -> dict[str, Any]:
        # The model is looked up by its name before the body is built.
        listed = replace(FLUX, id=str(params.get("model") or FLUX.id))
        mixed = {**params, "concepts": "m:1"} if params.get("concepts") else params
        # Without a negative prompt its strength means nothing.
        negative = params.get("negative_prompt") or "ugly"
        changed = {**mixed, "negative_prompt": negative}
        # Each job has a seed of its own.
        return build(
            replace(work, params=changed, seed=int(str(params.get("seed") or 7))), listed, PICTURES
        )

    assert_settable(SPEC, Op.INPAINT, sent)


def test_what_nobody_asked_for_is_as_documented(tmp_path: Path) -> None:
    assert build(plain(tmp_path), SDXL, PICTURES) == {
        **PICTURES,
        "modelId": "stable-diffusion-xl-base-1-0",
        "prompt": "a red vase",
        "strength": 0.75,
        "guidance": 6.0,
        "numInferenceSteps": 30,
        "numSamples": 1,
        "width": 512,
        "height": 512,
        "seed": "7",
        "disableMerging": False,
        "hideResults": True,
        "imageHide": True,
        "intermediateImages": False,
    }


def test_what_was_asked_for_has_scenarios_names(tmp_path: Path) -> None:
    body = build(plain(tmp_path, options=EVERYTHING, count=3), FLUX, PICTURES)
    assert body["negativePrompt"] == "blurry"
    assert body["negativePromptStrength"] == 2.0
    assert (body["strength"], body["guidance"], body["numInferenceSteps"]) == (0.5, 4.0, 20)
    assert (body["numSamples"], body["seed"]) == (3, "7")
    assert body["scheduler"] == "DDIMScheduler"
    assert (body["modelEpoch"], body["baseModelId"]) == ("3", "flux.1-dev")
    assert body["disableMerging"] is True
    assert body["concepts"] == [
        {"modelId": "model_a", "scale": 0.8},
        {"modelId": "model_b", "scale": -0.5},
    ]


def test_flux_minds_a_negative_prompt_only_with_a_strength(tmp_path: Path) -> None:
    work = plain(tmp_path, options=Options(negative_prompt="blurry"))
    assert build(work, FLUX, PICTURES)["negativePromptStrength"] == 1.0
    assert "negativePromptStrength" not in build(work, SDXL, PICTURES)
    assert "negativePromptStrength" not in build(plain(tmp_path), FLUX, PICTURES)


@pytest.mark.parametrize("text", ["a", "a:", ":1", "a:x", "a:nan", "a:1;b", "a:1e9"])
def test_concepts_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(Rejected, match="concepts"):
        concepts(text)


GUIDANCE = {
    "flux.1": (3.5, 0.0, 10.0),
    "flux.1-lora": (3.5, 0.0, 10.0),
    "flux.1-pro": (3.0, 2.0, 5.0),
    "flux.1.1-pro-ultra": (3.0, 2.0, 5.0),
    "sd-xl": (6.0, 0.0, 20.0),
    "sd-xl-lora": (6.0, 0.0, 20.0),
    "sd-1_5": (7.5, 0.0, 20.0),
}


@pytest.mark.parametrize(("kind", "numbers"), GUIDANCE.items(), ids=GUIDANCE)
def test_guidance_is_that_of_the_models_family(
    kind: str, numbers: tuple[float, float, float], tmp_path: Path
) -> None:
    default, low, high = numbers
    listed = Listed("m", "M", kind)
    assert build(plain(tmp_path), listed, PICTURES)["guidance"] == default
    for inside in (low, high):
        check(plain(tmp_path, options=Options(guidance=inside)), listed.to_model())
    for outside in (low - 0.5, high + 0.5):
        with pytest.raises(Rejected, match="`guidance` of Scenario's M goes from"):
            check(plain(tmp_path, options=Options(guidance=outside)), listed.to_model())


def test_a_family_nobody_knows_keeps_its_own_default(tmp_path: Path) -> None:
    listed = Listed("m", "M", "something-new")
    assert "guidance" not in build(plain(tmp_path), listed, PICTURES)
    check(plain(tmp_path, options=Options(guidance=20)), listed.to_model())


SIZES = [
    (SDXL, (2048, 1152), (2048, 1152)),
    (SD15, (512, 512), (512, 512)),
    (SD15, (2048, 1152), (1024, 576)),
    (SD15, (520, 1544), (344, 1024)),
    (FLUX, (1536, 1536), (1536, 1536)),
]


@pytest.mark.parametrize(("listed", "size", "expected"), SIZES)
def test_sizes_stay_within_the_models_family(
    listed: Listed, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert sized(Fit((0, 0, *size), *size), listed.to_model().size) == expected


def test_no_member_can_ask_for_more_pictures_than_the_bot_makes() -> None:
    assert all(op.count_max == 8 for op in SPEC.ops.values())


UPDATES: dict[str, Update | type[BadAnswer]] = {
    "started": Waiting("job_ocZCnG1Df35XRL1QyCZSRxAG8", 4.0, "Warming up", 0, state={"cost": "4"}),
    "queued": Waiting("job_1", 4.0, "Waiting in Scenario's queue"),
    "in_progress": Waiting("job_1", 4.0, "Painting", 42, state={"cost": "4"}),
    "finalizing": Waiting("job_1", 4.0, "Finishing", 100),
    "success": Done(
        (Delivered(remote_id="asset_a"), Delivered(remote_id="asset_b")), "job_1", Decimal(10)
    ),
    "unknown_status": BadAnswer,
    "unknown_shape": BadAnswer,
}
FAILURES: dict[str, tuple[type[ProviderError], str]] = {
    "success_without_pictures": (BadAnswer, "do not understand"),
    "failure": (Rejected, "Scenario could not do this: Try again with fewer steps. You were not"),
    "failed_older": (Rejected, "The provider refused this job"),
    "failure_moderated": (Filtered, "safety filter"),
    "canceled": (Rejected, "Scenario stopped this job. You were not charged."),
}


def test_every_kept_answer_is_judged_here() -> None:
    assert set(bodies("scenario")) == {*UPDATES, *FAILURES}


@pytest.mark.parametrize(("name", "expected"), UPDATES.items(), ids=UPDATES)
def test_a_job_is_read(name: str, expected: Update | type[BadAnswer]) -> None:
    body = bodies("scenario")[name]
    if isinstance(expected, type):
        with pytest.raises(expected) as caught:
            parse(body)
        assert "keys" in caught.value.log
    else:
        assert parse(body) == expected


@pytest.mark.parametrize(("name", "expected"), FAILURES.items(), ids=FAILURES)
def test_a_job_that_came_to_nothing_says_why(
    name: str, expected: tuple[type[ProviderError], str]
) -> None:
    update = parse(bodies("scenario")[name])
    assert isinstance(update, Failed)
    assert type(update.error) is expected[0]
    assert expected[1] in update.error.sentence
    assert "://" not in update.error.sentence + update.error.log


@pytest.mark.parametrize("body", [None, [], "x", 1, {}, {"job": None}, {"job": {"jobId": 1}}])
def test_a_shape_nobody_knows_is_a_bad_answer(body: Any) -> None:
    for read in (parse, parse_asset, parse_limits, parse_page):
        with pytest.raises(BadAnswer):
            read(body)
    assert cost_of(body) is None
    assert not parse_cancel(body)


ERRORS: dict[str, tuple[int, Any, type[ProviderError] | None, str]] = {
    "says why": (
        400,
        {"error": "Bad Request", "reason": "width must be a multiple of 8"},
        Rejected,
        "Scenario refused this: width must be a multiple of 8. Bad Request. You were not charged.",
    ),
    "no such model": (404, {"reason": "Model not found"}, Rejected, "Model not found"),
    "not in the plan": (
        403,
        {"error": "ModelAccessRestrictedError", "details": {"requiredPlan": "pro"}},
        Rejected,
        "plan does not include this model",
    ),
    "wrong key": (403, {"error": "Forbidden"}, None, ""),
    "a filter": (400, {"reason": "Prompt rejected by moderation"}, Filtered, "safety filter"),
    "no units": (403, {"reason": "Not enough creative units credits"}, QuotaSpent, "is empty"),
    "a page": (400, None, None, ""),
    "too many": (429, {"details": {"actionName": "inference"}}, None, ""),
    "broken": (500, {"error": "oops"}, None, ""),
}


@pytest.mark.parametrize(("status", "body", "expected", "words"), ERRORS.values(), ids=ERRORS)
def test_an_error_answer_is_read(
    status: int, body: Any, expected: type[ProviderError] | None, words: str
) -> None:
    error = explain(status, body)
    assert type(error) is (expected or type(None))
    assert words in (error.sentence if error else "")


async def test_an_edit_from_start_to_picture(tmp_path: Path) -> None:
    async with scenario_at_hand(pace_s=0.1) as (desk, provider):
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
    async with scenario_at_hand(pace_s=0.15) as (_, provider):
        work = job(tmp_path, provider, prompt="vase #backwards")
        seen, _ = await to_the_end(provider, work)
        assert [waiting.percent for waiting in seen[1:3]] == [80, 80]


async def test_a_start_whose_answer_makes_no_sense_may_have_started(tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        work = await prepared(provider, job(tmp_path, provider, prompt="vase #odd"))
        with pytest.raises(AmbiguousSubmit) as caught:
            await provider.submit(work)
        assert "keys ['inference']" in caught.value.log
        assert desk.calls("submit") == 1


async def test_a_model_outside_the_plan_is_refused(tmp_path: Path) -> None:
    async with scenario_at_hand() as (_, provider):
        work = await prepared(provider, job(tmp_path, provider, prompt="vase #restricted"))
        with pytest.raises(Rejected) as caught:
            await provider.submit(work)
        assert "plan does not include this model" in caught.value.sentence


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


async def test_the_balance_is_what_the_plan_and_what_was_bought_leave() -> None:
    async with scenario_at_hand() as (_, provider):
        balance = await provider.balance()
        assert balance is not None
        assert (balance.amount, balance.unit) == (1050, "creative units")


async def test_without_a_team_there_is_no_balance() -> None:
    assert await offline().balance() is None


async def test_a_dry_run_tells_the_price_and_starts_nothing(tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        work = job(tmp_path, provider, count=3, picture=None, mask=None)
        assert await provider.quote_units(work) == 15
        assert desk.jobs == {}


async def test_a_wrong_secret_is_the_operators_to_mend(tmp_path: Path) -> None:
    async with scenario_at_hand(key="another") as (_, provider):
        for call in (
            provider.models(),
            provider.balance(),
            provider.upload(job(tmp_path, provider)),
        ):
            with pytest.raises(AuthFailed):
                await call


async def test_models_are_those_that_can_inpaint_and_asked_for_once() -> None:
    async with scenario_at_hand() as (desk, provider):
        models = await provider.models()
        assert [model.id for model in models] == [
            "model_ours",
            "flux.1-dev",
            "flux.1.1-pro",
            "stable-diffusion-xl-base-1-0",
            "stable-diffusion-v1-5",
        ]
        ranges = {model.id: model.params[0].maximum for model in models}
        assert (ranges["flux.1-dev"], ranges["flux.1.1-pro"]) == (10, 5)
        asked = desk.calls("models")
        await provider.models()
        assert desk.calls("models") == asked == 3


async def test_the_list_of_models_is_asked_for_again_after_an_hour() -> None:
    clock, asked = [0.0], list[str]()

    async def call(path: str, params: Any) -> Any:
        asked.append(params["privacy"])
        return {"models": []}

    catalog = Catalog(call, lambda: clock[0])
    for now in (0.0, 3599.0, 3601.0):
        clock[0] = now
        await catalog.all()
    assert asked == ["private", "public"] * 2


async def test_without_a_name_a_whole_model_is_taken(tmp_path: Path) -> None:
    async with scenario_at_hand() as (_, provider):
        uploads = await provider.upload(job(tmp_path, provider))
        assert uploads == {"modelId": "flux.1-dev", "kind": "flux.1"}


@pytest.mark.parametrize(
    "name", ["nothing", "model_gpt-image", "model_upscaler", "../teams/x", "a/b", "a?b=c", "."]
)
async def test_a_model_that_cannot_do_it_is_refused_by_name(name: str, tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        with pytest.raises(Rejected) as caught:
            await provider.upload(job(tmp_path, provider, options=Options(model=name)))
        assert f"no model `{name}`" in caught.value.sentence
        assert {each.call for each in desk.seen} <= {"models", "model"}


async def test_numbers_outside_the_models_own_range_are_refused_before_the_start(
    tmp_path: Path,
) -> None:
    async with scenario_at_hand() as (desk, provider):
        wish = Options(model="flux.1.1-pro", guidance=7.5)
        with pytest.raises(Rejected, match="`guidance` of Scenario's Flux Pro goes from 2 to 5"):
            await provider.upload(job(tmp_path, provider, options=wish))
        assert desk.calls("submit") == 0


async def test_it_is_off_without_a_key_and_its_secret() -> None:
    async with open_client() as client:
        chosen: dict[str, Any] = {"scenario_api_key": "k", "_env_file": None}
        made = scenario.provider(Parts(Settings(**chosen), ApiClient(client), ThreadPictures()))
    assert isinstance(made, Off)
    assert "SCENARIO_API_KEY and SCENARIO_API_SECRET" in made.reason


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
