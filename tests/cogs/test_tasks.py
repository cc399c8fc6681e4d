"""`/task list`, `/task show` and `/task cancel`."""

import re
from typing import Any

from simcord.actors import MemberActor
from sqlalchemy import Engine, event

from bot.domain import CardState, TaskState
from bot.services.listing import PER_PAGE
from bot.services.showing import UNKNOWN
from cogs.tasks import page_number
from tests.cogs.finding import INVERTED, change, finished, show
from tests.cogs.staff import copies, said
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.services.scripted import hang

pytestmark = SIMCORD

S = TaskState


async def test_a_list_says_state_prompt_age_cost_and_the_way_to_the_card(world: World) -> None:
    await finished(world, prompt="a *red* boat")
    world.provider.polls = [hang]
    await world.inpaint(prompt="a slow boat")
    await world.in_state(S.RUNNING)
    listed = said(await world.alice.slash(world.channel, "task list"))
    slow, red = listed.index("a slow boat"), listed.index("a \\*red\\* boat")
    assert slow < red
    assert re.search(r"\*\*Working\*\* · <t:\d+:R> · 7 credits held · \[card\]\(", listed)
    assert re.search(r"\*\*Done\*\* · <t:\d+:R> · 7 credits · \[card\]\(", listed)
    links = [f"/{world.channel.id}/{card.id})" for card in world.cards()]
    assert all(link in listed for link in links)


async def test_a_long_list_has_pages_that_survive_a_restart(world: World) -> None:
    await finished(world)
    await copies(world, 2 * PER_PAGE)
    opened = await world.alice.slash(world.channel, "task list")
    page = opened.response
    assert page
    assert "Page 1 of 3 · 13 in all" in text_of(page)
    assert labels_of(page) == ["Older", "Everyone's"]
    await world.restart()
    await world.alice.click(page, label="Older")
    assert "Page 2 of 3" in text_of(page)
    assert labels_of(page) == ["Newer", "Older", "Everyone's"]
    await world.alice.click(page, label="Older")
    await world.alice.click(page, label="Newer")
    await world.alice.click(page, label="Older")
    assert "a red boat" in text_of(page)
    assert labels_of(page) == ["Newer", "Everyone's"]
    await copies(world, PER_PAGE)
    await world.alice.click(page, label="Newer")
    assert "Page 2 of 4" in text_of(page)


async def test_an_empty_list_tells_how_to_begin(world: World) -> None:
    assert "You have made no edits" in said(await world.bob.slash(world.channel, "task list"))
    everyone = said(await world.bob.slash(world.channel, "task list", whose="all"))
    assert "no edits in the channels that you can see" in everyone


async def test_everyones_list_shows_only_what_the_member_could_read(world: World) -> None:
    hidden = world.hidden_from(world.bob)
    await world.env.settle()
    await finished(world, prompt="seen by all")
    await finished(world, prompt="a secret", channel=hidden)
    await world.inpaint(mask=INVERTED, prompt="a draft")
    taken_away = await finished(world, prompt="taken away")
    await world.alice.click(world.cards()[-1], label="Delete")
    await world.until_row(lambda task: task.card_state is CardState.DELETED)
    bobs = said(await world.bob.slash(world.channel, "task list", whose="all"))
    assert "seen by all" in bobs
    assert f"<@{world.alice.id}>" in bobs
    assert not any(each in bobs for each in ("a secret", "a draft", taken_away))
    own = said(await world.alice.slash(world.channel, "task list"))
    assert all(each in own for each in ("seen by all", "a secret", "a draft", taken_away))


async def test_a_page_asks_again_what_the_member_may_see(world: World) -> None:
    hidden = world.hidden_from(world.alice)
    await world.env.settle()
    await finished(world, who=world.bob, prompt="a secret", channel=hidden)
    opened = await world.bob.slash(world.channel, "task list", whose="mine")
    page = opened.response
    assert page
    await world.bob.click(page, custom_id="all:1")
    assert "a secret" in text_of(page)
    everyone = await world.alice.slash(world.channel, "task list", whose="all")
    assert "a secret" not in said(everyone)


async def test_a_list_takes_two_statements_however_long_it_is(world: World) -> None:
    await finished(world)
    await copies(world, 20)
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await world.alice.slash(world.channel, "task list")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # The loops beside it ask of tasks, too, but never of one member's.
    own = [each for each in asked if "FROM tasks" in each and "people.discord_id = " in each]
    assert len(own) == 2


async def test_show_tells_everything(world: World) -> None:
    parent = await finished(world)
    await world.inpaint(
        image=None, mask=None, parent=parent, prompt="bluer", strength=0.5, extra="style=bold"
    )
    child = (await world.in_state(S.DONE)).id
    answer = await world.alice.slash(world.channel, "task show", task=child)
    told = said(answer)
    assert f"### Repainted for <@{world.alice.id}>\n> bluer" in told
    assert "**Provider** Scripted" in told
    assert "**Pictures** 1 · 96 × 64 · seed 1" in told
    assert "**Mask** 19 % of the picture, from the mask of the earlier edit" in told
    assert "**Options** strength 0.5, style bold" in told
    assert "**Cost** 7 credits" in told
    assert all(f"**{name}** <t:" in told for name in ("Asked", "Started", "Ended"))
    assert f"**Goes on from** [task {parent}](https://discord.com/channels/" in told
    assert ", picture 1" in told
    assert answer.ephemeral
    assert answer.response
    assert [each.filename[:5] for each in answer.response.attachments] == ["mask-"]
    assert labels_of(answer.response) == ["Family", "To the card"]


async def test_what_was_let_go_says_since_when(world: World) -> None:
    task_id = await finished(world)
    await world.later(31 * 86_400)
    await world.app.retention.once()
    await change(world, task_id, card_state=CardState.LOST, message_id=None)
    told = await show(world, task_id)
    assert "let go <t:" in told
    assert "as all old ones are" in told
    assert "a red boat" not in told
    await world.later(60)
    assert (await world.task()).card_state is CardState.LOST
    assert "let go <t:" in said(await world.alice.slash(world.channel, "task list"))


async def test_a_draft_can_be_started_from_where_it_is_shown(world: World) -> None:
    await world.inpaint(mask=INVERTED)
    draft = (await world.task()).id
    shown = await world.alice.slash(world.channel, "task show", task=draft)
    assert labels_of(shown.response) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Prompt",
        "Cells",
    ]
    assert "wrong way round" in said(shown)
    assert "Goes away <t:" in said(shown)
    assert shown.response
    await world.restart()
    await world.alice.click(shown.response, label="Invert")
    await world.alice.click(shown.response, label="Go")
    await world.in_state(S.DONE)


async def test_unknown_and_unseen_tasks_read_the_same(world: World) -> None:
    hidden = world.hidden_from(world.bob)
    await world.env.settle()
    secret = await finished(world, channel=hidden)
    await world.inpaint(mask=INVERTED)
    draft = (await world.tasks())[-1].id
    other = world.env.create_guild("Other")
    place = other.create_text_channel("elsewhere")
    eve = other.add_member(world.env.create_user("eve"))
    await world.env.settle()
    for typed in (secret, draft, "zzzzzzzzzz", "' OR 1=1", "%", "🙂" * 50):
        assert await show(world, typed, world.bob) == f"{UNKNOWN}\n"
        cancelled = await world.bob.slash(world.channel, "task cancel", task=typed)
        assert said(cancelled) == f"{UNKNOWN}\n"
    assert said(await eve.slash(place, "task show", task=secret)) == f"{UNKNOWN}\n"
    assert "a red boat" in await show(world, f" {secret.upper()} ")


async def test_autocomplete_finds_by_prompt_and_id(world: World) -> None:
    red = await finished(world, prompt="a red boat")
    world.provider.polls = [hang]
    await world.inpaint(prompt="a blue boat")
    blue = (await world.in_state(S.RUNNING)).id

    async def offered(command: str, typed: str, who: MemberActor | None = None) -> dict[str, str]:
        member = who or world.alice
        found = await member.autocomplete(world.channel, command, "task", typed)
        return {choice["value"]: choice["name"] for choice in found}

    everything = await offered("task show", "")
    assert list(everything) == [blue, red]
    assert everything[red] == "a red boat · Done · just now"
    assert list(await offered("task show", "RED")) == [red]
    assert list(await offered("task show", blue[:5])) == [blue]
    assert list(await offered("task cancel", "")) == [blue]
    assert await offered("task cancel", "", world.bob) == {}
    assert list(await offered("task show", "", world.bob)) == [blue, red]
    assert await offered("task show", "%") == {}


async def test_cancel_takes_an_edit_back(world: World) -> None:
    world.provider.polls = [hang]
    await world.inpaint()
    running = (await world.in_state(S.RUNNING)).id
    refused = await world.bob.slash(world.channel, "task cancel", task=running)
    assert "Only the person who asked" in said(refused)
    asked = await world.alice.slash(world.channel, "task cancel", task=running)
    assert "asked the provider to stop" in said(asked)
    await world.in_state(S.CANCELLED)
    late = await world.alice.slash(world.channel, "task cancel", task=running)
    assert "already moved on" in said(late)


async def test_cancel_says_when_it_is_too_late(world: World) -> None:
    world.provider.polls = [hang]
    world.provider.cancels = False
    await world.inpaint()
    running = (await world.in_state(S.RUNNING)).id
    await world.alice.slash(world.channel, "task cancel", task=running)
    await world.until(lambda: "cannot be taken back" in text_of(world.card()))
    late = await world.alice.slash(world.channel, "task cancel", task=running)
    assert "cannot be taken back" in said(late)
    assert (await world.task()).state is S.RUNNING


async def test_a_draft_is_cancelled_at_once(world: World) -> None:
    await world.inpaint(mask=INVERTED)
    draft = (await world.task()).id
    answer = await world.alice.slash(world.channel, "task cancel", task=draft)
    assert said(answer) == "Cancelled. Nothing was charged.\n"
    assert (await world.task()).state is S.CANCELLED


def test_nonsense_on_a_button_is_the_first_page() -> None:
    assert [page_number(each) for each in ("3", "x", "-1", "٣", "9" * 40)] == [3, 1, 1, 1, 1]


async def test_a_let_go_card_keeps_its_pictures_when_it_changes(world: World) -> None:
    await finished(world)
    await world.later(31 * 86_400)
    await world.app.retention.once()
    await world.bob.click(world.card(), label="Report")
    await world.until(lambda: "was reported" in text_of(world.card()))
    assert [each.filename for each in world.card().attachments] == ["result-1.webp"]
