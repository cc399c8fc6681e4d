"""Whole edits at every provider, well and badly, and a search of all that anybody may read."""

import io
import json
import re
import sys
import zipfile
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import simcord
from simcord.actors import MemberActor

from bot.cli.offers import _tried
from bot.cli.settings_docs import effective
from bot.delivery.client import InpaintBot, build_bot
from bot.domain import Op, Task, TaskState
from bot.sandbox.standins.faults import Fault, Kind
from bot.settings import Given
from tests.cogs.staff import admin
from tests.cogs.test_painting import MOSTLY
from tests.cogs.world import SIMCORD, World, WorldClock
from tests.providers.cases import CASES
from tests.secrecy.planted import PROMPT, SIGNATURE, SIGNED, TOKEN, forms, key_of, told
from tests.secrecy.stage import BROKEN, Stage, op_of, planted, until_all
from tests.test_log import Setup
from tests.web.browsing import browsing

OPERATORS = ("/healthz", "/readyz", "/metrics")
pytestmark = [SIMCORD, pytest.mark.timeout(120)]


@pytest.fixture
def clock() -> WorldClock:
    return WorldClock()


@pytest.fixture
async def stage(tmp_path: Path, clock: WorldClock, logs: Setup) -> AsyncGenerator[Stage]:
    written = logs("DEBUG", json=True)
    async with planted(tmp_path / "data", clock, written) as made:
        yield made


@pytest.fixture
async def simcord_bot(stage: Stage) -> InpaintBot:
    return build_bot(stage.app)


@pytest.fixture
async def world(
    simcord_env: simcord.Env, stage: Stage, clock: WorldClock, tmp_path: Path
) -> AsyncGenerator[World]:
    clock.env = simcord_env
    built = World(simcord_env, stage.app, clock, tmp_path / "data", [])
    await built.build()
    yield built
    await built.close()


def echo(slug: str) -> dict[str, Any]:
    """A body that repeats what was sent, wherever one of the services has its words."""
    key = "" if slug == "iopaint" else key_of(slug)
    said = f"bad call with {key} for {PROMPT} at {SIGNED}"
    named = dict.fromkeys(("message", "error", "error_data", "detail", "reason"), said)
    return {"status": "error", "code": -1, **named, "errors": [{"msg": said}]}


def rounds(slug: str) -> tuple[dict[str, Fault], ...]:
    """To a picture, and to answers that repeat what was sent."""
    case, said = CASES[slug], echo(slug)
    start = "submit" if case.starts else "poll"
    where = f"https://elsewhere.example/1.png?api_key={key_of(slug)}&X-Amz-Signature={SIGNATURE}"
    return (
        {},
        {"file": Fault(Kind.STATUS, 302, headers={"Location": where}, times=1)},
        {start: Fault(Kind.STATUS, 401, said, times=1)},
        {start: Fault(Kind.STATUS, 500, said, times=1)},
    )


async def ask(world: World, slug: str, **more: Any) -> None:
    """One edit there."""
    if op_of(slug) is Op.IMAGINE:
        await world.alice.slash(world.channel, "imagine", prompt=PROMPT, provider=slug)
    else:
        await world.inpaint(prompt=PROMPT, provider=slug, **more)


async def edits(world: World, stage: Stage) -> list[Task]:
    """Every way at every provider, those of one round side by side; one more goes on for ever."""
    ways = {slug: rounds(slug) for slug in CASES}
    for n in range(len(ways["scenario"])):
        for slug, faults in ways.items():
            stage.desks[slug].faults |= faults[n]
            await ask(world, slug)
        if n < 2:
            await ask(world, BROKEN.slug)
        await until_all(stage.app, world.clock, _is_shown)
    stage.desks["modelslab"].pace_s = 3600.0
    await ask(world, "modelslab")
    await world.in_state(TaskState.RUNNING)
    await ask(world, BROKEN.slug, mask=MOSTLY)
    return await world.tasks()


def _is_shown(task: Task) -> bool:
    return task.state.is_terminal and task.view_posted == task.view_rev


async def pages(world: World, task: Task) -> MemberActor:
    """Everything else that tells of edits, accounts and providers; who has asked as an admin."""
    mara = await admin(world)
    for name in ("task list", "privacy export", "providers", "about", "credits history"):
        await world.alice.slash(world.channel, name)
    for name in ("task show", "task tree"):
        await world.alice.slash(world.channel, name, task=task.id)
    for name in ("server settings", "credits-admin export", "credits-admin report"):
        await mara.slash(world.channel, name)
    return mara


async def files(world: World, *readers: MemberActor) -> dict[str, str]:
    """What lies in the files that were handed out, pictures apart."""
    found: dict[str, str] = {}
    for who in readers:
        for message in world.channel.history(viewer=who):
            for file in message.attachments:
                found |= _read(file.filename, await file.read())
    return found


def _read(name: str, data: bytes) -> dict[str, str]:
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read("data.json").decode()}
    return {name: data.decode("utf-8")} if name.endswith((".csv", ".json")) else {}


def of_tasks(stage: Stage, tasks: list[Task]) -> dict[str, str | bytes]:
    """What opens something of these tasks: webhooks, and addresses of pictures."""
    found: dict[str, str | bytes] = {}
    for task in tasks:
        hook = stage.links.hooks.url(task.provider, task.id)
        found[f"hook of {task.id}"] = hook.rpartition("/")[2]
        found[f"secret of {task.id}"] = stage.links.hooks.secret(task.provider, task.id)
    for slug, desk in stage.desks.items():
        sent = repr([call.body for call in desk.seen])
        for name in re.findall(r"/media/([\w-]{20,})", sent):
            found[f"our address at {slug} {name[:4]}"] = name
        found |= {f"result at {slug} {name[:4]}": name.partition(".")[0] for name in desk._files}
    return found


def asked(world: World) -> dict[str, str]:
    """All that the bot has sent to Discord, by where it went."""
    found: dict[str, str] = {}
    for each in world.env.http_requests:
        place = f"{each.method} {each.path}"
        found[place] = f"{found.get(place, '')}{each.params} {json.dumps(each.json)}\n"
    return found


async def of_the_operator(stage: Stage) -> dict[str, str]:
    """What the operator's pages, `config` and `providers check` show."""
    async with browsing(stage.app) as browser:
        pages = {path: (await browser.get(path)).text for path in OPERATORS}
    for slug, desk in stage.desks.items():
        refused = Fault(Kind.STATUS, 401, echo(slug))
        desk.faults |= dict.fromkeys(("balance", "models", "submit"), refused)
        pages[f"check of {slug}"] = str(await _tried(stage.app.providers[slug]))
    return pages | {"config": effective(Given(stage.app.settings, {}, ()))}


async def test_nobody_is_told_a_secret(world: World, stage: Stage) -> None:
    tasks = await edits(world, stage)
    mara = await pages(world, tasks[0])
    said, handed = asked(world), await files(world, world.alice, mara)
    assert handed.keys() == {"credits.csv", "my-data.zip"}
    inside = {"log": stage.logged(above_debug=False), "parts": repr(stage.app.providers)}
    operator = await of_the_operator(stage)
    everywhere = {**said, **handed, **operator, **inside}
    secrets = stage.secrets | of_tasks(stage, tasks)
    assert told(everywhere, secrets) == []
    tokens = {f"interaction {each}": each for each in world.env.backend.interaction_tokens}
    assert told(everywhere, tokens) == []
    (paint,) = set(re.findall(r"#t=([\w-]{50})", repr(said)))
    # The answer to the member alone has it, and nothing else.
    shared = {place: text for place, text in everywhere.items() if "/webhooks/" not in place}
    assert told(shared, {"painting link": paint}) == []
    log_kept = {"log": stage.logged(above_debug=True), "credits": handed["credits.csv"]}
    assert told({**operator, **log_kept}, {"prompt": PROMPT}) == []
    sys.stdout.write(
        f"\n{len(tasks)} edits at {len(CASES) + 1} providers: {len(secrets)} secrets and "
        f"{len(tokens)} tokens, each in {len(forms(TOKEN))} forms, looked for in "
        f"{len(everywhere)} places; 0 found\n"
    )
