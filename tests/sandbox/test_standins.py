"""The stand-ins' own parts: the brush, the files that end, and ids that never come again."""

import asyncio

import pytest
from aiohttp import ClientSession, web
from PIL import Image

from bot.sandbox.standins.common import Desk, serving
from bot.sandbox.standins.engine import encoded, opened, paint
from tests.assets import changed, mask, photo
from tests.assets import encoded as file_of


class Nothing:
    """A service without a call."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def routes(self) -> list[web.RouteDef]:
        return []


async def test_the_brush_paints_inside_the_mask_and_alike_for_a_seed() -> None:
    picture, marks = photo(120, 90), mask(120, 90)
    one, again, other = [await paint(picture, marks, "a vase", seed) for seed in (1, 1, 2)]
    assert changed(picture, one).getbbox() == marks.getbbox()
    assert one.tobytes() == again.tobytes() != other.tobytes()


async def test_gray_paints_in_part() -> None:
    picture = Image.new("RGB", (64, 64), "white")
    black, gray = (Image.new("L", (64, 64), value) for value in (0, 128))
    assert changed(picture, await paint(picture, black, "red", 1)).getbbox() is None
    half, whole = [
        await paint(picture, marks, "red", 1) for marks in (gray, Image.new("L", (64, 64), 255))
    ]
    green = [each.getchannel("G").getextrema()[0] for each in (whole, half)]
    assert green == sorted(green)
    assert green[0] != green[1] != 255


async def test_a_color_that_the_prompt_names_is_used() -> None:
    picture, marks = Image.new("RGB", (64, 64), "gray"), mask(64, 64)
    painted = await paint(picture, marks, "a red vase", 1)
    # Gray filled with gray, and red laid over it.
    assert painted.resize((1, 1), box=(30, 30, 34, 34)).tobytes() == bytes((178, 76, 76))


def test_what_is_no_picture_is_none() -> None:
    assert opened(b"nothing") is None
    assert opened(file_of(photo(8, 8), "GIF")) is None
    assert opened(encoded(photo(8, 8), "WEBP")) is not None


@pytest.mark.parametrize(("life_s", "status"), [(60.0, 200), (0.0, 404)])
async def test_files_end_and_names_never_come_again(life_s: float, status: int) -> None:
    async with serving(Nothing, file_life_s=life_s) as desk, ClientSession() as session:
        urls = {desk.keep(b"data") for _ in range(100)}
        assert len(urls) == 100
        async with session.get(urls.pop()) as response:
            assert response.status == status


async def test_a_job_takes_its_time_and_is_made_once() -> None:
    made: list[int] = []

    async def make() -> int:
        made.append(1)
        return 7

    desk = Desk("key", 60.0, 60.0)
    slow, quick = desk.start({}, make), desk.start({}, make, pace_s=0)
    assert slow.id != quick.id
    assert slow.fraction < 1 == quick.fraction
    assert await asyncio.gather(quick.outcome(), quick.outcome()) == [7, 7]
    assert made == [1]
