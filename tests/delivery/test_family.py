"""A family's page: its longest form fits Discord."""

from pathlib import Path

from discord import ui

from bot.delivery.family import render_family
from bot.domain import TaskState
from bot.services.families import PER_PAGE, Family, Member, Sheet
from bot.services.pages import Page
from tests.delivery import layouts
from tests.delivery.views import task


def test_the_longest_page_fits_discord() -> None:
    long = {"prompt": "*" * 1000, "parent_task_id": "k3f9x2abcd", "user_id": 2**62}
    ids = {"guild_id": 2**62, "channel_id": 2**62, "message_id": 2**62}
    members = tuple(
        Member(task(TaskState.FAILED, id=f"k3f9x2abc{n}", **long, **ids), 9 * n)
        for n in range(PER_PAGE)
    )
    sheet = Sheet(Path("family.jpg"), tuple(range(1, PER_PAGE + 1)))
    page = render_family(Family(members[0].task, members[0].task, Page(members, 5, 9, 400)), sheet)
    (gallery,) = [each for each in page.walk_children() if isinstance(each, ui.MediaGallery)]
    (item,) = gallery.items
    assert item.description is not None
    assert len(item.description) <= 1024
    assert f"; {PER_PAGE}: " in item.description
    layouts.check_size(page)
    layouts.check_controls(page)
    assert layouts.buttons(page) == ["Back", "More"]


def test_the_last_page_has_no_way_further_and_an_empty_one_no_menu() -> None:
    alone = task(TaskState.DONE)
    one = render_family(Family(alone, alone, Page((Member(alone, 0),), 1, 1, 1)))
    assert layouts.buttons(one) == []
    empty = render_family(Family(alone, None, Page((), 1, 1, 0)))
    layouts.check_size(empty)
    assert layouts.custom_ids(empty) == []


def test_whoever_began_is_named_once_and_others_where_they_went_on() -> None:
    first, mine = task(TaskState.DONE, user_id=1), task(TaskState.DONE, user_id=1)
    theirs = task(TaskState.DONE, user_id=2)
    members = tuple(Member(each, depth) for depth, each in enumerate((first, mine, theirs)))
    said = layouts.text(render_family(Family(first, first, Page(members, 1, 1, 3))))
    assert said.count("<@1>") == 1
    assert said.count("<@2>") == 1
