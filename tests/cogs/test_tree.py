"""`/task tree`: a family in order, its links, its credit, its pages, and what nobody may see."""

import json
from io import BytesIO

from PIL import Image
from simcord.results import InteractionResult
from sqlalchemy import Engine, event

from bot.domain import Task, TaskState
from bot.imaging.contact import GAP_PX, TILE_PX
from bot.services.families import PER_PAGE
from tests.cogs.staff import copies, said
from tests.cogs.world import SIMCORD, World, labels_of, text_of

pytestmark = SIMCORD

S = TaskState


async def grown(world: World) -> tuple[Task, Task, Task, Task]:
    """An edit, one from its result, one from that, and another from the first."""
    await world.inpaint(prompt="a red boat")
    first = await world.in_state(S.DONE)
    made = [first]
    for who, parent, prompt in (
        (world.bob, first, "a blue boat"),
        (world.alice, None, "a paper boat"),
        (world.bob, first, "a tall ship"),
    ):
        given = (parent or made[-1]).id
        await world.inpaint(who, image=None, mask=None, parent=given, prompt=prompt)
        made.append(await world.in_state(S.DONE))
    return made[0], made[1], made[2], made[3]


async def tree(world: World, task_id: str) -> InteractionResult:
    return await world.bob.slash(world.channel, "task tree", task=task_id)


async def test_a_family_is_listed_from_any_of_it_in_order(world: World) -> None:
    family = await grown(world)
    for about in family:
        answer = await tree(world, about.id)
        assert answer.ephemeral
        (lines,) = [part for part in said(answer).split("\n\n") if "red boat" in part]
        told = [line for line in lines.splitlines() if " boat" in line or " ship" in line]
        found = [(line.count("\u2003"), line.split(" · ")[-1]) for line in told]
        assert found == [
            (0, "a red boat"),
            (1, "a blue boat"),
            (2, "a paper boat"),
            (1, "a tall ship"),
        ]
        (marked,) = [line for line in told if "**this one**" in line]
        assert about.prompt in marked


async def test_a_family_links_its_cards_and_credits_who_began(world: World) -> None:
    family = await grown(world)
    shown = said(await tree(world, family[2].id))
    assert f"Begun by <@{world.alice.id}>" in shown
    for card in world.cards():
        assert f"/{world.channel.id}/{card.id})" in shown


def alt(answer: InteractionResult) -> str:
    """What is said of the small pictures."""
    assert answer.response is not None
    shown = json.dumps(answer.response.components, default=lambda each: each.to_dict())
    return shown.partition("Small pictures")[2].partition('"')[0]


async def test_a_family_shows_small_pictures_by_its_numbers(world: World) -> None:
    family = await grown(world)
    answer = await tree(world, family[0].id)
    assert answer.response is not None
    (sent,) = answer.response.attachments
    with Image.open(BytesIO(await sent.read())) as sheet:
        assert sheet.width == 2 * (TILE_PX + GAP_PX) + GAP_PX
    for number, prompt in enumerate(("red boat", "blue boat", "paper boat", "tall ship"), 1):
        assert f"{number}: " in alt(answer)
        assert prompt in alt(answer)
    (line,) = [each for each in said(answer).splitlines() if "paper boat" in each]
    assert "`3`" in line
    assert [each for each in world.leftovers() if not each.name.startswith("post-")] == []


async def test_pictures_that_were_reported_or_deleted_are_not_shown(world: World) -> None:
    family = await grown(world)
    cards = world.cards()
    await world.bob.click(cards[0], label="Report")
    await world.bob.click(cards[1], label="Delete")
    await world.in_state(S.DONE)
    answer = await tree(world, family[1].id)
    assert [prompt for prompt in ("red", "blue", "paper", "tall") if prompt in alt(answer)] == [
        "paper",
        "tall",
    ]


async def test_a_family_without_any_picture_is_a_list(world: World) -> None:
    await world.inpaint()
    task = await world.in_state(S.DONE)
    await world.bob.click(world.card(), label="Report")
    answer = await world.alice.slash(world.channel, "task tree", task=task.id)
    assert answer.response is not None
    assert not answer.response.attachments
    assert not alt(answer)


async def test_undo_is_going_on_from_an_earlier_one(world: World) -> None:
    family = await grown(world)
    page = (await tree(world, family[2].id)).response
    assert page is not None
    await world.restart()
    told = await world.bob.select(page, [family[1].id], custom_id=f"pick/member:{family[2].id}")
    assert family[1].id in said(told)
    assert told.response is not None
    form = await world.bob.select(told.response, ["same"], custom_id=f"pick/more:{family[1].id}")
    await world.bob.submit_modal(form, {"prompt": "a yacht"})
    branch = await world.in_state(S.DONE)
    assert branch.parent_task_id == family[1].id


async def test_a_large_family_has_pages_and_takes_one_statement(world: World) -> None:
    await world.inpaint()
    first = await world.in_state(S.DONE)
    await copies(world, 2 * PER_PAGE, parent_task_id=first.id)
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    answer = await tree(world, first.id)
    event.remove(Engine, "before_cursor_execute", note)
    assert sum("RECURSIVE" in each for each in seen) == 1
    page = answer.response
    assert "Page 1 of 3 · 17 edits" in text_of(page)
    assert labels_of(page) == ["More"]
    await world.restart()
    assert page is not None
    await world.bob.click(page, label="More")
    assert "Page 2 of 3" in text_of(page)
    assert labels_of(page) == ["Back", "More"]


async def test_the_details_of_an_edit_lead_to_its_family(world: World) -> None:
    family = await grown(world)
    details = (await world.bob.slash(world.channel, "task show", task=family[0].id)).response
    assert details is not None
    opened = await world.bob.click(details, label="Family")
    assert opened.ephemeral
    assert "a tall ship" in said(opened)
    assert family[0].id in text_of(details)


async def test_what_a_member_cannot_see_is_left_out(world: World) -> None:
    hidden = world.hidden_from(world.bob)
    await world.env.settle()
    await world.inpaint(channel=hidden, prompt="a secret boat")
    secret = await world.in_state(S.DONE)
    await world.inpaint(image=None, mask=None, parent=secret.id, prompt="an open boat")
    child = await world.in_state(S.DONE)
    shown = said(await tree(world, child.id))
    assert "an open boat" in shown
    assert "secret" not in shown
    assert "Begun by" not in shown
    assert "do not know that edit" in said(await tree(world, secret.id))
    mine = said(await world.alice.slash(world.channel, "task tree", task=child.id))
    assert "a secret boat" in mine


async def test_a_reported_one_is_behind_a_spoiler_and_an_unknown_one_is_said(world: World) -> None:
    await world.inpaint()
    task = await world.in_state(S.DONE)
    await world.bob.click(world.card(), label="Report")
    shown = said(await world.alice.slash(world.channel, "task tree", task=task.id))
    assert "||a red boat||" in shown
    assert "do not know that edit" in said(await tree(world, "nothere"))
