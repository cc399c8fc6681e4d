"""The menu under a card: what it offers for which edit, and that all of it fits Discord."""

import pytest

from bot.delivery import more
from bot.delivery.cards import render_card
from bot.domain import Op, TaskState
from bot.services.cards import TaskView
from tests.delivery import layouts
from tests.delivery.views import NOW, TASK_ID, done, file, view

ALL = ["same", "paint", "expand", "compare", "original", "info"]


@pytest.mark.parametrize(
    ("shown", "offered"),
    [
        (done(), ALL),
        (done(op=Op.OUTPAINT), ALL),
        (done(op=Op.IMAGINE, mask_blob=None), ["paint", "expand", "original", "info"]),
        (done(hidden=True), []),
        (done(let_go_at=NOW), []),
        (done(results=()), []),
        (view(TaskState.FAILED), []),
        (view(TaskState.RUNNING), []),
    ],
)
def test_the_menu_offers_what_can_be_done(shown: TaskView, offered: list[str]) -> None:
    assert more.actions_of(shown) == offered
    assert (f"pick/more:{TASK_ID}" in layouts.custom_ids(render_card(shown))) == bool(offered)


def test_edit_again_is_there_where_words_matter() -> None:
    assert more.may_reword(done())
    assert not more.may_reword(done(prompt_unused=True))
    assert not more.may_reword(done(op=Op.UPSCALE))
    assert not more.may_reword(done(let_go_at=NOW))


def test_the_longest_pages_fit_discord() -> None:
    shown = done(8, op=Op.INPAINT, goes_on=(Op.UPSCALE,), prompt="*" * 4000)
    files = [file(n) for n in range(1, 9)]
    for page in (
        render_card(shown, files),
        more.render_which(shown, "original"),
        more.render_compared(shown, 8, "compare.jpg"),
        more.render_original(shown, 8, "k3f9x2abcd-8.webp"),
    ):
        layouts.check_size(page)
        layouts.check_controls(page)


def test_a_comparison_is_told_to_those_who_cannot_see_it() -> None:
    (said,) = layouts.pictures(more.render_compared(done(), 1, "c.jpg")).values()
    assert said.startswith("Three pictures: before, the same with the part to change tinted")
    assert "a red boat" in said
    (long,) = layouts.pictures(more.render_compared(done(prompt="*" * 4000), 1, "c.jpg")).values()
    assert len(long) <= 1024


@pytest.mark.parametrize(
    "form",
    [
        more.reword_form(done(prompt="*" * 4500), 5000),
        more.same_form(done(), 8, 1000),
        more.expand_form(done(), 8, 1000),
    ],
)
def test_a_form_fits_discord(form: object) -> None:
    told = form.to_dict()  # pyright: ignore[reportAttributeAccessIssue]
    assert len(told["title"]) <= 45
    assert len(told["custom_id"]) <= 100
    for label in told["components"]:
        assert len(label["label"]) <= 45
        assert len(label["description"]) <= 100
        assert label["component"]["max_length"] <= 4000
        assert len(label["component"].get("value") or "") <= label["component"]["max_length"]
