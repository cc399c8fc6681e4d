import asyncio

import pytest

from bot.errors import AuthFailed, ProviderError, Unavailable
from bot.providers.kept import Kept


class Service:
    """Counts how often it is asked; what it says next stands in `says`."""

    def __init__(self) -> None:
        self.says: str | ProviderError = "first"
        self.asked = 0
        self.now = 0.0
        self.kept = Kept(self.ask, 60.0, lambda: self.now)

    async def ask(self) -> str:
        self.asked += 1
        await asyncio.sleep(0)
        if isinstance(self.says, ProviderError):
            raise self.says
        return self.says

    async def later(self, seconds: float, says: str | ProviderError) -> str:
        self.now += seconds
        self.says = says
        return await self.kept.get()


async def test_it_is_asked_once_while_it_is_fresh() -> None:
    service = Service()
    assert await asyncio.gather(*(service.kept.get() for _ in range(5))) == ["first"] * 5
    assert await service.later(59, "second") == "first"
    assert service.asked == 1
    assert await service.later(1, "second") == "second"
    assert service.asked == 2


async def test_an_old_answer_bridges_an_outage() -> None:
    service = Service()
    await service.kept.get()
    assert await service.later(60, Unavailable()) == "first"
    assert await service.later(1, "second") == "first"
    assert await service.later(60, "second") == "second"


async def test_without_an_answer_the_outage_is_told() -> None:
    service = Service()
    with pytest.raises(Unavailable):
        await service.later(0, Unavailable())
    assert await service.later(0, "first") == "first"


async def test_a_key_that_stopped_working_is_told_at_once() -> None:
    service = Service()
    await service.kept.get()
    with pytest.raises(AuthFailed):
        await service.later(60, AuthFailed())
