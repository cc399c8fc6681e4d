"""What becomes of the cells that are picked at the two levels."""

from bot.domain import MaskSource
from bot.services.tuning import cells_of, merged, step_px
from tests.delivery.views import task


def test_whole_cells_replace_their_smaller_ones_and_each_other() -> None:
    assert merged(("B2.A1", "C2"), ["B2", "D4"], "") == ["B2", "D4"]
    assert merged(("B2.A1", "C2"), ["D4"], "") == ["B2.A1", "D4"]


def test_smaller_cells_replace_the_whole_one_and_leave_the_others() -> None:
    assert merged(("B2", "C2", "C3.E5"), ["B2.C3"], "B2") == ["B2.C3", "C2", "C3.E5"]
    assert merged(("B2.A1", "C2"), [], "B2") == ["C2"]


def test_only_cells_that_were_picked_are_read_back() -> None:
    def drawn(where: str, source: MaskSource = MaskSource.CELLS) -> tuple[str, ...]:
        return cells_of(task(mask_operations={"where": where}, mask_source=source))

    assert drawn("B2, C3.A1") == ("B2", "C3.A1")
    assert drawn("B2-C3") == ()
    assert drawn("top left", MaskSource.BOX) == ()
    assert drawn("") == ()


def test_a_step_grows_with_the_picture() -> None:
    assert step_px(task(picture_facts={"width_px": 96, "height_px": 64})) == 4
    assert step_px(task(picture_facts={"width_px": 1000, "height_px": 4000})) == 40
    assert step_px(task(picture_facts={})) == 4
