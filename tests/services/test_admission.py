"""Who starts when: fair to members, exact in its limits."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.services import rows
from bot.services.admission import Candidate, pick
from tests.services.engine import opened, request, who
from tests.services.scripted import Scripted, with_spec

BIG = {"live_tasks_member_max": 1000, "live_tasks_guild_max": 1000, "first_grant_credits": 10_000}


async def _drain(app: App) -> list[str]:
    """The order in which tasks start, one ending at a time."""
    order: list[str] = []
    running: list[str] = []
    while True:
        admitted = await app.admission.admit()
        order += admitted
        running += admitted
        if not running:
            return order
        task = await app.tasks.get(running.pop(0))
        assert task is not None
        await app.tasks.cancel(task.id, task.user_id or 0, False)


async def test_five_small_members_do_not_wait_behind_a_large_one(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), **BIG) as app:
        first = await app.intake.submit(request(tmp_path, "seed"))
        whale = [first.id, *[await _copy(app, first.id, 101, n) for n in range(89)]]
        assert len(await app.admission.admit()) == 10
        minnows = [await _copy(app, first.id, 200 + n // 2, n) for n in range(10)]
        for task_id in whale[:10]:
            await app.tasks.cancel(task_id, 101, False)
        order = whale[:10] + await _drain(app)
        assert len(order) == 100
        assert max(order.index(task_id) for task_id in minnows) < 30


async def test_a_provider_takes_no_more_than_its_places_and_its_rate(tmp_path: Path) -> None:
    provider = with_spec(concurrency=4, starts_per_minute=3)
    async with opened(tmp_path / "data", provider, **BIG) as app:
        first = await app.intake.submit(request(tmp_path, "seed"))
        for n in range(9):
            await _copy(app, first.id, 300 + n, n)
        assert len(await app.admission.admit()) == 3
        assert await app.admission.admit() == []


async def test_the_place_in_the_queue_is_the_order_of_admission(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), **BIG) as app:
        first = await app.intake.submit(request(tmp_path, "seed"))
        second = await _copy(app, first.id, 101, 1)
        other = await _copy(app, first.id, 102, 2)
        views = await app.cards.view([first.id, second, other])
        places = {view.task.id: view.progress.queue_place for view in views}
        assert places == {first.id: 1, other: 2, second: 3}


@given(
    st.lists(st.sampled_from("abc"), max_size=30),
    st.dictionaries(st.sampled_from("abc"), st.integers(-2, 5)),
)
def test_picking_keeps_the_order_and_the_room(providers: list[str], room: dict[str, int]) -> None:
    candidates = [Candidate(str(n), provider) for n, provider in enumerate(providers)]
    picked = pick(candidates, room)
    assert [int(one.id) for one in picked] == sorted(int(one.id) for one in picked)
    for provider in "abc":
        taken = sum(one.provider == provider for one in picked)
        assert taken == min(providers.count(provider), max(0, room.get(provider, 0)))


async def _copy(app: App, task_id: str, user_id: int, n: int) -> str:
    """Another queued task over the same files, booked like any other."""
    old = await app.tasks.get(task_id)
    assert old is not None
    wish = rows.repeated(old, who(user_id), f"copy:{user_id}:{n}:{task_id}", None)
    columns = {**rows.copied_columns(old), "draft_reason": None, "parent_task_id": None}
    spec = app.providers[old.provider].spec
    task = await app.intake.book(wish, spec, columns, None)
    return task.id
