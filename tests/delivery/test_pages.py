"""The pages of the commands that are no edits: what they say, and that the longest fit Discord."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from discord import ui

from bot.delivery.about_page import render_about
from bot.delivery.buttons import LOOKS
from bot.delivery.cards import REPORTED, render_card
from bot.delivery.details import render_details
from bot.delivery.help_page import TOPICS, render_help
from bot.delivery.lists import render_blocked, render_changes, render_tasks
from bot.delivery.report_card import about, render_report, report_id
from bot.delivery.server_page import Operator, limits_form, render_server, words_form
from bot.delivery.settings_page import render_settings
from bot.domain import CardState, MaskSource, ResultState, Task, TaskState
from bot.imaging.howto import HOWTOS
from bot.services.blocks import Block
from bot.services.cards import TaskView
from bot.services.guild_rules import TITLES, GuildRules
from bot.services.guilds import PER_PAGE as LINES
from bot.services.guilds import Change, Overview
from bot.services.limits import Limits
from bot.services.listing import PER_PAGE
from bot.services.pages import Page, window
from bot.services.preferences import Ping, Preferences
from bot.services.reports import Decision, ReportView
from bot.services.showing import Shown
from bot.services.standing import ProviderStanding, Standing
from tests.delivery import layouts
from tests.delivery.views import NOW, TASK_ID, after, done, file, result, task, view
from tests.services.scripted import SPEC

S = TaskState
T = TypeVar("T")
OPERATOR = Operator(Limits(3, 20, 1000), 30)
MANY = [replace(SPEC, slug=f"p{n}", title="*" * 30) for n in range(24)]
LONG = Change(name="blocked_words", before="*" * 3000, after="_" * 3000, actor_id=2**62, at=NOW)


def shown(**values: Any) -> Shown:
    plain = Shown(done(), None, None, is_mine=True, may_return=False)
    return replace(plain, **values)


def report(**values: Any) -> ReportView:
    plain = ReportView(17, task(S.DONE), 88, NOW, 5, None, None, None, None)
    return replace(plain, **values)


def pages(items: Sequence[T], **values: int) -> Page[T]:
    return Page(tuple(items), values.get("number", 1), values.get("pages", 1), len(items))


def longest_task() -> Task:
    return task(S.DONE, prompt="*" * 1000, hidden=True, let_go_at=NOW, quoted=10**6, settled=10**5)


def longest_view() -> TaskView:
    return view(
        S.DONE,
        prompt="*" * 1000,
        count=8,
        notes=["_" * 400 for _ in range(9)],
        results=tuple(result(n, seed=2**53 + 3 * n) for n in range(1, 9)),
        options={"extra": {f"name{n}": "*" * 90 for n in range(20)}, "strength": 0.5},
        let_go_at=NOW,
        submitted_at=NOW,
        mask_facts={"coverage": 0.12, "grow_px": 4},
        draft_reason="_" * 900,
        parent_result_n=8,
    )


LONGEST: dict[str, ui.LayoutView] = {
    "tasks": render_tasks(pages([longest_task()] * PER_PAGE, number=5, pages=9), everyone=True),
    "changes": render_changes(pages([LONG] * LINES, number=5, pages=9)),
    "blocked": render_blocked(pages([Block(2**62, NOW, "*" * 300)] * LINES, number=5, pages=9)),
    "details": render_details(
        shown(view=longest_view(), parent=task(S.DONE), report=report()), "m.jpg", ["*" * 400]
    ),
    "report": render_report(report(task=task(S.DONE, prompt="*" * 1000))),
    "server": render_server(
        Overview(
            GuildRules(
                providers=tuple(spec.slug for spec in MANY),
                channels=tuple(range(1, 26)),
                roles=tuple(range(1, 26)),
                report_channel=9,
                words_sentence="*" * 300,
                paused=True,
            ),
            10**6,
        ),
        MANY,
        OPERATOR,
    ),
    "settings": render_settings(Preferences(default_provider="gone"), MANY),
    "about": render_about(
        "1.2.3",
        Standing(NOW, 10**6, [ProviderStanding("*" * 40, 9999, 9999, 99, 9999)] * 20),
        after(10**7),
        30,
        "https://example.org/privacy",
    ),
    **{f"help {topic}": render_help(topic, "how.webp") for topic in TOPICS},
}


@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_page_fits_discord(name: str) -> None:
    layouts.check_size(LONGEST[name])


@pytest.mark.parametrize("name", LONGEST)
def test_every_control_is_dynamic_and_has_one_class(name: str) -> None:
    layouts.check_controls(LONGEST[name])


def test_a_long_row_is_never_wider_than_discord_lets_it() -> None:
    rows = [item for page in LONGEST.values() for item in page.walk_children()]
    assert all(len(row.children) <= 5 for row in rows if isinstance(row, ui.ActionRow))


LISTED = [
    (task(S.DONE, quoted=7, settled=7), f"**Done** · <t:{int(NOW.timestamp())}:R> · 7 credits"),
    (task(S.DONE), "· Free · [card](https://discord.com/channels/5/6/8)"),
    (task(S.FAILED, quoted=7), "**Failed**"),
    (task(S.FAILED), "Nothing was charged"),
    (task(S.RUNNING, quoted=7, held=7), "**Working**"),
    (
        task(S.DONE, card_state=CardState.LOST, message_id=None),
        "· Free\n-# task k3f9x2abcd\n> a red boat",
    ),
    (task(S.DONE, hidden=True), "-# task k3f9x2abcd · reported\n> ||a red boat||"),
    (
        task(S.DONE, let_go_at=NOW, prompt=""),
        f"-# task k3f9x2abcd · let go <t:{int(NOW.timestamp())}:R>",
    ),
]


@pytest.mark.parametrize(("listed", "said"), LISTED, ids=[said for _, said in LISTED])
def test_a_line_of_a_list_says(listed: Task, said: str) -> None:
    assert said in layouts.text(render_tasks(pages([listed]), everyone=False))


def test_only_everyones_list_names_members() -> None:
    assert "<@77>" not in layouts.text(render_tasks(pages([task()]), everyone=False))
    assert "<@77>" in layouts.text(render_tasks(pages([task()]), everyone=True))


CHANGED = [
    (Change("paused", "no", "yes", 5, NOW), "**New edits paused**: no → yes"),
    (Change("channels", "", "<#1>", 5, NOW), "**Channels allowed**: <#1>"),
    (Change("channels", "<#1>", "", 5, NOW), "**Channels allowed**: <#1> → not set"),
    (Change("Member blocked", "", "<@9> for good", 5, NOW), "**Member blocked**: <@9> for good"),
    (Change("Member let in again", "<@9>", "", None, NOW), "**Member let in again**: <@9>"),
]


@pytest.mark.parametrize(("change", "said"), CHANGED, ids=[said for _, said in CHANGED])
def test_a_line_of_the_log_says(change: Change, said: str) -> None:
    line = layouts.text(render_changes(pages([change]))).splitlines()
    assert said in line
    assert "somebody" in line[1] or "<@5>" in line[1]


def test_every_rule_has_a_title_for_the_log() -> None:
    assert set(TITLES) == set(GuildRules.__dataclass_fields__)


@pytest.mark.parametrize(
    ("total", "asked", "found"),
    [(0, 1, (1, 1, 0)), (6, 9, (1, 1, 0)), (7, 2, (2, 2, 6)), (13, -4, (1, 3, 0))],
)
def test_a_page_that_is_not_there_is_the_nearest(
    total: int, asked: int, found: tuple[int, int, int]
) -> None:
    place = window(total, asked, 6)
    assert (place.number, place.pages, place.offset) == found


def test_a_hidden_card_hides_prompt_pictures_and_their_texts() -> None:
    card = render_card(done(hidden=True), [file()])
    (item,) = [each for part in layouts.parts(card) for each in part.get("items", ())]
    assert item["spoiler"]
    assert "red boat" not in item["description"]
    assert "> ||a red boat||" in layouts.text(card)
    assert REPORTED in layouts.text(card)
    assert layouts.custom_ids(card) == [f"delete:{TASK_ID}"]


def test_a_spoiler_cannot_be_ended_by_the_prompt() -> None:
    said = layouts.text(render_card(done(hidden=True, prompt="a|| boat ||b")))
    assert "> ||a\\|\\| boat \\|\\|b||" in said


def test_a_let_go_card_does_not_say_that_its_pictures_are_kept() -> None:
    results = (result(path=None),)
    assert "are kept" not in layouts.text(render_card(done(let_go_at=NOW, results=results)))


def test_a_report_never_looks_like_a_tasks_card() -> None:
    for decision in (None, *Decision):
        message = render_report(report(decision=decision, decider_id=1, decided_at=NOW))
        assert not any(text.endswith(TASK_ID) for text in layouts.text(message).splitlines())
        assert not any(each.endswith(f":{TASK_ID}") for each in layouts.custom_ids(message))


def test_a_report_is_found_again_from_its_button() -> None:
    assert report_id(about(report())) == 17
    assert [report_id(each) for each in ("r", "rx", "r٣", "r" + "9" * 30)] == [None] * 4


def test_details_of_a_task_without_a_mask_or_results_leave_those_lines_out() -> None:
    seen = view(S.FAILED, mask_source=MaskSource.NONE, options={"seed": 5, "extra": {}})
    said = layouts.text(render_details(shown(view=seen)))
    assert "**Mask**" not in said
    assert "**Options** seed 5" in said
    assert "**Pictures** 1" in said


def test_details_offer_only_to_the_requester_what_only_they_may() -> None:
    draft = view(S.DRAFT, may_cancel=True, card_state=CardState.NONE, message_id=None)
    assert layouts.buttons(render_details(shown(view=draft))) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Prompt",
        "Cells",
    ]
    assert layouts.buttons(render_details(shown(view=draft, is_mine=False))) == []


def test_forms_fit_discord_and_carry_what_holds() -> None:
    rules = GuildRules(
        live_member_max=2, blocked_words=tuple(["x" * 60] * 40), words_sentence="No."
    )
    for form in (limits_form(rules, OPERATOR), words_form(rules)):
        sent = form.to_dict()
        assert len(sent["title"]) <= 45
        assert len(sent["components"]) <= 5
        assert sent["custom_id"].startswith("form:")
        for label in sent["components"]:
            assert len(label["label"]) <= 45
            assert len(label.get("description", "")) <= 100
            assert len(label["component"].get("value", "")) <= label["component"]["max_length"]


def test_settings_show_what_is_chosen() -> None:
    page = render_settings(Preferences(Ping.ALWAYS, True, "p3"), MANY)
    chosen = [
        option["value"]
        for part in layouts.parts(page)
        for option in part.get("options", ())
        if option["default"]
    ]
    assert chosen == ["always", "ask", "ask", "p3", "yes"]


def test_every_topic_has_a_picture_that_can_be_drawn_and_told() -> None:
    pictured = [topic for topic in TOPICS.values() if topic.picture]
    assert {topic.picture for topic in pictured} == set(HOWTOS)
    assert all(topic.alt for topic in pictured)


def test_labels_are_short() -> None:
    assert all(len(look.label) <= 34 for look in LOOKS.values())


def test_results_that_failed_are_not_counted_as_seeds() -> None:
    seen = done(2, results=(result(1), result(2, ResultState.FAILED, seed=None)))
    assert "**Pictures** 2 · 640 × 480 · seed 41" in layouts.text(render_details(shown(view=seen)))
