"""Only the servers that the operator named may use the bot; every entrance asks."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App
from bot.delivery.lanes import card_work
from bot.domain import Origin, Task, TaskState
from bot.errors import NotServed
from bot.services.access import Access, Who
from tests import assets
from tests.services.engine import ALICE, GUILD, opened, purse, request, who
from tests.services.scripted import Scripted

OTHER = GUILD + 1
ENTRANCES: dict[str, Callable[[App, Task, Path], Awaitable[Task]]] = {
    "command": lambda app, _task, folder: app.intake.submit(request(folder, "k2")),
    "go": lambda app, task, _folder: app.intake.go(task.id, who()),
    "invert": lambda app, task, _folder: app.intake.invert(task.id, who()),
}


@pytest.fixture
async def draft(tmp_path: Path) -> Task:
    """A draft from when the server was still served."""
    inverted = assets.save(assets.mask(64, 48, (0, 0, 64, 36)), tmp_path / "mask.png")
    async with opened(tmp_path / "data", Scripted(), guilds=(GUILD,)) as app:
        made = await app.intake.submit(request(tmp_path, mask=inverted))
        assert made.state is TaskState.DRAFT
        return made


@pytest.mark.parametrize("entrance", ENTRANCES)
async def test_another_server_is_refused_at_every_entrance(
    tmp_path: Path, draft: Task, entrance: str
) -> None:
    async with opened(tmp_path / "data", Scripted(), guilds=(OTHER,)) as app:
        with pytest.raises(NotServed, match="not switched on for this server"):
            await ENTRANCES[entrance](app, draft, tmp_path)
        assert await app.tasks.get(draft.id) == draft
        assert (await purse(app))[1] == 0


async def test_repeating_an_edit_is_refused_too(tmp_path: Path, draft: Task) -> None:
    async with opened(tmp_path / "data", Scripted(), guilds=(OTHER,)) as app:
        await app.tasks.cancel(draft.id, ALICE, may_manage=False)
        with pytest.raises(NotServed):
            await app.intake.again(draft.id, who(), "k3")


async def test_the_command_line_is_let_in_and_is_owed_no_card(tmp_path: Path) -> None:
    wish = replace(request(tmp_path), guild_id=0, origin=Origin.CLI)
    async with opened(tmp_path / "data", Scripted(), guilds=(OTHER,)) as app:
        assert (await app.intake.submit(wish)).state is TaskState.QUEUED
        inverted = assets.save(assets.mask(64, 48, (0, 0, 64, 36)), tmp_path / "mask.png")
        draft = await app.intake.submit(replace(wish, request_key="k2", mask=inverted))
        operator = Who(draft.user_id or 0, draft.guild_id)
        await app.intake.invert(draft.id, operator)
        assert (await app.intake.go(draft.id, operator)).state is TaskState.QUEUED
        owed = [card_work(view, None, app.clock.now()) for view in await app.cards.behind()]
        assert owed == [None, None]


async def test_without_a_list_every_server_is_let_in(idle: App) -> None:
    Access(idle.db, idle.clock).check(GUILD)
    Access(idle.db, idle.clock, frozenset({GUILD})).check(GUILD)
    with pytest.raises(NotServed):
        Access(idle.db, idle.clock, frozenset({GUILD})).check(0)
