"""What members like, and what comes of it when an edit begins."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App, compose
from bot.db.engine import Database
from bot.domain import Op, TaskState
from bot.errors import BadOption
from bot.services.clearing import ASK_FIRST
from bot.services.observed import Observed
from bot.services.preferences import Ping, Preferences
from bot.wiring import Ground
from tests import assets
from tests.databases import fresh
from tests.services.engine import ALICE, BOB, GUILD, request, settings, who
from tests.services.scripted import SPEC, FastClock, Scripted, ThreadPictures

S = TaskState
NAMES = ("cheap", "dear", "plain")


@pytest.fixture
async def three(tmp_path: Path) -> AsyncGenerator[App]:
    """Three providers that are alike, of which the operator prefers the last."""
    chosen = settings(tmp_path / "data", default_provider="plain")
    fresh(chosen.database_path)
    db = Database(chosen.database_path)
    providers = {slug: Scripted(spec=replace(SPEC, slug=slug, title=slug)) for slug in NAMES}
    yield compose(Ground(chosen, FastClock(), db, ThreadPictures(), providers))
    await db.close()


async def picked(app: App, folder: Path, key: str, **changes: object) -> str:
    return (await app.intake.submit(request(folder, key, **changes))).provider


async def test_everybody_begins_alike_and_choices_are_kept(idle: App) -> None:
    assert await idle.desk.members.preferences(ALICE) == Preferences(Ping.LONG, False, None)
    await idle.desk.members.prefer(ALICE, ping=Ping.OFF)
    await idle.desk.members.prefer(ALICE, ask_first=True)
    assert await idle.desk.members.preferences(ALICE) == Preferences(Ping.OFF, True, None)
    assert await idle.desk.members.preferences(BOB) == Preferences()


async def test_a_members_default_comes_before_the_servers_and_that_before_the_operators(
    three: App, tmp_path: Path
) -> None:
    assert await picked(three, tmp_path, "k1") == "plain"
    await three.desk.guilds.change(GUILD, BOB, default_provider="dear")
    assert await picked(three, tmp_path, "k2") == "dear"
    await three.desk.members.prefer(ALICE, default_provider="cheap")
    assert await picked(three, tmp_path, "k3") == "cheap"
    assert await picked(three, tmp_path, "k4", user_id=BOB) == "dear"
    offers = await three.desk.offers.providers(Op.INPAINT, GUILD, ALICE)
    assert [spec.slug for spec in offers] == ["cheap", "dear", "plain"]


async def test_a_preferred_provider_that_cannot_do_it_is_passed_over(
    three: App, tmp_path: Path
) -> None:
    observed = three.providers["dear"]
    assert isinstance(observed, Observed)
    dear = observed.inner
    assert isinstance(dear, Scripted)
    dear.spec = replace(dear.spec, ops={Op.INPAINT: replace(SPEC.ops[Op.INPAINT], params=())})
    await three.desk.members.prefer(ALICE, default_provider="dear")
    wish = request(tmp_path)
    wish = replace(wish, options=replace(wish.options, strength=0.5))
    assert (await three.intake.submit(wish)).provider == "plain"


async def test_only_allowed_providers_are_offered_picked_and_named(
    three: App, tmp_path: Path
) -> None:
    await three.desk.members.prefer(ALICE, default_provider="dear")
    await three.desk.guilds.change(GUILD, BOB, providers=("cheap",))
    assert await picked(three, tmp_path, "k1") == "cheap"
    with pytest.raises(BadOption, match="no provider `dear` here"):
        await picked(three, tmp_path, "k2", provider="dear")
    offers = await three.desk.offers.providers(Op.INPAINT, GUILD, ALICE)
    assert [spec.slug for spec in offers] == ["cheap"]


async def test_go_and_again_ask_whether_the_provider_is_still_allowed(
    three: App, tmp_path: Path
) -> None:
    await three.desk.members.prefer(ALICE, ask_first=True)
    draft = await three.intake.submit(request(tmp_path))
    old = await three.intake.submit(request(tmp_path, "k2"))
    await three.tasks.cancel(old.id, ALICE, may_manage=False)
    await three.desk.guilds.change(GUILD, BOB, providers=("cheap",))
    with pytest.raises(BadOption, match="no provider `plain` here"):
        await three.intake.go(draft.id, who())
    with pytest.raises(BadOption, match="no provider `plain` here"):
        await three.intake.again(old.id, who(), "k3")
    assert (await three.tasks.get(draft.id)) == draft


async def test_who_wants_to_be_asked_first_gets_a_draft_of_every_edit(
    idle: App, tmp_path: Path
) -> None:
    old = await idle.intake.submit(request(tmp_path))
    await idle.tasks.cancel(old.id, ALICE, may_manage=False)
    await idle.desk.members.prefer(ALICE, ask_first=True)
    asked = [
        await idle.intake.submit(request(tmp_path, "k2")),
        await idle.intake.again(old.id, who(), "k3"),
    ]
    assert [(task.state, task.held, task.draft_reason) for task in asked] == [
        (S.DRAFT, 0, ASK_FIRST)
    ] * 2
    assert asked[1].overlay_blob
    others = await idle.intake.again(old.id, who(BOB), "k4")
    assert others.state is S.QUEUED
    for draft in asked:
        assert (await idle.intake.go(draft.id, who())).state is S.QUEUED


async def test_a_doubt_is_told_rather_than_the_wish_to_be_asked(idle: App, tmp_path: Path) -> None:
    await idle.desk.members.prefer(ALICE, ask_first=True)
    inverted = assets.save(assets.mask(64, 48, (0, 0, 64, 36)), tmp_path / "mask.png")
    draft = await idle.intake.submit(request(tmp_path, mask=inverted))
    assert "wrong way round" in (draft.draft_reason or "")
