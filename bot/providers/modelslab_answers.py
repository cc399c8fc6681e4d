"""What ModelsLab says, read without any call: pictures, addresses to ask again, refusals in 200."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from bot.domain import ResultState
from bot.errors import BadAnswer, Filtered, ProviderError
from bot.providers.base import Balance, Delivered, Done, Failed, Update, Waiting
from bot.providers.modelslab_spec import POLL_AFTER_S, SPEC
from bot.providers.outcome import odd
from bot.providers.sayings import refusal, seconds

ETA_S_MAX = 20.0


def parse(body: Any) -> Update:
    """An answer of the start, of a fetch or of a webhook; raises BadAnswer for another shape."""
    match body:
        case {"status": "success", **rest}:
            return _done(rest)
        case {"status": "processing", "id": int() | str() as remote_id}:
            return _waiting(str(remote_id), body)
        case {"status": "processing"}:
            # A fetch does not repeat the id.
            return _waiting("", body)
        case {"status": "error" | "failed", **rest}:
            return Failed(_refusal(rest))
        case _:
            raise odd(body)


def parse_start(body: Any) -> Update:
    """The same for the start, whose answer has to name the job."""
    update = parse(body)
    if isinstance(update, Waiting) and not update.remote_id:
        raise BadAnswer(log="processing without an id")
    return update


def parse_upload(body: Any) -> str:
    """The address of an uploaded picture; raises ProviderError."""
    update = parse(body)
    if isinstance(update, Failed):
        raise update.error
    if isinstance(update, Done) and update.pictures[0].url:
        return update.pictures[0].url
    raise BadAnswer(log="an upload without an address")


def parse_balance(body: Any) -> Balance:
    """What is left in the wallet; raises ProviderError."""
    match body:
        case {"status": "error" | "failed", **rest}:
            raise _refusal(rest)
        case {"data": {"balance": int() | float() | str() as amount, **rest}}:
            try:
                return Balance(Decimal(str(amount)), str(rest.get("currency") or SPEC.unit))
            except InvalidOperation:
                raise BadAnswer(log="a balance that is no number") from None
        case _:
            raise odd(body)


def parse_webhook(headers: Mapping[str, str], body: bytes) -> tuple[str, Update] | None:
    """Which job a webhook speaks of (its `track_id`, else its `id`), and what it says of it.

    Webhooks are not signed: this is a reason to ask ModelsLab, never an answer.
    """
    try:
        said = json.loads(body)
        update = parse(said)
    except (ValueError, RecursionError, BadAnswer):
        return None
    about = said.get("track_id") or said.get("id")
    return (str(about), update) if about else None


def explain(status: int, body: Any) -> ProviderError | None:
    """The body's own words win over the status; a 5xx says nothing of what was begun."""
    match body:
        case {"status": "error" | "failed", **rest} if status < 500:
            error = _refusal(rest)
            return None if status in {401, 402, 403} and error.code == "rejected" else error
        case _:
            return None


def _waiting(remote_id: str, body: Mapping[str, Any]) -> Waiting:
    eta_s = seconds(body.get("eta"))
    fetch = body.get("fetch_result")
    return Waiting(
        remote_id=remote_id,
        poll_after_s=POLL_AFTER_S if eta_s is None else min(max(1.0, eta_s), ETA_S_MAX),
        stage="Painting",
        estimate_s=eta_s,
        state={"fetch": fetch} if isinstance(fetch, str) else {},
    )


def _done(body: Mapping[str, Any]) -> Update:
    """Pictures, or where they will be; `output` is a list, one address or empty."""
    urls = _texts(body.get("output")) or _texts(body.get("future_links"))
    flags = body.get("nsfw_content_detected")
    if not urls:
        error = Filtered() if flags is True else BadAnswer(log="success without a picture")
        return Failed(error)
    states = [_state(flags, n, len(urls)) for n in range(len(urls))]
    remote_id, meta = str(body.get("id") or ""), body.get("meta")
    seed = cast("dict[str, Any]", meta).get("seed") if isinstance(meta, dict) else None
    pictures = tuple(
        Delivered(
            state=state,
            url=url if state is ResultState.OK else None,
            seed=seed if isinstance(seed, int) and len(urls) == 1 else None,
            remote_id=remote_id or None,
            remote_index=n,
        )
        for n, (url, state) in enumerate(zip(urls, states, strict=True), 1)
    )
    return Done(pictures, remote_id or None)


def _texts(value: object) -> list[str]:
    each = cast("list[object]", value) if isinstance(value, list) else [value]
    return [one for one in each if isinstance(one, str) and one]


def _state(flags: object, n: int, count: int) -> ResultState:
    """One flag for one picture, or a list of them; which of several one flag means is not said."""
    if isinstance(flags, list):
        marks = cast("list[object]", flags)
        flagged = n < len(marks) and marks[n] is True
    else:
        flagged = flags is True and count == 1
    return ResultState.FILTERED if flagged else ResultState.OK


def _refusal(body: Mapping[str, Any]) -> ProviderError:
    """`messege` is their old spelling; it may be a text, or texts by field."""
    said = body.get("message") or body.get("messege")
    text = said if isinstance(said, str) else " ".join(_leaves(said))
    return refusal(SPEC.title, text, seconds(body.get("retry_after")))


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [
            text for each in cast("dict[str, object]", value).values() for text in _leaves(each)
        ]
    if isinstance(value, list):
        return [text for each in cast("list[object]", value) for text in _leaves(each)]
    return [value] if isinstance(value, str) else []
