"""What goes on from a provider's own results, and what is asked again when a draft goes."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app import App
from bot.db.models import TaskRow
from bot.domain import MaskTuning, Op, Options, Origin, TaskState
from bot.errors import BadOption, BadParent, TaskGone
from bot.providers.base import Param, Travel
from bot.services.routing import Routing
from bot.services.sources import Made
from tests import assets
from tests.services.engine import opened, request, until, who, working
from tests.services.scripted import SPEC, Scripted, with_spec

OWN = replace(
    SPEC.ops[Op.INPAINT],
    image=Travel.PARENT,
    parents=frozenset({Op.UPSCALE}),
    parent_reason="Only its own.",
)
CHAIN = replace(SPEC, slug="chain", title="Chain", ops={Op.INPAINT: OWN})
MADE = Made("chain", Op.UPSCALE, "r1", None)
FOREIGN = {
    "an upload": None,
    "another provider's": replace(MADE, provider="scripted"),
    "another operation's": replace(MADE, op=Op.IMAGINE),
    "one without its id": replace(MADE, remote_id=None),
}


@pytest.mark.parametrize("made", FOREIGN.values(), ids=FOREIGN)
def test_what_is_not_its_own_is_refused_with_what_to_do(made: Made | None, tmp_path: Path) -> None:
    both = Routing({"chain": Scripted(spec=CHAIN), "scripted": Scripted()})
    wish = request(tmp_path)
    with pytest.raises(BadParent, match=r"Only its own\."):
        both.choose(replace(wish, provider="chain"), made)
    assert both.choose(wish, made).slug == "scripted"
    alone = Routing({"chain": Scripted(spec=CHAIN)})
    with pytest.raises(BadParent, match=r"Only its own\."):
        alone.choose(wish, made)


def dearer(units: int) -> Routing:
    op = replace(OWN, price=replace(OWN.price, units=OWN.price.units + units))
    chain = Scripted(spec=replace(CHAIN, ops={Op.INPAINT: op}))
    return Routing({"chain": chain, "scripted": Scripted()})


def test_its_own_picture_goes_to_the_cheaper_unless_somebody_is_named(tmp_path: Path) -> None:
    wish = request(tmp_path)
    assert dearer(1).choose(wish, MADE).slug == "scripted"
    assert dearer(-1).choose(wish, MADE).slug == "chain"
    assert dearer(1).choose(replace(wish, provider="chain"), MADE).slug == "chain"
    liked = dearer(1).narrowed((), "chain")
    assert liked.choose(wish, MADE).slug == "chain"


async def test_a_safety_check_is_asked_again_at_go(tmp_path: Path) -> None:
    """The channel may have lost its mark since the draft was made."""
    param = Param("safety_checker", bool, True, is_safety=True)
    op = replace(SPEC.ops[Op.INPAINT], params=(param, Param("seed", int)))
    most = assets.save(assets.mask(64, 48, (0, 0, 64, 36)), tmp_path / "most.png")
    off = Options(extra={"safety_checker": "no"})
    async with opened(tmp_path / "data", with_spec(ops={Op.INPAINT: op})) as app:
        with pytest.raises(BadOption, match="age-restricted"):
            await app.intake.submit(request(tmp_path, options=off))
        marked = request(tmp_path, options=off, age_restricted=True, mask=most)
        draft = await app.intake.submit(marked)
        assert draft.state is TaskState.DRAFT
        with pytest.raises(BadOption, match="age-restricted"):
            await app.intake.go(draft.id, who())
        gone = await app.intake.go(draft.id, who(age_restricted=True))
        assert gone.state is TaskState.QUEUED


async def test_again_asks_for_the_mark_of_the_channel_too(tmp_path: Path) -> None:
    param = Param("safety_checker", bool, True, is_safety=True)
    op = replace(SPEC.ops[Op.INPAINT], params=(param, Param("seed", int)))
    off = Options(extra={"safety_checker": "no"})
    provider = with_spec(ops={Op.INPAINT: op})
    async with opened(tmp_path / "data", provider) as app, working(app):
        task = await app.intake.submit(request(tmp_path, options=off, age_restricted=True))
        await until(app, task.id)
        with pytest.raises(BadOption, match="age-restricted"):
            await app.intake.again(task.id, who(), "press")


async def test_a_live_parent_and_words_that_were_let_go_are_refused(tmp_path: Path) -> None:
    words = replace(SPEC.ops[Op.INPAINT], image=None, mask=None)
    upscale = replace(words, image=Travel.PARENT, parents=frozenset({Op.IMAGINE}), makes=1)
    provider = with_spec(ops={Op.IMAGINE: words, Op.UPSCALE: upscale})
    bare = {"picture": None, "mask": None, "tuning": MaskTuning()}
    async with opened(tmp_path / "data", provider) as app:
        task = await app.intake.submit(request(tmp_path, op=Op.IMAGINE, **bare))
        press = request(tmp_path, "press", op=Op.UPSCALE, **bare)
        press = replace(press, origin=Origin.BUTTON, parent_task_id=task.id, parent_result_n=1)
        with pytest.raises(BadParent, match="not finished"):
            await app.intake.submit(press)
        async with working(app):
            await until(app, task.id)
        await _let_go(app, task.id)
        with pytest.raises(BadParent, match="let go"):
            await app.intake.submit(press)
        with pytest.raises(TaskGone, match="cannot be repeated"):
            await app.intake.again(task.id, who(), "again")


async def _let_go(app: App, task_id: str) -> None:
    async with app.db.write() as session:
        gone = update(TaskRow).where(TaskRow.id == task_id)
        await session.execute(gone.values(let_go_at=app.clock.now()))
