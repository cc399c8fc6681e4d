"""The buttons and words that go on from a task's results."""

import pytest

from bot.delivery.cards import render_card
from bot.delivery.going_on import next_step, read_about, result_rows
from bot.domain import Op, ResultState, TaskState
from bot.errors import TaskGone
from bot.services.cards import TaskView
from tests.delivery.views import NOW, TASK_ID, done, result, view


def grid(count: int = 4, **values: object) -> TaskView:
    given = {"op": Op.IMAGINE, "goes_on": (Op.UPSCALE,), "mask_facts": {}} | values
    return done(count, **given)


def labels(shown: TaskView) -> list[list[str]]:
    return [[str(button.item.label) for button in row.children] for row in result_rows(shown)]


def test_each_result_has_a_button_for_each_operation() -> None:
    assert labels(grid()) == [["U1", "U2", "U3", "U4"]]
    both = grid(2, goes_on=(Op.UPSCALE, Op.VARY, Op.INPAINT))
    assert labels(both) == [["U1", "U2"], ["V1", "V2"]]
    assert labels(grid(8)) == [["U1", "U2", "U3", "U4", "U5"], ["U6", "U7", "U8"]]


def test_a_button_names_the_task_and_the_result() -> None:
    ids = [button.custom_id for row in result_rows(grid()) for button in row.children]
    assert ids[1] == f"upscale:{TASK_ID}-2"
    assert read_about(f"{TASK_ID}-2") == (TASK_ID, 2)


@pytest.mark.parametrize("about", ["", "k3f9x2abcd", "-2", "k3f9x2abcd-", "k3f9x2abcd-x", "a-999"])
def test_a_button_about_nothing_is_gone(about: str) -> None:
    with pytest.raises(TaskGone):
        read_about(about)


def test_a_result_that_is_not_there_has_no_button() -> None:
    results = (result(1), result(2, ResultState.FAILED), result(3))
    shown = grid(results=results, count=3)
    assert labels(shown) == [["U1", "U3"]]
    assert next_step(shown).startswith("**U1** to **U3** enlarge one of them;")


def test_one_result_is_spoken_of_as_one() -> None:
    shown = grid(1, goes_on=(Op.UPSCALE, Op.VARY))
    assert next_step(shown).startswith("**U1** enlarges it;")
    assert next_step(shown).endswith("**V1** makes more like it.")


NOTHING = {
    "hidden": {"hidden": True},
    "let go": {"let_go_at": NOW},
    "of another provider": {"goes_on": ()},
    "without results": {"results": ()},
}


@pytest.mark.parametrize("values", NOTHING.values(), ids=NOTHING)
def test_what_cannot_be_gone_on_from_shows_no_way_on(values: dict[str, object]) -> None:
    shown = grid(**values)
    assert (labels(shown), next_step(shown)) == ([], "")


def test_a_live_task_has_no_way_on_yet() -> None:
    live = view(TaskState.RUNNING, op=Op.IMAGINE, goes_on=(Op.UPSCALE,), results=(result(),))
    assert (labels(live), next_step(live)) == ([], "")


def test_an_enlarged_picture_says_how_a_part_of_it_is_edited() -> None:
    shown = done(op=Op.UPSCALE, goes_on=(Op.INPAINT,), parent_task_id="abc", parent_result_n=2)
    assert labels(shown) == []
    assert next_step(shown).startswith("To change a part of it, use `/inpaint` with this")
    assert "from picture 2 of task abc" in str(render_card(shown).to_components())
