"""A short run of `make fuzz`, and whether it would see what it looks for."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from bot.errors import BadPicture
from bot.imaging.worker import PicturePool
from tests.fuzz.corpus import Door, broken, case, special, specials
from tests.fuzz.doors import Base, is_refusal
from tests.fuzz.parts import mended, split
from tests.fuzz.run import attempt, keep, load, run
from tests.fuzz.sound import pictures
from tests.fuzz.tally import HANG_S, STUCK_S, Outcome, Tally, without_numbers

SEED, FILES, MEMORY_MIB = 7, 200, 3072
# Those that take longer than half a second to make or to take in are left to the long run.
QUICK = [
    n
    for n, (door, name, _make) in enumerate(specials())
    if door in (Door.PICTURE, Door.MASK, Door.PAINTED)
    and not any(word in name for word in ("under the limit", "000", "MiB", "larger", "fine"))
]


@pytest.mark.timeout(300)
async def test_two_hundred_files_and_those_made_by_hand_are_dealt_with(tmp_path: Path) -> None:
    said: list[str] = []
    first = len(specials())
    files = [
        *(special(n) for n in QUICK),
        *(broken(n, SEED) for n in range(first, first + FILES)),
    ]
    tally = await run(files, Tally(seed=SEED), tmp_path, MEMORY_MIB, said.append, every=10_000)
    assert said == []
    assert tally.holds(MEMORY_MIB)
    assert tally.next == tally.accepted + tally.refused == len(files)
    assert min(tally.accepted, tally.refused) > len(files) // 10
    assert set(tally.doors) == {door.value for door in Door}
    assert load(tmp_path) == tally


class Broken:
    """A pool in which a stage breaks."""

    restarts = 0

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def short(self, *_: Any) -> None:
        await asyncio.sleep(0)
        self.restarts += isinstance(self.error, BadPicture)
        raise self.error


@pytest.mark.parametrize(
    ("error", "finding"),
    [
        (KeyError("planted"), "KeyError: 'planted'"),
        (BadPicture("cut off in the"), "BadPicture: cut off in the"),
        (BadPicture("That is a whole sentence."), ""),
    ],
)
async def test_what_is_no_refusal_is_found_and_kept(
    tmp_path: Path, error: Exception, finding: str
) -> None:
    file, pool = special(0), cast(PicturePool, Broken(error))
    outcome = await attempt(pool, cast(Base, None), file, tmp_path / "case")
    assert (outcome.finding, bool(outcome.sentence)) == (finding, not finding)
    assert outcome.offends
    keep(file, outcome, tmp_path)
    assert (tmp_path / "offending" / "000000-picture.bin").read_bytes() == file.data


class Asleep:
    """A pool in which a stage takes so long, and nothing of the CPU."""

    restarts = 0

    def __init__(self, sleeps_s: float) -> None:
        self.sleeps_s = sleeps_s

    async def short(self, *_: Any) -> None:
        await asyncio.sleep(self.sleeps_s)
        raise BadPicture("That is a whole sentence.")


@pytest.mark.parametrize(
    ("sleeps_s", "endless_s", "finding"), [(0.05, 45.0, ""), (3600.0, 0.1, "TimeoutError: ")]
)
async def test_a_worker_that_sleeps_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sleeps_s: float, endless_s: float, finding: str
) -> None:
    monkeypatch.setattr("tests.fuzz.tally.STUCK_S", 0.04)
    monkeypatch.setattr("tests.fuzz.run.ENDLESS_S", endless_s)
    pool = cast(PicturePool, Asleep(sleeps_s))
    outcome = await attempt(pool, cast(Base, None), special(0), tmp_path / "case")
    assert (outcome.finding, outcome.took_s) == (finding, 0.0)
    assert outcome.offends
    tally = Tally()
    tally.add("x", outcome)
    assert not tally.holds(MEMORY_MIB)
    assert "on the wall" in tally.table(MEMORY_MIB)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tally: tally.add("x", Outcome("picture", finding="KeyError")),
        lambda tally: tally.add("x", Outcome("picture", took_s=HANG_S + 1)),
        lambda tally: tally.add("x", Outcome("picture", waited_s=STUCK_S + 1)),
        lambda tally: tally.add("x", Outcome("picture", restarts=1)),
        lambda tally: tally.add("x", Outcome("picture", mapped_mib=MEMORY_MIB + 1)),
    ],
)
def test_one_bad_file_fails_the_run(spoil: Callable[[Tally], None]) -> None:
    tally = Tally()
    tally.add("x", Outcome("picture", "A sentence."))
    assert tally.holds(MEMORY_MIB)
    spoil(tally)
    assert not tally.holds(MEMORY_MIB)
    assert Tally.read(tally.kept()) == tally


def test_a_seed_gives_the_same_files_again() -> None:
    first = len(specials())
    numbers = range(first, first + 50)
    assert [case(n, 1) for n in numbers] == [case(n, 1) for n in numbers]
    assert [case(n, 1).data for n in numbers] != [case(n, 2).data for n in numbers]


@pytest.mark.parametrize("name", pictures())
def test_a_file_put_together_again_is_the_same(name: str) -> None:
    data = pictures()[name]
    assert b"".join(split(data)) == mended(split(data)) == data
    assert len(split(data)) > 1


def test_a_refusal_is_a_whole_sentence_of_ours() -> None:
    assert is_refusal(BadPicture("That picture is damaged."))
    for error in (ValueError("That."), BadPicture("no end"), BadPicture("\ud800."), OSError()):
        assert not is_refusal(error)


def test_sentences_are_counted_without_their_numbers() -> None:
    assert without_numbers("It has 3,600.0 megapixels; at most 40.") == (
        "It has N megapixels; at most N."
    )
