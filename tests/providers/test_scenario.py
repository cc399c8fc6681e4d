"""Scenario: what is sent, and how its answers are read, without a call."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain import Fit, Op, Options
from bot.errors import (
    BadAnswer,
    Filtered,
    ProviderError,
    QuotaSpent,
    Rejected,
)
from bot.providers import scenario
from bot.providers.base import Delivered, Done, Failed, Job, Update, Waiting
from bot.providers.scenario import build, concepts
from bot.providers.scenario_answers import (
    cost_of,
    explain,
    parse,
    parse_asset,
    parse_cancel,
    parse_limits,
)
from bot.providers.scenario_models import Listed, check, parse_page, sized
from bot.providers.scenario_spec import SPEC
from tests.providers.fields import assert_named, assert_settable
from tests.providers.remotes import bodies, job
from tests.providers.scenario_case import EVERYTHING, offline

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
PICTURES = {"image": "data:image/png;base64,AAAA", "mask": "data:image/png;base64,BBBB"}


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
