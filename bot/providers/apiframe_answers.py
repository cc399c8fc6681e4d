"""What APIFRAME's answers mean: tasks, errors, the account and webhooks. Pure.

https://docs.apiframe.pro (fetch, webhooks). Percents are texts, and errors are nearly empty.
"""

import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from bot.domain import ResultState
from bot.errors import BadAnswer, NotSent, ProviderError, Rejected
from bot.providers.base import Balance, Delivered, Done, Failed, Update, Waiting
from bot.providers.sayings import first_text, names_in, refusal

UNIT = "credits"
POLL_AFTER_S = 4.0
STAGES = {"processing": "Painting", "retry": "Trying again"}
WAITING_STAGE = "Waiting in APIFRAME's queue"


def parse(body: Any) -> Update:
    """A task as it stands, from a fetch or a webhook; raises BadAnswer.

    The documents show a finished task without a status, live ones say "finished".
    """
    match body:
        case {"task_id": str(task_id)}:
            return _task(task_id, cast("dict[str, Any]", body))
        case _:
            raise BadAnswer(log=f"task: {shape(body)}")


def parse_submit(body: Any) -> Update:
    """The task that was begun; raises BadAnswer."""
    match body:
        case {"task_id": str(task_id)} if task_id:
            return Waiting(task_id, POLL_AFTER_S, WAITING_STAGE)
        case {"errors": [*_]}:
            return Failed(refusal("APIFRAME", said(body)))
        case _:
            raise BadAnswer(log=f"submit: {shape(body)}")


def parse_account(body: Any) -> Balance:
    """What the account still holds; raises BadAnswer."""
    match body:
        case {"credits": int() | float() as units}:
            return Balance(Decimal(str(units)), UNIT)
        case _:
            raise BadAnswer(log=f"account: {shape(body)}")


def parse_webhook(headers: Mapping[str, str], body: bytes, secret: str) -> str | None:
    """The task that a webhook speaks of; None where it is forged or cannot be read.

    It is a reason to ask, never an answer: what it says of the task is not believed.
    """
    if not is_genuine(headers, secret):
        return None
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return first_text(told, "task_id") or None


def is_genuine(headers: Mapping[str, str], secret: str) -> bool:
    """Whether a webhook shows the secret that it was told."""
    given = {name.lower(): value for name, value in headers.items()}.get("x-webhook-secret", "")
    told = given.encode("utf-8", "surrogateescape")
    return bool(secret) and hmac.compare_digest(told, secret.encode())


def explain(status: int, body: Any) -> ProviderError | None:
    """What an error answer says beyond its status: often nothing at all."""
    text = said(body)
    return refusal("APIFRAME", text) if status == 400 and text else None


def said(body: Any) -> str:
    """The words of an error: `errors[0].msg`, `message` or `error`."""
    match body:
        case {"errors": [{"msg": str(text)}, *_]} | {"errors": [str(text), *_]}:
            return text
        case _:
            return first_text(body, "message", "error")


def shape(body: Any) -> str:
    """The names in a body; never a value."""
    if isinstance(body, dict):
        return f"keys {names_in(cast('dict[str, Any]', body))}"
    return type(body).__name__


def _task(task_id: str, body: dict[str, Any]) -> Update:
    status, pictures = first_text(body, "status"), _pictures(task_id, body)
    if status == "failed":
        return Failed(_failure(said(body)))
    if pictures:
        return Done(pictures, task_id)
    if status in {"finished", "completed"} or (not status and "image_urls" in body):
        return Failed(BadAnswer(log=f"finished without pictures, {shape(body)}"))
    if not status:
        raise BadAnswer(log=f"task: {shape(body)}")
    percent = str(body.get("percentage") or "")
    return Waiting(
        remote_id=task_id,
        poll_after_s=POLL_AFTER_S,
        stage=STAGES.get(status, WAITING_STAGE),
        percent=min(100, int(percent)) if percent.isascii() and percent.isdecimal() else None,
    )


def _pictures(task_id: str, body: dict[str, Any]) -> tuple[Delivered, ...]:
    """Four with their places, which the next step names, or one without; a grid is left out."""
    urls: Any = body.get("image_urls")
    if isinstance(urls, list) and urls:
        each = enumerate(cast("list[Any]", urls), 1)
        return tuple(_delivered(url, task_id, n) for n, url in each)
    # Its own client reads both spellings.
    url = first_text(body, "image_url", "imageUrl")
    return (_delivered(url, task_id, None),) if url else ()


def _delivered(url: Any, task_id: str, index: int | None) -> Delivered:
    there = isinstance(url, str) and bool(url)
    state = ResultState.OK if there else ResultState.FAILED
    return Delivered(state, url=url if there else None, remote_id=task_id, remote_index=index)


def _failure(text: str) -> ProviderError:
    """What ended a task; final, whatever the words are."""
    error = refusal("APIFRAME", text)
    return Rejected(error.sentence, log=error.log) if isinstance(error, NotSent) else error
