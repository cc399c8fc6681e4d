"""The pages about credits: what they say, and that the longest fit Discord."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from discord import ui

from bot.delivery import credit_pages
from bot.delivery.credit_pages import (
    account_name,
    cursor_text,
    read_cursor,
    read_gift,
    render_balance,
    render_confirm,
    render_history,
    render_ranks,
    render_stats,
    what,
)
from bot.delivery.ledger_alarm import alarm_lines, render_alarm
from bot.delivery.privacy_page import after_text, render_before
from bot.delivery.sponsor_page import render_sponsor
from bot.delivery.treasury_page import Checked, render_coffer, render_prices, render_report
from bot.services.allowance import Due, Grant
from bot.services.bookkeeping import DEEDS_SHOWN, PER_PAGE, Books, DeedDone
from bot.services.charges import Charge
from bot.services.charting import View, chart_of
from bot.services.economy import Economy, Payer, Period
from bot.services.erasure import Asked
from bot.services.findings import Findings
from bot.services.history import PER_PAGE as ENTRIES
from bot.services.history import Cursor, Edit, Entry, History
from bot.services.leaderboard import Board, Rank
from bot.services.ledger import Purpose
from bot.services.pages import Page
from bot.services.payers import Pocket
from bot.services.recount import Drift
from bot.services.rulebook import Coffer
from bot.services.spending import Part, Spending
from bot.services.sponsors import Sponsored
from bot.services.treasury import Standing
from tests.delivery import layouts
from tests.delivery.views import NOW
from tests.services.scripted import SPEC

ID, MUCH = 2**63, 10**12
ENTRY = Entry(
    5, NOW, "move", "grant", MUCH, MUCH, 0, f"user:{ID}:{ID}", True, ID, "*" * 200,
    Edit("0123456789", ID, ID, ID),
)  # fmt: skip
SPENDING = Spending(
    tuple((date(2026, 1, 1) + timedelta(days=n), n * 100) for n in range(90)),
    tuple(Part(f"provider-{n}", MUCH, 99) for n in range(12)),
    (*(Part(str(ID - n), MUCH, 9) for n in range(8)), Part("", 5, 1)),
)
RICH = Economy(
    (Payer.SPONSOR, Payer.POOL, Payer.OWN), MUCH, MUCH, MUCH, Period.WEEKLY,
    {ID - n: MUCH for n in range(10)}, {SPEC.slug: Decimal("1.5")}, MUCH,
)  # fmt: skip
CHARGE = Charge(
    date(2026, 1, 1), "a-provider-with-a-name", "creative units", 999, MUCH, Decimal("12.5"), 9,
    Decimal("1.25"),
)  # fmt: skip
DEED = DeedDone(NOW, "grant", MUCH, f"user:{ID}:{ID}", ID, "*" * 200)
WRONG = Findings([Drift(f"user:9:{ID}", MUCH, 0, MUCH, 0)] * 40, [], [], 0)
POCKETS = [Pocket(each, 1, MUCH) for each in Payer]


def stats(view: View) -> ui.LayoutView:
    return render_stats(SPENDING, chart_of(SPENDING, view, {}), view, "chart.png")


LONGEST: dict[str, ui.LayoutView] = {
    "balance": render_balance(
        Standing(MUCH, MUCH, MUCH, Due((Grant(Purpose.FIRST, "", MUCH),) * 2, short=True)), POCKETS
    ),
    "history": render_history(
        History(MUCH, MUCH, [ENTRY] * ENTRIES, Cursor(MUCH, MUCH), newest=False)
    ),
    "confirm": render_confirm(ID, MUCH, str(ID)),
    "ranks": render_ranks(
        Page(tuple(Rank(n, ID, MUCH) for n in range(10)), 5, 9, 90), Board.MADE, 30
    ),
    **{f"stats {view}": stats(view) for view in View},
    "sponsor": render_sponsor(Sponsored(ID, ID, MUCH, MUCH, NOW + timedelta(days=9)), NOW),
    "no sponsor": render_sponsor(None, NOW),
    "coffer": render_coffer(Coffer(RICH, MUCH, MUCH, mints=False), MUCH),
    "prices": render_prices(
        [replace(SPEC, slug=f"p{n}", title="*" * 30) for n in range(30)],
        {f"p{n}": Decimal(10**6) for n in range(30)},
        {f"p{n}": Decimal(1) for n in range(30)},
        replace(RICH, multipliers={f"p{n}": Decimal("0.999999") for n in range(30)}),
    ),
    "report": render_report(
        Books(Page((CHARGE,) * PER_PAGE, 2, 9, 70), [DEED] * DEEDS_SHOWN), Checked(NOW, WRONG)
    ),
    "alarm": render_alarm(alarm_lines(WRONG)),
    "before": render_before(),
    "file": credit_pages.with_file("*" * 300, "credits.csv"),
}


@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_page_fits_discord(name: str) -> None:
    layouts.check_size(LONGEST[name])


@pytest.mark.parametrize("name", LONGEST)
def test_every_control_is_dynamic_and_its_id_fits(name: str) -> None:
    layouts.check_controls(LONGEST[name])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "hold"}, "held for an edit"),
        ({"kind": "resolve", "held": 10, "change": 3}, "edit paid, 7 credits"),
        ({"kind": "resolve", "held": 1, "change": 0}, "edit paid, 1 credit"),
        ({"kind": "resolve", "held": 10, "change": 10}, "edit not charged, given back"),
        ({"purpose": "give"}, f"from <@{ID}>"),
        ({"purpose": "give", "incoming": False}, f"to <@{ID}>"),
        ({"purpose": "grant", "actor_id": None}, "granted by the operator"),
        ({"purpose": "take", "actor_id": 5}, "taken by <@5>"),
        ({"purpose": "topup"}, "allowance"),
        ({"purpose": "back"}, "back from a thread"),
        ({"purpose": None, "other": "pool:9"}, "from the server's pool"),
    ],
)
def test_each_entry_says_what_it_was(changes: dict[str, object], said: str) -> None:
    assert what(replace(ENTRY, **changes)) == said  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("text", ["0", "", "5", "5-", "-5", "a-b", "5-5-5", "²-²", "9" * 30 + "-1"])
def test_what_no_button_carries_is_the_newest_page(text: str) -> None:
    assert read_cursor(text) is None


def test_a_cursor_and_a_gift_come_back_as_they_were() -> None:
    assert read_cursor(cursor_text(Cursor(12, 34))) == Cursor(12, 34)
    assert read_gift("5-10-77") == (5, 10, "77")
    assert [read_gift(each) for each in ("5-10", "5--1-7", "a-1-1")] == [None] * 3


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("user:9:5", "<@5>"),
        ("pool:9", "the server's pool"),
        ("sponsor:7", "<#7>"),
        ("deleted:3", "a member who was forgotten"),
        ("house:local", "house:local"),
    ],
)
def test_accounts_are_named_as_people_do(code: str, name: str) -> None:
    assert account_name(code) == name


def test_charts_are_told_in_words_within_discords_limit() -> None:
    for view in View:
        ((_, alt),) = layouts.pictures(stats(view)).items()
        assert 20 < len(alt) <= 1024


def test_a_sponsor_whose_time_is_over_does_not_seem_to_pay() -> None:
    told = layouts.text(render_sponsor(Sponsored(7, 9, 20, 5, NOW), NOW))
    assert "no longer pays" in told
    assert "20 credits left" not in told


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (None, "Nothing is kept about you that could be deleted."),
        (0, "I deleted everything"),
        (1, "1 edit of yours is at a provider and cannot be taken back. As soon as it ends"),
        (2, "2 edits of yours are at a provider and cannot be taken back. As soon as they end"),
    ],
)
def test_a_wish_to_be_forgotten_is_answered_with_what_stays(live: int | None, told: str) -> None:
    answer = after_text(Asked(live))
    assert answer.startswith(told)
    assert live is None or "a second first grant and, today, a second share" in answer


def test_an_empty_pool_is_said_first() -> None:
    page = render_coffer(Coffer(Economy(), 0, 0, mints=False), 1000)
    assert "It is empty: nobody gets anything now." in layouts.text(page)
    assert "`inpaint-bot ledger grant pool:SERVER_ID CREDITS`" in layouts.text(page)
    home = render_coffer(Coffer(Economy(), 0, 0, mints=True), 1000)
    assert "It is empty" not in layouts.text(home)
