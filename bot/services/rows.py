"""The columns of a new task, from values only."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain import CardState, EditRequest, MaskTuning, Options, Origin, ReplyHandle, Task
from bot.providers.base import ProviderSpec
from bot.services.access import Who
from bot.services.choosing import Offer
from bot.services.pricing import Quote
from bot.services.records import from_json, to_json

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_COPIED = (
    "picture_blob",
    "mask_blob",
    "mask_core_blob",
    "overlay_blob",
    "picture_facts",
    "mask_source",
    "mask_operations",
    "mask_facts",
    "notes",
)
SEED_MAX = 2**31 - 1
REPLY_MINUTES = 10


def new_id() -> str:
    """A task's public name: ten letters that nobody confuses, fifty bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(10))


def request_columns(request: EditRequest, spec: ProviderSpec, price: Quote) -> dict[str, Any]:
    """What the wish itself says."""
    options = request.options
    seeded = (
        options if options.seed is not None else replace(options, seed=secrets.randbelow(SEED_MAX))
    )
    return {
        "id": new_id(),
        "op": request.op,
        "request_key": request.request_key,
        "origin": request.origin,
        "guild_id": request.guild_id,
        "channel_id": request.channel_id,
        # Nobody at the command line looks for a card, and no channel waits for one.
        "card_state": CardState.LOST if request.origin is Origin.CLI else CardState.NONE,
        "parent_task_id": request.parent_task_id,
        "parent_result_n": request.parent_result_n,
        "provider": spec.slug,
        "prompt": request.prompt,
        "options": to_json(seeded),
        "count": request.count,
        "quoted": price.credits,
        "priced_per": price.per,
        **reply_columns(request.reply),
    }


def reply_columns(reply: ReplyHandle | None) -> dict[str, Any]:
    """Where the requester's ephemeral answer lives; nothing when there is none."""
    if reply is None:
        return {}
    return {
        "reply_application_id": reply.application_id,
        "reply_token": reply.token,
        "reply_expires_at": reply.expires_at,
        "reply_posted": 0,
    }


def draft_columns(now: datetime, minutes: int, origin: Origin) -> dict[str, Any]:
    """When an unused draft goes; one that everybody sees goes soon."""
    minutes = min(minutes, REPLY_MINUTES) if origin is Origin.REPLY else minutes
    return {"draft_expires_at": now + timedelta(minutes=minutes)}


def copied_columns(task: Task) -> dict[str, Any]:
    """What a repetition takes over."""
    return {name: getattr(task, name) for name in _COPIED}


def repeated(
    task: Task,
    who: Who,
    request_key: str,
    reply: ReplyHandle | None,
    prompt: str | None = None,
) -> EditRequest:
    """The same wish again, with a new seed, by whoever pressed; with other words, where given.

    What went on from an earlier result goes on from that one again, since its provider may need it.
    """
    goes_on = task.parent_task_id is not None and task.parent_result_n is not None
    return EditRequest(
        request_key=request_key,
        origin=Origin.BUTTON,
        user_id=who.user_id,
        role_ids=who.role_ids,
        place_ids=who.place_ids,
        age_restricted=who.age_restricted,
        guild_id=task.guild_id,
        channel_id=task.channel_id,
        op=task.op,
        parent_task_id=task.parent_task_id if goes_on else task.id,
        parent_result_n=task.parent_result_n if goes_on else None,
        prompt=task.prompt if prompt is None else prompt,
        provider=task.provider,
        count=task.count,
        tuning=from_json(MaskTuning, task.mask_operations),
        options=replace(from_json(Options, task.options), seed=None),
        reply=reply,
    )


def wish(task: Task, who: Who) -> EditRequest:
    """What a draft asks for, by whoever presses now."""
    again = repeated(task, who, task.request_key, None)
    return replace(again, origin=task.origin, options=from_json(Options, task.options))


def facts_columns(task: Task) -> dict[str, Any]:
    """What is known of a task's picture and mask."""
    return {"picture_facts": task.picture_facts, "mask_facts": task.mask_facts}


def given_columns(task: Task, spec: ProviderSpec, offer: Offer) -> dict[str, Any]:
    """A draft whose member has taken one of its offers."""
    op = spec.ops[task.op]
    return {
        "provider": spec.slug,
        "quoted": offer.credits,
        "priced_per": op.price.per,
        "count": op.makes or task.count,
    }


def offered_columns(offers: tuple[str, ...], reason: str | None) -> dict[str, Any]:
    """A draft whose provider takes nothing now."""
    return {"offers": list(offers), "draft_reason": reason}


def requoted_columns(task: Task, price: Quote) -> dict[str, Any]:
    """A draft's new price, with what its member has to know of it."""
    reason = (
        f"The price has changed since I showed it: {task.quoted:,} credits then, "
        f"{price.credits:,} now. Nothing was charged. Press Go if that is right."
    )
    return {"quoted": price.credits, "priced_per": price.per, **offered_columns((), reason)}
