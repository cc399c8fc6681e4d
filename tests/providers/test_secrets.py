"""Planted keys, signed addresses and tokens, and a search for them wherever anybody may look."""

import logging
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.app import App
from bot.delivery.cards import render_card, render_ping
from bot.delivery.reply_card import render_reply
from bot.domain import Task
from bot.providers.sayings import reason
from bot.sandbox.standins.common import KEY
from bot.sandbox.standins.faults import Behavior, Kind
from bot.sandbox.standins.scenario import SECRET
from tests.delivery import layouts
from tests.providers.case import Case
from tests.providers.cases import CASES
from tests.providers.faults import Row
from tests.providers.stage import asked, at_fault, ended

SIGNED = "https://cdn.example.com/1.png?Signature=planted-signature-9Zk&Expires=1"
TOKEN = "plantedtoken0" * 4
SAID = f"prompt is too long for {KEY} at {SIGNED} and {TOKEN}, make it shorter"
# A refusal in words, wherever one of the services keeps them.
ECHO: dict[str, Any] = {
    "status": "error",
    "code": -1,
    "message": SAID,
    "error": SAID,
    "error_data": SAID,
    "detail": SAID,
    "reason": SAID,
    "errors": [{"msg": SAID}],
}
BASIC = b64encode(f"{KEY}:{SECRET}".encode()).decode()
EVERY = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def ways(case: Case) -> dict[str, Row]:
    """To a picture, to a refusal that repeats what it was sent, and to answers nobody knows."""
    start = "submit" if case.starts else "poll"
    echo = {"kind": Kind.STATUS, "status": 400, "body": ECHO}
    odd = {"kind": Kind.STATUS, "status": 200, "body": {SIGNED: KEY}}
    return {
        "done": Row("", call="poll"),
        "echoed": Row("", start, echo),
        "odd": Row("", start, odd),
        "not a picture": Row("", behavior=Behavior.GARBAGE),
        "gone": Row("", "file", {"kind": Kind.STATUS, "status": 403, "body": ECHO}),
        "failed there": Row("", behavior=Behavior.FAILED),
    }


WAYS = [(case, name) for case in CASES.values() for name in ways(case)]


@pytest.mark.parametrize(
    ("case", "name"), WAYS, ids=[f"{case.spec.slug}: {name}" for case, name in WAYS]
)
async def test_no_secret_is_told(
    case: Case, name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    row = ways(case)[name]
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await ended(app, (await asked(app, case, row, tmp_path)).id)
        told = {"log": caplog.text, **await shown(app, task)}
        sent = repr([(call.body, call.headers) for call in desk.seen])
    assert KEY in sent or BASIC in sent or KEY not in case.settings(desk).values()
    addresses = re.findall(r"/(?:files|media|hooks)/([^\s\"'/?]{8,})", sent)
    secrets = {TOKEN, "planted-signature", KEY, SECRET, BASIC, *addresses}
    assert [(where, each) for where, said in told.items() for each in secrets if each in said] == []


async def shown(app: App, task: Task) -> dict[str, str]:
    """All that members, operators and support may read of a task."""
    (view,) = await app.cards.view([task.id])
    async with app.db.read() as session:
        events = (await session.execute(text("SELECT * FROM task_events"))).all()
    card = render_card(view, [])
    return {
        "card": repr(layouts.parts(card)),
        "reply": repr(layouts.parts(render_reply(view))),
        "ping": render_ping(view),
        "message": task.error_text or "",
        "notes": repr(task.notes),
        "events": repr(events),
    }


@EVERY
async def test_what_is_harmless_in_a_refusal_is_told(case: Case, tmp_path: Path) -> None:
    row = ways(case)["echoed"]
    async with at_fault(case, row, tmp_path) as (_, app):
        task = await ended(app, (await asked(app, case, row, tmp_path)).id)
    assert "prompt is too long" in (task.error_text or "")


def test_words_stay_and_what_opens_something_goes() -> None:
    assert reason(f"Too long, {SIGNED} see {TOKEN} there") == "Too long, see there"
    long_name = "stable-diffusion-inpainting-model"
    assert reason(f"no {long_name} here") == f"no {long_name} here"
