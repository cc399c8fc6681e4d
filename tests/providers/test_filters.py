"""Safety filters, in each way that a service has to say so: refunded, said so, sent once."""

from pathlib import Path

import pytest

from bot.domain import Op
from tests.providers.cases import CASES
from tests.providers.faults import Row
from tests.providers.stage import asked, assert_money, at_fault, ended

FORMS = {
    "aithriving": ("nsfw",),
    "apiframe": ("nsfw",),
    # A blank picture, a flag beside it, a refused prompt.
    "modelslab": ("nsfw", "nsfw_flag", "nsfw_refused"),
    # A refusal, pictures taken out, pictures with a flag.
    "qolaba": ("nsfw", "copyright", "flagged"),
    # A failed job, labels on its pictures.
    "scenario": ("nsfw", "labeled"),
}
EACH = [(slug, form) for slug, forms in FORMS.items() for form in forms]


def test_every_paid_provider_is_here() -> None:
    paid = {slug for slug, case in CASES.items() if case.spec.ops[Op.INPAINT].price.units}
    assert paid == set(FORMS)


@pytest.mark.parametrize(("slug", "form"), EACH, ids=[f"{slug}: {form}" for slug, form in EACH])
async def test_what_a_filter_withholds_is_not_paid(slug: str, form: str, tmp_path: Path) -> None:
    case, row = CASES[slug], Row("failed filtered", behavior=form)
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await ended(app, (await asked(app, case, row, tmp_path)).id)
        assert f"{task.state} {task.error_code}" == row.ends
        assert "filter" in (task.error_text or "") or "check" in (task.error_text or "")
        assert desk.calls("submit") == 1
        assert task.settled == 0
        await assert_money(app, task)
