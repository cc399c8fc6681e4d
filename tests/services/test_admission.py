"""Who starts when: fair to members, exact in its limits."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.services.admission import Candidate, pick
from tests.services.engine import opened, request
from tests.services.fairness import (
    BIG,
    IN_FLIGHT_MAX,
    LAST_PLACE_MAX,
    MEMBERS,
    OF_EACH,
    copy,
    last_place,
)
from tests.services.scripted import Scripted, with_spec


async def test_five_small_members_do_not_wait_behind_a_large_one(tmp_path: Path) -> None:
    place = await last_place(tmp_path)
    print(f"the last of the ten starts as number {place}")  # noqa: T201 (the figure of the proof)
    # Ten are under way already, and one starts for each that ends.
    assert IN_FLIGHT_MAX + MEMBERS * OF_EACH <= place <= LAST_PLACE_MAX


async def test_a_provider_takes_no_more_than_its_places_and_its_rate(tmp_path: Path) -> None:
    provider = with_spec(concurrency=4, starts_per_minute=3)
    async with opened(tmp_path / "data", provider, **BIG) as app:
        first = await app.intake.submit(request(tmp_path, "seed"))
        for n in range(9):
            await copy(app, first.id, 300 + n, n)
        assert len(await app.admission.admit()) == 3
        assert await app.admission.admit() == []


async def test_the_place_in_the_queue_is_the_order_of_admission(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), **BIG) as app:
        first = await app.intake.submit(request(tmp_path, "seed"))
        second = await copy(app, first.id, 101, 1)
        other = await copy(app, first.id, 102, 2)
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
