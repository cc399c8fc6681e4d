"""An unmodified discord.py talks to the stand-in as it would to Discord."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest

from tests.standin.knobs import Knobs
from tests.standin.plans import Plan
from tests.standin.png import png
from tests.standin.provider import KEY
from tests.standin.server import Parts, serving

CHANNEL = 777
# Long enough for a busy machine to look, and to hang up, meanwhile.
HOLD_S = 0.6
Enter = Callable[..., Awaitable[tuple[Parts, discord.PartialMessageable]]]


@pytest.fixture
async def enter(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Enter]:
    """Start a stand-in and log an ordinary client in."""
    ends: list[Callable[[], Awaitable[object]]] = []

    async def start(**knobs: object) -> tuple[Parts, discord.PartialMessageable]:
        server = serving(Knobs(**knobs))  # pyright: ignore[reportArgumentType]
        parts = await server.__aenter__()
        monkeypatch.setattr(discord.http.Route, "BASE", f"{parts.base_url}/api/v10")
        client = discord.Client(intents=discord.Intents.none())
        ends.extend([lambda: server.__aexit__(None, None, None), client.close])
        await client.login("a.b.c")
        return parts, client.get_partial_messageable(CHANNEL)

    yield start
    for end in reversed(ends):
        await end()


class Card(discord.ui.LayoutView):
    """A card as the bot makes one: a gallery and a button."""

    def __init__(self, files: list[str], verb: str = "cancel:k1") -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Card] = discord.ui.Container(discord.ui.TextDisplay("<@5> hi"))
        if files:
            items = [discord.MediaGalleryItem(f"attachment://{name}") for name in files]
            box.add_item(discord.ui.MediaGallery(*items))
        self.add_item(box)
        button: discord.ui.Button[Card] = discord.ui.Button(label="x", custom_id=verb)
        self.add_item(discord.ui.ActionRow(button))


def picture(name: str) -> discord.File:
    return discord.File(io.BytesIO(png(8, 8, (1, 2, 3))), name)


async def test_a_client_logs_in_and_finds_its_channel(enter: Enter) -> None:
    _, channel = await enter()
    found = await channel._state._get_client().fetch_channel(CHANNEL)
    assert isinstance(found, discord.TextChannel)


async def test_a_card_is_created_edited_and_found_in_the_history(enter: Enter) -> None:
    parts, channel = await enter()
    sent = await channel.send(view=Card(["a.png"]), files=[picture("a.png")], nonce="k1")
    assert [each.filename for each in sent.attachments] == ["a.png"]
    assert sent.author == channel._state.user
    edited = await channel.get_partial_message(sent.id).edit(
        view=Card(["b.png"]), attachments=[picture("b.png")]
    )
    assert [each.filename for each in edited.attachments] == ["b.png"]
    assert await edited.attachments[0].read() == png(8, 8, (1, 2, 3))
    assert [each.id async for each in channel.history(limit=10)] == [sent.id]
    create, edit = (parts.rest.journal.since(0, what)[0] for what in ("create", "edit"))
    assert create["custom_ids"] == ["cancel:k1"]
    assert create["files"] == [{"name": "a.png", "bytes": len(png(8, 8, (1, 2, 3)))}]
    assert edit["attachments"] == 1


async def test_an_edit_keeps_what_it_names_and_appends_when_it_names_nothing(enter: Enter) -> None:
    _, channel = await enter()
    sent = await channel.send(files=[picture("a.png"), picture("b.png")])
    kept = await sent.edit(attachments=[sent.attachments[1], picture("c.png")])
    assert [each.filename for each in kept.attachments] == ["b.png", "c.png"]
    assert (await sent.edit(content="words")).attachments == kept.attachments


async def test_the_same_nonce_gives_the_same_message(enter: Enter) -> None:
    parts, channel = await enter()
    first = await channel.send("one", nonce="n")
    again = await channel.send("one", nonce="n")
    other = await channel.send("one", nonce="m")
    assert first.id == again.id != other.id
    assert parts.rest.journal.counts() == {"create": 2, "duplicate": 1}


@pytest.mark.parametrize("knobs", [{"nonce_s": 0.0}, {"forgetful_channels": (CHANNEL,)}])
async def test_a_nonce_is_forgotten(enter: Enter, knobs: dict[str, object]) -> None:
    _, channel = await enter(**knobs)
    first = await channel.send("one", nonce="n")
    await asyncio.sleep(0.01)
    assert (await channel.send("one", nonce="n")).id != first.id


async def test_history_goes_newest_first_and_both_ways(enter: Enter) -> None:
    _, channel = await enter(requests_per_window=50)
    ids = [(await channel.send(str(n))).id for n in range(5)]
    middle = discord.Object(ids[2])
    assert [m.id async for m in channel.history(before=middle)] == [ids[1], ids[0]]
    assert [m.id async for m in channel.history(after=middle)] == [ids[3], ids[4]]
    assert [m.id async for m in channel.history(limit=2)] == [ids[4], ids[3]]


async def test_a_ping_is_a_reply_that_mentions_one_member(enter: Enter) -> None:
    parts, channel = await enter()
    card = await channel.send(view=Card([]))
    who = discord.AllowedMentions(users=[discord.Object(5)], replied_user=False, everyone=False)
    ping = await channel.send("<@5> <@6> done", reference=card, allowed_mentions=who, nonce="p")
    assert [user.id for user in ping.mentions] == [5]
    assert ping.reference is not None
    assert ping.reference.message_id == card.id
    events = parts.rest.journal.since(0, "create")
    assert [event["mentions"] for event in events] == [[5], [5]]
    assert [event["reply_to"] for event in events] == [0, card.id]


async def test_what_discord_refuses_is_refused(enter: Enter) -> None:
    _, channel = await enter(file_bytes_max=100, gone_channels=(13,), closed_channels=(14,))
    client = channel._state._get_client()
    big = discord.File(io.BytesIO(b"x" * 101), "big.png")
    tries = {
        10003: client.get_partial_messageable(13).send("x"),
        50001: client.get_partial_messageable(14).send("x"),
        10008: channel.get_partial_message(1).edit(content="x"),
        40005: channel.send(file=big),
        50006: channel.send(""),
        50035: channel.send(view=Card(["missing.png"])),
    }
    for code, attempt in tries.items():
        with pytest.raises(discord.HTTPException) as caught:
            await attempt
        assert caught.value.code == code


async def test_discord_py_obeys_the_limit_without_a_429(enter: Enter) -> None:
    parts, channel = await enter(requests_per_window=3, window_s=0.3)
    begun_at = asyncio.get_running_loop().time()
    for n in range(7):
        await channel.send(str(n))
    assert asyncio.get_running_loop().time() - begun_at >= 0.5
    assert parts.rest.rates.refused == 0


async def test_discord_py_waits_and_tries_again_on_a_429(enter: Enter) -> None:
    parts, channel = await enter(requests_per_window=2, window_s=0.4)
    headers = {"Authorization": "Bot a.b.c"}
    url = f"{parts.base_url}/api/v10/channels/{CHANNEL}/messages"
    async with aiohttp.ClientSession(headers=headers) as session:
        for status in (200, 200, 429):
            async with session.post(url, json={"content": "x"}) as answer:
                assert answer.status == status
                body = await answer.json()
        assert 0 < body["retry_after"] <= 0.4
    await channel.send("after all")
    assert (parts.rest.rates.refused, parts.rest.journal.counts()) == (2, {"create": 3})


async def test_a_reply_is_edited_by_its_token(enter: Enter) -> None:
    parts, channel = await enter()
    for token, ends in (("alive", None), ("dead-1", 50027)):
        hook = discord.Webhook.partial(
            900_000_000_000_000_001, token, client=channel._state._get_client()
        )
        route = hook.edit_message("@original", view=Card([]))  # pyright: ignore[reportArgumentType]
        if ends is None:
            await route
        else:
            with pytest.raises(discord.HTTPException) as caught:
                await route
            assert caught.value.code == ends
    assert parts.rest.journal.counts() == {"reply": 1}


async def first_counts(parts: Parts) -> dict[str, int]:
    """What Discord has counted, as soon as there is anything."""
    async with asyncio.timeout(45):
        while True:
            if counts := parts.rest.journal.counts():
                return counts
            await asyncio.sleep(0.02)


async def test_a_held_create_can_be_waited_for_and_is_committed_though_the_client_is_gone(
    enter: Enter,
) -> None:
    parts, channel = await enter(create_before_s=(HOLD_S, HOLD_S))
    sending = asyncio.ensure_future(channel.send("x", nonce="n"))
    held = await parts.rest.holds.wait(["create"], 45)
    assert held is not None
    assert (held["phase"], held["nonce"]) == ("before", "n")
    sending.cancel()
    assert await first_counts(parts) == {"create": 1}


async def test_a_forgetful_channel_drops_a_create_whose_client_is_gone(enter: Enter) -> None:
    parts, channel = await enter(create_before_s=(HOLD_S, HOLD_S), forgetful_channels=(CHANNEL,))
    sending = asyncio.ensure_future(channel.send("x", nonce="n"))
    assert await parts.rest.holds.wait(["create"], 45)
    sending.cancel()
    assert await first_counts(parts) == {"dropped": 1}


@asynccontextmanager
async def provider(
    variant: str, *plans: Plan
) -> AsyncIterator[tuple[Parts, aiohttp.ClientSession]]:
    """Give a session whose base is one variant of the picture service."""
    async with serving() as parts:
        parts.feed.add(list(plans))
        base = f"{parts.base_url}/provider/{variant}/"
        headers = {"Authorization": f"Bearer {KEY}"}
        async with aiohttp.ClientSession(base, headers=headers) as session:
            yield parts, session


async def start(session: aiohttp.ClientSession, key: str, **headers: str) -> int:
    """Submit once with the key as reference and return the status; 0: no answer."""
    body = {"client_ref": key, "prompt": key, "count": 3, "width": 16, "height": 8}
    try:
        async with session.post("jobs", json=body, headers=headers) as answer:
            await answer.read()
            return answer.status
    except aiohttp.ClientError:
        return 0


@pytest.mark.parametrize(
    ("plan", "statuses", "started"),
    [
        (Plan("k"), [201, 201], 2),
        (Plan("k", submit="drop"), [0], 1),
        (Plan("k", submit="deny"), [500, 201], 1),
        (Plan("k", submit="busy"), [429, 201], 1),
        (Plan("k", submit="refuse"), [422, 422], 0),
    ],
    ids=lambda value: value.submit if isinstance(value, Plan) else "",
)
async def test_a_submit_does_what_its_plan_says(
    plan: Plan, statuses: list[int], started: int
) -> None:
    async with provider("none", plan) as (parts, session):
        assert [await start(session, "k") for _ in statuses] == statuses
        assert parts.service.jobs.started().get("k", 0) == started


async def test_only_the_key_variant_honors_a_key() -> None:
    for variant, started in (("none", 2), ("lookup", 2), ("key", 1)):
        async with provider(variant) as (parts, session):
            for _ in range(2):
                assert await start(session, "k", **{"Idempotency-Key": "k"}) == 201
            assert parts.service.jobs.started() == {"k": started}


async def found(session: aiohttp.ClientSession, key: str) -> dict[str, Any]:
    """Look the job with this reference up, and then itself."""
    async with session.get("jobs", params={"client_ref": key}) as answer:
        (job,) = (await answer.json())["jobs"]
    async with session.get(f"jobs/{job['id']}") as answer:
        return await answer.json()


async def test_a_job_goes_its_way_and_delivers_a_part() -> None:
    slow, quick = Plan("slow", job_s=600), Plan("k", outcome="partial", delivered=2, job_s=0.1)
    async with provider("lookup", slow, quick) as (_, session):
        for key in ("slow", "k"):
            await start(session, key)
        assert (await found(session, "slow"))["status"] == "queued"
        async with asyncio.timeout(45):
            while (job := await found(session, "k"))["status"] in {"queued", "running"}:
                pass
        assert (job["status"], job["units"], len(job["pictures"])) == ("done", 14, 2)
        async with session.get(job["pictures"][1]["url"]) as answer:
            assert (await answer.read()).startswith(b"\x89PNG")


async def test_cancel_works_until_the_job_is_over() -> None:
    async with provider("none", Plan("slow", job_s=600), Plan("quick")) as (parts, session):
        for key in ("slow", "quick"):
            await start(session, key)
        jobs = {job.client_ref: job.id for job in parts.service.jobs.by_id.values()}
        for key, cancelled in (("slow", True), ("quick", False)):
            async with session.post(f"jobs/{jobs[key]}/cancel") as answer:
                assert (await answer.json())["cancelled"] is cancelled
