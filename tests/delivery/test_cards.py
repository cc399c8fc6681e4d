"""Cards as pure functions of a view."""

import pytest
from discord import ui

from bot.delivery.cards import LOSSY, render_card, render_ping
from bot.delivery.status import ACCENTS
from bot.domain import Op, ResultState, TaskState
from bot.services.cards import Progress
from tests.delivery import layouts
from tests.delivery.views import TASK_ID, after, done, file, result, view

S = TaskState
LIVE = (S.QUEUED, S.READY, S.SUBMITTING, S.RUNNING)
ENDED = (S.DONE, S.FAILED, S.CANCELLED, S.UNKNOWN)

SAID = [
    (view(S.QUEUED), "Waiting for its turn."),
    (view(S.QUEUED, progress=Progress(queue_place=1)), "Next in line."),
    (view(S.QUEUED, progress=Progress(queue_place=4)), "Waiting, number 4 in line."),
    (view(S.READY), "Preparing the picture."),
    (view(S.SUBMITTING), "Handing it to Local."),
    (view(S.RUNNING), "Local is working on it."),
    (view(S.RUNNING, progress=Progress(stage="Filling")), "Local: Filling."),
    (view(S.RUNNING, progress=Progress(percent=40)), "▰▰▰▰▱▱▱▱▱▱ 40 %"),
    (view(S.RUNNING, progress=Progress(ready_at=after(9))), "Estimated end: <t:1767268809:R>"),
    (view(S.RUNNING), "It is already at Local and cannot be taken back."),
    (view(S.RUNNING, cancel_requested=True), "Cancel was asked for"),
    (done(), "Done in 12 s."),
    (done(), "### Repainted for <@77>"),
    (done(), "640 × 480 · seed 41"),
    (done(3), "seeds 41 to 43"),
    (done(), "Free"),
    (done(quoted=7, settled=7), "7 credits"),
    (done(user_id=None), "for somebody"),
    (
        view(S.FAILED, error_text="The provider is down. You were not charged."),
        "The provider is down. You were not charged.",
    ),
    (view(S.FAILED, error_text="It broke."), "Nothing was charged."),
    (view(S.FAILED), "Again tries once more with a new seed."),
    (view(S.CANCELLED), "Cancelled.\n"),
    (view(S.CANCELLED), "Nothing was charged."),
    (view(S.UNKNOWN), "I cannot know whether it started"),
    (view(S.UNKNOWN), "You were not charged"),
    (view(S.RUNNING), "> a red boat"),
    (view(S.RUNNING), f"Local · task {TASK_ID}"),
]


@pytest.mark.parametrize(("seen", "said"), SAID, ids=[said for _, said in SAID])
def test_a_card_says(seen, said: str) -> None:
    files = [file(one.n) for one in seen.results]
    assert said in layouts.text(render_card(seen, files))


def test_a_partial_result_says_what_is_missing_and_what_came_back() -> None:
    results = (
        result(1),
        result(2, ResultState.FILTERED),
        result(3, ResultState.FAILED),
    )
    seen = done(3, results=results, quoted=9, settled=3)
    said = layouts.text(render_card(seen, [file(1)]))
    assert "Done in 12 s: 1 of 3 pictures." in said
    assert "1 held back by the provider's safety filter, 1 failed" in said
    assert "3 credits, 6 credits given back" in said


def test_the_results_are_shown_with_texts_for_those_who_cannot_see_them() -> None:
    card = render_card(done(2), [file(1), file(2)])
    assert layouts.pictures(card) == {
        "attachment://result-1.webp": "a red boat, result 1",
        "attachment://result-2.webp": "a red boat, result 2",
    }


def test_a_card_that_cannot_show_its_pictures_says_that_they_are_kept() -> None:
    assert "kept, but could not be shown" in layouts.text(render_card(done(), []))


@pytest.mark.parametrize("state", LIVE)
def test_cancel_is_there_while_it_may_be(state: TaskState) -> None:
    report = f"report:{TASK_ID}"
    may, may_not = (render_card(view(state, may_cancel=may)) for may in (True, False))
    assert layouts.custom_ids(may) == [f"cancel:{TASK_ID}", report]
    assert layouts.custom_ids(may_not) == [report]


@pytest.mark.parametrize("state", ENDED)
def test_again_and_delete_are_there_after_the_end(state: TaskState) -> None:
    assert layouts.buttons(render_card(view(state))) == ["Again", "Edit again", "Delete", "Report"]


@pytest.mark.parametrize("state", TaskState)
def test_every_state_has_a_color_and_some_text(state: TaskState) -> None:
    card = render_card(view(state))
    assert card.to_components()[0]["accent_color"] == ACCENTS[state]
    assert len(layouts.text(card)) > 40


def test_notes_are_small_and_said_once() -> None:
    seen = done(notes=["The mask was resized.", "The mask was resized."])
    said = layouts.text(render_card(seen, [file()]))
    assert said.count("-# The mask was resized.") == 1


def test_a_lossy_file_and_an_unread_prompt_are_told() -> None:
    about = "Local removes what is under the mask and does not read the prompt."
    seen = done(prompt_unused=True, provider_about=about)
    said = layouts.text(render_card(seen, [file(lossy=True)]))
    assert LOSSY in said
    assert about in said


def test_an_unread_prompt_is_told_also_by_a_provider_that_says_nothing() -> None:
    said = layouts.text(render_card(view(prompt_unused=True)))
    assert "does not read the prompt" in said


@pytest.mark.parametrize("state", [S.FAILED, S.CANCELLED, S.UNKNOWN])
def test_an_edit_that_came_to_nothing_does_not_speak_of_its_prompt(state: TaskState) -> None:
    said = layouts.text(render_card(view(state, prompt_unused=True)))
    assert "does not read the prompt" not in said


def test_what_the_provider_changed_outside_is_told_when_it_is_much() -> None:
    loud, quiet = result(outside_changed=0.12), result(outside_changed=0.0001)
    assert "also changed 12 %" in layouts.text(render_card(done(results=(loud,)), [file()]))
    assert "also changed" not in layouts.text(render_card(done(results=(quiet,)), [file()]))


def test_a_prompt_cannot_dress_up_the_card() -> None:
    said = layouts.text(render_card(view(prompt="# big\n**bold** @everyone")))
    assert "\\*\\*bold" in said
    assert "@everyone" not in said
    assert "\n# big" not in said


@pytest.mark.parametrize("op", Op)
@pytest.mark.parametrize("state", TaskState)
def test_the_longest_card_fits_discord(state: TaskState, op: Op) -> None:
    results = tuple(result(n, seed=2**53, outside_changed=0.5) for n in range(1, 9))
    seen = view(
        state,
        op=op,
        prompt="*" * 1000,
        count=8,
        notes=["_" * 400 for _ in range(3)] + [f"{n}" + "_" * 400 for n in range(20)],
        error_text="_" * 2000,
        results=results,
        quoted=10**6,
        settled=10**5,
        prompt_unused=True,
        provider_about="*" * 300,
        progress=Progress("*" * 200, 50, 1000, after(1)),
        cancel_requested=True,
    )
    card = render_card(seen, [file(n, lossy=True) for n in range(1, 9)])
    assert card.content_length() <= 4000
    assert len(layouts.parts(card)) <= 40


def test_rendering_twice_gives_two_layouts_that_look_the_same() -> None:
    one, two = render_card(view(may_cancel=True)), render_card(view(may_cancel=True))
    assert one is not two
    assert one.timeout is None
    assert one.to_components() == two.to_components()


def test_a_ping_names_the_member() -> None:
    assert render_ping(done()) == "<@77>, your edit is ready."
    assert render_ping(view(S.FAILED)) == "<@77>, your edit is over."


def test_every_control_is_dynamic() -> None:
    for state in TaskState:
        card = render_card(view(state, may_cancel=True))
        controls = [item for item in card.walk_children() if item.is_dispatchable()]
        assert all(isinstance(item, ui.DynamicItem) for item in controls)
