"""Answers and webhooks of any shape: read, or refused by an error of ours, never a bug."""

import copy
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.errors import NotSent, ProviderError
from bot.providers import (
    aithriving,
    apiframe_answers,
    iopaint,
    modelslab_answers,
    qolaba,
    scenario_answers,
    scenario_models,
)
from bot.providers.answer import other_error, read, submit_error
from bot.providers.base import Waiting
from bot.providers.sayings import SPAN_S_MAX
from tests.figures import counted

BODIES = Path(__file__).parent / "bodies"
Read = Callable[[Any], Any]

READERS: Mapping[str, tuple[Read, ...]] = {
    "aithriving": (aithriving.parse,),
    "apiframe": (
        apiframe_answers.parse,
        apiframe_answers.parse_submit,
        apiframe_answers.parse_account,
        apiframe_answers.said,
        apiframe_answers.shape,
    ),
    "iopaint": (iopaint.parse_models, iopaint.parse_model),
    "modelslab": (
        modelslab_answers.parse,
        modelslab_answers.parse_start,
        modelslab_answers.parse_upload,
        modelslab_answers.parse_balance,
    ),
    "qolaba": (qolaba.parse, qolaba.parse_start),
    "scenario": (
        scenario_answers.parse,
        scenario_answers.parse_asset,
        scenario_answers.parse_upload,
        scenario_answers.parse_cancel,
        scenario_answers.parse_limits,
        scenario_answers.said,
        scenario_answers.shape,
        scenario_models.parse_page,
    ),
}
EXPLAINERS = {
    "aithriving": aithriving.explain,
    "apiframe": apiframe_answers.explain,
    "iopaint": iopaint.explain,
    "modelslab": modelslab_answers.explain,
    "qolaba": qolaba.explain,
    "scenario": scenario_answers.explain,
}
# What JSON can say: NaN and the infinities too, as Python reads it.
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 200)
    | st.sampled_from([float("nan"), float("inf"), -float("inf"), 1e308, 10**30, 10**400, -1, 0.5])
    | st.text(max_size=4)
    | st.sampled_from(["", "\ud800", "null", "https://[", "data:image/png;base64,A", "success"])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def samples(slug: str) -> list[Any]:
    """Answers of the provider as its tests know them."""
    found = sorted((BODIES / slug).glob("*.json")) if (BODIES / slug).is_dir() else []
    return [json.loads(file.read_text()) for file in found] or [[{"name": "lama"}], {"name": "x"}]


def places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each value inside."""
    if isinstance(body, dict):
        within = list(body.items())
    else:
        within = list(enumerate(body)) if isinstance(body, list) else []
    found: list[tuple[Any, ...]] = []
    for key, value in within:
        found += [(*path, key), *places(value, (*path, key))]
    return found


@st.composite
def almost(draw: st.DrawFn, slug: str) -> Any:
    """A known answer in which one to three values are others, or gone."""
    body = copy.deepcopy(draw(st.sampled_from(samples(slug))))
    for _ in range(draw(st.integers(1, 3))):
        if not (ways := places(body)):
            break
        *way, last = draw(st.sampled_from(ways))
        inside = body
        for step in way:
            inside = inside[step]
        if draw(st.booleans()):
            inside[last] = draw(JSON)
        else:
            del inside[last]
    return body


@pytest.mark.parametrize("slug", READERS)
def test_whatever_a_provider_answers_is_read_or_refused(slug: str) -> None:
    @given(almost(slug) | JSON)
    @hypothesis_settings(max_examples=40, deadline=None)
    def check(body: Any) -> None:
        counted("answers of providers", read_or_refused=1)
        for reads in READERS[slug]:
            with suppress(ProviderError):
                reads(body)
        for status in (200, 400, 402, 500):
            error = EXPLAINERS[slug](status, body)
            assert error is None or isinstance(error, ProviderError)

    check()


DEEP = [b"[" * 60_000, b'{"a":' * 10_000, b"[" * 500 + b"]" * 500]
WORDS = st.text(max_size=6) | st.sampled_from(["x-webhook-secret", "s3cret", "s\u00e9cret"])
NOISE = st.binary(max_size=40) | JSON.map(lambda body: json.dumps(body).encode())


@given(st.dictionaries(WORDS, WORDS, max_size=3), NOISE | st.sampled_from(DEEP), WORDS)
@hypothesis_settings(max_examples=40, deadline=None)
def test_whatever_calls_a_webhook_is_read_or_refused(
    headers: dict[str, str], body: bytes, secret: str
) -> None:
    told = apiframe_answers.parse_webhook(headers, body, secret)
    assert told is None or isinstance(told, str)
    told = modelslab_answers.parse_webhook(headers, body)
    assert told is None or isinstance(told[0], str)


@pytest.mark.parametrize("body", DEEP)
def test_an_answer_that_is_too_deep_is_no_json(body: bytes) -> None:
    shown = {"x-webhook-secret": "s"}
    assert apiframe_answers.parse_webhook(shown, body, "s") is None
    assert modelslab_answers.parse_webhook({}, body) is None
    answer = read(200, body, "")
    assert isinstance(submit_error(answer), ProviderError)


@given(st.integers(100, 599), NOISE, st.text(max_size=12) | st.sampled_from(["9" * 400, "1e9"]))
def test_every_status_and_pause_is_understood(status: int, body: bytes, retry_after: str) -> None:
    answer = read(status, body, retry_after)
    assert isinstance(submit_error(answer), ProviderError)
    assert isinstance(other_error(answer), ProviderError)
    assert answer.retry_after_s is None or 0 <= answer.retry_after_s <= SPAN_S_MAX


@pytest.mark.parametrize("far", [10**400, float("inf"), 1e300])
def test_a_span_that_no_clock_can_hold_is_a_day(far: float) -> None:
    waiting = modelslab_answers.parse({"status": "processing", "id": 1, "eta": far})
    assert isinstance(waiting, Waiting)
    assert waiting.estimate_s == SPAN_S_MAX
    busy = {"status": "error", "message": "Rate limit exceeded", "retry_after": far}
    error = modelslab_answers.explain(429, busy)
    assert isinstance(error, NotSent)
    assert error.retry_after_s == SPAN_S_MAX
