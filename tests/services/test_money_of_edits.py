"""Edits and their money through the whole engine: prices, payers, pools and changes meanwhile."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App
from bot.db.models import Account, TaskRow
from bot.domain import TaskState
from bot.errors import BadOption, NotEnoughCredits
from bot.services import findings, grants
from bot.services.economy import Payer
from bot.services.ledger import pool_code
from tests.services.engine import (
    ALICE,
    BOB,
    CHANNEL,
    GUILD,
    opened,
    purse,
    request,
    until,
    who,
    working,
)
from tests.services.scripted import SPEC, Scripted, hang

S = TaskState


async def fill(app: App, amount: int, guild_id: int = GUILD) -> None:
    async with app.db.write() as session:
        await grants.grant(session, app.ledger, pool_code(guild_id), amount, f"f{amount}")


async def balance(app: App, code: str) -> tuple[int, int]:
    async with app.db.read() as session:
        return await app.ledger.balance(session, code)


async def payer(app: App, task_id: str) -> str:
    query = select(Account.code).join(TaskRow, TaskRow.payer_account_id == Account.id)
    async with app.db.read() as session:
        return (await session.execute(query.where(TaskRow.id == task_id))).scalar_one()


async def pays(app: App, *payers: Payer, cap: int | None = None) -> None:
    rulebook = app.credits.rulebook
    await rulebook.change(GUILD, BOB, payers=payers, pool_daily_max=cap)


async def sound(app: App) -> bool:
    async with app.db.read() as session:
        return (await findings.look(session)).sound


async def test_units_are_priced_by_the_operator_and_the_server(tmp_path: Path) -> None:
    rates = {SPEC.slug: Decimal("1.5")}
    async with opened(tmp_path / "data", Scripted(), credits_per_unit=rates) as app, working(app):
        task = await app.intake.submit(request(tmp_path, count=2))
        assert (task.quoted, task.held) == (22, 22)  # ceil(7 x 1.5) for each
        times = app.credits.rulebook.set_multiplier
        await times(GUILD, BOB, SPEC.slug, Decimal("1.1"))
        other = await app.intake.submit(request(tmp_path, "k2"))
        assert other.quoted == 12
        assert (await until(app, task.id)).settled == 22
        assert (await until(app, other.id)).settled == 12
        assert await sound(app)


async def test_below_the_operators_price_is_for_home_servers_only(tmp_path: Path) -> None:
    async def rate(app: App) -> Decimal:
        async with app.db.read() as session:
            return await app.desk.prices.rate_in(session, GUILD, SPEC.slug)

    async with opened(tmp_path / "data", Scripted(), home_guilds=(GUILD,)) as app:
        await app.credits.rulebook.set_multiplier(GUILD, BOB, SPEC.slug, Decimal("0.5"))
        assert await rate(app) == Decimal("0.5")
    async with opened(tmp_path / "data", Scripted(), home_guilds=()) as app:
        assert await rate(app) == 1
        with pytest.raises(BadOption, match="from 1 to"):
            await app.credits.rulebook.set_multiplier(GUILD, BOB, SPEC.slug, Decimal("0.9"))


async def test_of_edits_at_the_same_moment_one_gets_the_last_credits(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), first_grant_credits=7) as app:
        wishes = (app.intake.submit(request(tmp_path, f"k{n}")) for n in range(4))
        answers = await asyncio.gather(*wishes, return_exceptions=True)
        assert sum(isinstance(each, NotEnoughCredits) for each in answers) == 3
        assert await purse(app) == (0, 7)
        assert await sound(app)


async def test_what_is_held_is_settled_at_the_price_that_it_was_quoted_at(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [hang]
    task = await app.intake.submit(request(tmp_path))
    running = await until(app, task.id, S.RUNNING)
    await app.credits.rulebook.set_multiplier(GUILD, BOB, SPEC.slug, Decimal(9))
    assert (running.quoted, running.held) == (7, 7)
    await app.tasks.cancel(task.id, ALICE, may_manage=False)
    await until(app, task.id)
    assert await purse(app) == (100, 0)


async def test_a_pool_that_is_emptied_while_it_holds_still_pays_what_it_holds(
    idle: App, tmp_path: Path
) -> None:
    await fill(idle, 10)
    await pays(idle, Payer.POOL)
    task = await idle.intake.submit(request(tmp_path))
    assert await payer(idle, task.id) == f"pool:{GUILD}"
    async with idle.db.write() as session:
        pool = await idle.ledger.account(session, f"pool:{GUILD}")
        house = await idle.ledger.account(session, "house:x")
        assert await idle.ledger.move(session, "drain", pool, house, 3)
        assert not await idle.ledger.move(session, "more", pool, house, 1)
    assert await balance(idle, f"pool:{GUILD}") == (0, 7)
    with pytest.raises(NotEnoughCredits, match="pool has 0 for you today"):
        await idle.intake.submit(request(tmp_path, "k2"))
    async with working(idle):
        assert (await until(idle, task.id)).settled == 7
    assert await balance(idle, f"pool:{GUILD}") == (0, 0)
    assert await sound(idle)


async def test_a_members_share_of_the_pool_ends_at_the_cap_and_refunds_count_not(
    idle: App, tmp_path: Path
) -> None:
    await fill(idle, 100)
    await pays(idle, Payer.POOL, cap=14)
    one, two = [await idle.intake.submit(request(tmp_path, key)) for key in ("k1", "k2")]
    with pytest.raises(NotEnoughCredits, match="pool has 0 for you today"):
        await idle.intake.submit(request(tmp_path, "k3"))
    await idle.tasks.cancel(two.id, ALICE, may_manage=False)
    again = await idle.intake.submit(request(tmp_path, "k4"))
    other = await idle.intake.submit(request(tmp_path, "k5", user_id=BOB))
    codes = {await payer(idle, each.id) for each in (one, again, other)}
    assert codes == {f"pool:{GUILD}"}


async def test_who_was_forgotten_today_has_no_second_share_of_the_pool(
    app: App, tmp_path: Path
) -> None:
    await fill(app, 100)
    await pays(app, Payer.POOL, cap=14)
    for key in ("k1", "k2"):
        await until(app, (await app.intake.submit(request(tmp_path, key))).id)
        await app.credits.erasures.ask(ALICE)
    with pytest.raises(NotEnoughCredits, match="pool has 0 for you today"):
        await app.intake.submit(request(tmp_path, "k3"))
    other = await app.intake.submit(request(tmp_path, "k4", user_id=BOB))
    assert await payer(app, other.id) == f"pool:{GUILD}"


async def test_a_sponsored_thread_pays_until_it_cannot_and_then_the_member_does(
    app: App, tmp_path: Path
) -> None:
    await until(app, (await app.intake.submit(request(tmp_path, "b", user_id=BOB))).id)
    await app.credits.sponsors.start(GUILD, CHANNEL, BOB, 10, None, "s")
    codes: list[str] = []
    for key in ("k1", "k2"):
        task = await until(app, (await app.intake.submit(request(tmp_path, key))).id)
        codes.append(await payer(app, task.id))
    assert codes == [f"sponsor:{CHANNEL}", f"user:{GUILD}:{ALICE}"]
    assert await sound(app)


async def test_a_draft_whose_price_changed_waits_for_another_go(app: App, tmp_path: Path) -> None:
    await app.desk.members.prefer(ALICE, ask_first=True)
    draft = await app.intake.submit(request(tmp_path))
    await app.credits.rulebook.set_multiplier(GUILD, BOB, SPEC.slug, Decimal(2))
    shown = await app.intake.go(draft.id, who())
    assert (shown.state, shown.quoted, shown.held) == (S.DRAFT, 14, 0)
    assert shown.draft_reason
    assert "7 credits then, 14 now" in shown.draft_reason
    assert await purse(app) == (100, 0)
    await app.intake.go(draft.id, who())
    assert (await until(app, draft.id)).settled == 14


async def test_a_draft_that_nobody_can_pay_any_more_stays_one(app: App, tmp_path: Path) -> None:
    await app.desk.members.prefer(ALICE, ask_first=True)
    draft = await app.intake.submit(request(tmp_path))
    async with app.db.write() as session:
        mine = await app.ledger.account(session, f"user:{GUILD}:{ALICE}")
        house = await app.ledger.account(session, "house:x")
        await app.ledger.move(session, "spent", mine, house, 95)
    with pytest.raises(NotEnoughCredits, match="costs 7 credits and you have 5"):
        await app.intake.go(draft.id, who())
    task = await app.tasks.get(draft.id)
    assert task
    assert task.state is S.DRAFT
