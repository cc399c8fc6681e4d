"""What `/providers` and `/about` say of a provider, and that the longest page fits Discord."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from discord import ui

from bot.delivery.client import DYNAMIC_ITEMS
from bot.delivery.providers_page import PER_PAGE, health, render_provider, render_providers
from bot.domain import Op, SizeRule
from bot.providers.base import OpSpec, Param, Price, PricedPer, PromptUse
from bot.services.pages import Page
from bot.services.pauses import Pause, Why
from bot.services.showcase import NOT_HERE, Shown
from bot.services.standing import ProviderStanding
from tests.delivery import layouts
from tests.delivery.views import NOW
from tests.services.scripted import SPEC

WELL = ProviderStanding("Scripted", 9, 1, 1, 2, "scripted", typical_s=21.4)
UNTIL = NOW + timedelta(minutes=5)
DOWN = Pause("scripted", Why.FAULTS, NOW, UNTIL, 0, "auth")
SPENT = Pause("scripted", Why.LIMIT, NOW, UNTIL)
ONE = Shown(SPEC, {Op.INPAINT: 7, Op.OUTPAINT: 7}, WELL)


def longest() -> Shown:
    params = tuple(Param(f"name_{n}" * 4, int, 1, 0, 100) for n in range(40))
    each = OpSpec(
        PromptUse.REQUIRED, None, None, Price(Decimal(10**6)), SizeRule(), 8, params=params
    )
    spec = replace(
        SPEC,
        title="*" * 40,
        about="*" * 900,
        ops=dict.fromkeys(Op, each),
        known_limits=("*" * 400,) * 9,
    )
    standing = replace(WELL, pause=DOWN, waiting=10**6, working=10**6, typical_s=10**6)
    return Shown(spec, dict.fromkeys(Op, 10**9), standing, "", is_default=True)


LONGEST = {
    "all": render_providers(Page((longest(),) * PER_PAGE, 2, 3, 24)),
    "all off": render_providers(
        Page((replace(longest(), why_not="*" * 900),) * PER_PAGE, 2, 3, 24)
    ),
    "one": render_provider(longest()),
    "one off": render_provider(replace(longest(), why_not="*" * 900)),
    "none": render_providers(Page((), 1, 1, 0)),
}


def said(page: ui.LayoutView) -> str:
    return "\n".join(
        each.content for each in page.walk_children() if isinstance(each, ui.TextDisplay)
    )


@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_page_fits_discord(name: str) -> None:
    page = LONGEST[name]
    assert page.content_length() <= 4000
    assert len(layouts.parts(page)) <= 40
    assert page.timeout is None
    for control in (item for item in page.walk_children() if item.is_dispatchable()):
        assert isinstance(control, DYNAMIC_ITEMS)


def test_all_in_short() -> None:
    off = Shown(replace(SPEC, title="Off"), {}, None, "Off is off: set OFF_API_KEY.")
    page = render_providers(Page((replace(ONE, is_default=True), off), 1, 1, 2))
    assert said(page) == (
        "### Who can edit pictures here\n"
        "**Scripted** · default · 7 credits a picture\n"
        "Ready · about 21 s · 2 waiting · 1 at work\n"
        "-# repaints, extends\n"
        "**Off**\n"
        "-# Not here: Off is off: set OFF_API_KEY."
    )


def test_one_with_everything() -> None:
    text = said(render_provider(ONE))
    assert "**Repaint** 7 credits a picture · 1 to 4 pictures · reads the prompt" in text
    assert "**Options** `seed`, `strength` 0 to 1, `style`, `enhance`" in text
    elsewhere = said(render_provider(replace(ONE, why_not=NOT_HERE)))
    assert "Not here: The admins of this server have not allowed it here." in elsewhere


def test_prices_of_jobs_and_spans() -> None:
    op = SPEC.ops[Op.INPAINT]
    job = replace(op, price=Price(Decimal(4), PricedPer.JOB), makes=4, prompt=PromptUse.REQUIRED)
    spec = replace(SPEC, ops={Op.IMAGINE: job, Op.UPSCALE: replace(job, makes=1)})
    shown = Shown(spec, {Op.IMAGINE: 4, Op.UPSCALE: 0}, WELL)
    assert "free to 4 credits a job" in said(render_providers(Page((shown,), 1, 1, 1)))
    text = said(render_provider(shown))
    assert "**New picture** 4 credits a job · always 4 pictures · needs a prompt" in text
    assert "**Enlargement** free · 1 picture · needs a prompt" in text


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (WELL, "ready"),
        (replace(WELL, done=0), "failing"),
        (replace(WELL, failed=99), "unsteady"),
        (replace(WELL, pause=DOWN), f"paused, tried again <t:{int(UNTIL.timestamp())}:R>"),
        (replace(WELL, pause=SPENT), f"used up for today, back <t:{int(UNTIL.timestamp())}:R>"),
    ],
)
def test_how_it_does(standing: ProviderStanding, words: str) -> None:
    assert health(standing) == words
