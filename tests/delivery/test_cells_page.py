"""The grid's page and a draft's rows, at their longest."""

from bot.delivery.cells_page import names_in, render_cells
from bot.delivery.draft_rows import prompt_form
from bot.delivery.reply_card import render_reply
from bot.domain import TaskState
from bot.imaging.cells import cell_names
from bot.services.cards import OfferView
from tests.delivery import layouts
from tests.delivery.views import task, view


def test_the_names_are_those_that_are_drawn() -> None:
    assert names_in("") == cell_names()
    assert names_in("B2") == cell_names("B2")


def test_the_longest_pages_fit_discord() -> None:
    for within in ("", "B2"):
        page = render_cells(task(), names_in(within), within, "cells.jpg")
        layouts.check_size(page)
        layouts.check_controls(page)
    offers = tuple(OfferView(f"p{n}", "*" * 90, n) for n in range(12))
    draft = view(
        TaskState.DRAFT, offers=offers, mask_facts={"coverage": 0.1, "outline": True}, may_go=True
    )
    layouts.check_size(render_reply(draft, "m.jpg"))
    layouts.check_controls(render_reply(draft, "m.jpg"))


def test_the_prompts_form_fits_discord() -> None:
    told = prompt_form(task(prompt="*" * 5000), 5000).to_dict()
    (label,) = told["components"]
    assert len(label["component"]["value"]) <= label["component"]["max_length"] == 4000
    assert len(label["description"]) <= 100
