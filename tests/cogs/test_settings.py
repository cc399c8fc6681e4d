"""`/settings`, `/help` and `/about`."""

import asyncio
from datetime import timedelta

import pytest
from PIL import Image

from bot.delivery.help_page import TOPICS
from bot.domain import TaskState
from bot.errors import Rejected
from bot.providers.base import Done, Job
from bot.services.preferences import Ping, Preferences
from bot.services.version import version
from tests.cogs.staff import said
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.services.scripted import done, hang

pytestmark = SIMCORD

S = TaskState


def chosen_in(message: object, what: str) -> list[str]:
    """What a menu of a message shows as chosen."""
    raw = list(getattr(message, "components", []))
    while raw:
        part = raw.pop()
        raw += part.get("components", [])
        if part.get("custom_id") == f"choose/{what}":
            return [each["value"] for each in part["options"] if each.get("default")]
    raise AssertionError(what)


async def test_choices_are_saved_at_once_and_shown(world: World) -> None:
    page = (await world.alice.slash(world.channel, "settings")).response
    assert page
    assert [chosen_in(page, each) for each in ("ping", "askfirst", "favorite")] == [
        ["long"],
        ["go"],
        ["-"],
    ]
    await world.restart()
    await world.alice.select(page, ["off"], custom_id="choose/ping")
    await world.alice.select(page, ["ask"], custom_id="choose/askfirst")
    await world.alice.select(page, ["plain"], custom_id="choose/favorite")
    kept = await world.app.desk.members.preferences(world.alice.id)
    assert kept == Preferences(Ping.OFF, ask_first=True, default_provider="plain")
    assert [chosen_in(page, each) for each in ("ping", "askfirst", "favorite")] == [
        ["off"],
        ["ask"],
        ["plain"],
    ]
    await world.alice.select(page, ["-"], custom_id="choose/favorite")
    assert (await world.app.desk.members.preferences(world.alice.id)).default_provider is None
    assert await world.app.desk.members.preferences(world.bob.id) == Preferences()


async def test_a_favorite_that_this_server_does_not_allow_is_said(world: World) -> None:
    await world.app.desk.members.prefer(world.alice.id, default_provider="plain")
    await world.app.desk.guilds.change(world.guild.id, world.bob.id, providers=("scripted",))
    page = (await world.alice.slash(world.channel, "settings")).response
    assert "`plain` cannot be used in this server" in text_of(page)
    assert chosen_in(page, "favorite") == ["-"]


async def test_who_asks_to_be_asked_sees_mask_and_cost_before_anything_goes(world: World) -> None:
    await world.app.desk.members.prefer(world.alice.id, ask_first=True)
    answer = await world.inpaint()
    assert "You asked to see every edit before it goes" in said(answer)
    assert "Costs 7 credits" in said(answer)
    assert labels_of(answer.response) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Prompt",
        "Cells",
    ]
    assert world.cards() == []
    assert answer.response
    await world.alice.click(answer.response, label="Go")
    await world.in_state(S.DONE)
    again = await world.alice.click(world.card(), label="Again")
    assert labels_of(again.response) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Prompt",
        "Cells",
    ]
    assert len(world.cards()) == 1


@pytest.mark.parametrize(
    ("ping", "seconds", "pinged"),
    [
        (Ping.OFF, 60, False),
        (Ping.LONG, 1, False),
        (Ping.LONG, 60, True),
        (Ping.ALWAYS, 1, True),
    ],
)
async def test_pings_come_as_wished(world: World, ping: Ping, seconds: int, pinged: bool) -> None:
    await world.app.desk.members.prefer(world.alice.id, ping=ping)
    gate = asyncio.Event()

    async def wait(job: Job) -> Done:
        await gate.wait()
        return done(job)

    world.provider.polls = [wait]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.later(seconds)
    gate.set()
    await world.in_state(S.DONE)
    if pinged:
        await world.until(lambda: len(world.cards()) == 2)
    await world.later(90)
    assert len(world.cards()) == 1 + pinged


async def test_help_begins_with_a_picture_of_how_to_mask(world: World) -> None:
    answer = await world.alice.slash(world.channel, "help")
    page = answer.response
    assert page
    assert answer.ephemeral
    assert chosen_in(page, "topic") == ["change"]
    (shown,) = page.attachments
    assert shown.filename == "how-mask.webp"
    drawn = world.folder / "help" / f"mask-{version()}.webp"
    with Image.open(drawn) as picture:
        assert picture.width > 1000
    before = drawn.stat().st_mtime_ns
    await world.bob.slash(world.channel, "help")
    assert drawn.stat().st_mtime_ns == before


async def test_help_turns_to_each_topic_also_after_a_restart(world: World) -> None:
    page = (await world.alice.slash(world.channel, "help")).response
    assert page
    await world.restart()
    for topic, what in TOPICS.items():
        await world.alice.select(page, [topic], custom_id="choose/topic")
        assert what.text.replace("\n\n", "\n") in text_of(page)
        assert chosen_in(page, "topic") == [topic]
        assert len(page.attachments) == bool(what.picture)


async def test_help_works_without_its_pictures(world: World) -> None:
    async def broken(*_: object) -> None:
        raise OSError("no worker")

    world.app.pictures.short = broken  # pyright: ignore[reportAttributeAccessIssue]
    page = (await world.alice.slash(world.channel, "help")).response
    assert "Type `/inpaint`" in text_of(page)
    assert page
    assert page.attachments == []


async def test_about_tells_how_the_bot_does(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    world.provider.polls = [hang]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.later(3 * 3600)
    told = said(await world.alice.slash(world.channel, "about"))
    assert f"**Version** {version()} · up for 3 h 0 min" in told
    assert "**Queue** nobody waits" in told
    assert "Scripted: ready" in told
    assert "Plain: ready" in told
    assert "30 days at most" in told


async def test_about_links_to_the_privacy_page_of_the_operator(world: World) -> None:
    plain = await world.alice.slash(world.channel, "about")
    assert labels_of(plain.response) == []
    await world.restart(privacy_url="https://example.org/privacy")
    linked = await world.alice.slash(world.channel, "about")
    assert labels_of(linked.response) == ["Privacy"]


async def test_about_says_when_a_provider_fails(world: World) -> None:
    world.provider.submits = [Rejected("No.")]
    await world.inpaint()
    await world.in_state(S.FAILED)
    told = said(await world.alice.slash(world.channel, "about"))
    assert "Scripted: failing" in told
    await world.later(timedelta(days=2).total_seconds())
    assert "Scripted: ready" in said(await world.alice.slash(world.channel, "about"))
