"""Figures that an interrupted run kept, and which of them the next one takes."""

from pathlib import Path

import pytest

from bench.__main__ import again, main
from bench.figures import Figure, Skipped, at_least
from bench.kept import CODE, NAME, Kept, code_of
from bench.parts import PARTS, Part, meaning
from bench.run import measure

FIGURES = [Figure("edit", "CPU", 12.5, "ms"), Figure("edit", "share", 0.4, "", at_least(0.5, "x"))]


def test_kept_figures_come_back_as_they_were(tmp_path: Path) -> None:
    Kept(tmp_path / "new", "code").put("edit", 5, FIGURES)
    assert Kept.load(tmp_path / "new", "code").take("edit", 5) == FIGURES


@pytest.mark.parametrize(
    ("code", "name", "count"),
    [("other", "edit", 5), ("code", "fair", 5), ("code", "edit", 4)],
    ids=["other code", "another part", "another count"],
)
def test_figures_of_something_else_are_not_taken(
    tmp_path: Path, code: str, name: str, count: int
) -> None:
    Kept(tmp_path, "code").put("edit", 5, FIGURES)
    assert Kept.load(tmp_path, code).take(name, count) is None


PART = '{"code": "code", "parts": {"edit": %s}}'
BROKEN = [
    *("", "{", "[]", "{}", "null", "\xff", '{"code": "code"}', '{"code": "code", "parts": []}'),
    *(PART % part for part in ("null", "[]", "{}", '{"count": 5, "figures": 3}')),
    *(PART % f'{{"count": 5, "figures": [{each}]}}' for each in ("1", "{}", '{"aim": 3}')),
    PART % '{"count": 5, "figures": [{"part": "edit", "what": "CPU", "value": "x", "aim": null}]}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_holds_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, "latin-1")
    assert Kept.load(tmp_path, "code").parts == {}


def test_code_is_other_code_once_a_byte_of_it_changed(tmp_path: Path) -> None:
    for name in CODE:
        (tmp_path / name).mkdir()
    file = tmp_path / "bot" / "a.py"
    file.write_text("a = 1")
    (tmp_path / "README.md").write_text("one")
    before = code_of(tmp_path)
    (tmp_path / "README.md").write_text("two")
    (tmp_path / "bot" / "__pycache__").mkdir()
    (tmp_path / "bot" / "__pycache__" / "a.pyc").write_text("compiled")
    assert code_of(tmp_path) == before
    file.write_text("a = 2")
    assert code_of(tmp_path) != before


class Run:
    """A run over two parts, the second of which is interrupted when told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.measured: list[tuple[str, int]] = []
        self.said: list[str] = []
        self.stop: BaseException | None = None
        self.parts = {"one": Part(self._one, "rounds", 5), "two": Part(self._two)}

    async def _one(self, count: int) -> list[Figure]:
        self.measured.append(("one", count))
        return [Figure("one", "a first figure", count)]

    async def _two(self, count: int) -> list[Figure]:
        if self.stop:
            raise self.stop
        self.measured.append(("two", count))
        return [Figure("two", "a second figure", count)]

    def __call__(self, asked: int | None = None) -> list[float]:
        kept = Kept.load(self.folder, "code")
        figures = measure(["one", "two"], self.parts, asked, kept, self.said.append)
        return [figure.value for figure in figures]


def test_an_interrupted_run_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.stop = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(3)
    assert any("a first figure" in line for line in run.said)
    run.stop = None
    run.said.clear()
    assert run(3) == [3, 1]
    assert run.measured == [("one", 3), ("two", 1)]
    assert run.said[0].startswith("one: taken from before")
    assert not any(line.startswith("two: taken") for line in run.said)


def test_only_parts_that_have_rounds_are_measured_anew_with_another_count(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run() == [5, 1]
    assert run(2) == [2, 1]
    assert run.measured == [("one", 5), ("two", 1), ("one", 2)]


def test_what_cannot_be_measured_here_is_said_and_not_kept(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.stop = Skipped("there is no Chromium")
    assert run() == [5]
    assert run.said[-1] == "two: left out, there is no Chromium"
    run.stop = None
    assert run() == [5, 1]


def test_a_new_run_lets_go_only_of_the_parts_that_it_measures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path)
    monkeypatch.setattr("bench.__main__.FOLDER", tmp_path)
    monkeypatch.setattr("bench.__main__.PARTS", run.parts)
    for args in (["one"], ["two"], ["two"], ["one", "two", "--continue"]):
        assert main(args) == 0
    assert [name for name, _ in run.measured] == ["one", "two", "two"]
    assert main([]) == 0
    assert [name for name, _ in run.measured[3:]] == ["one", "two"]


def test_the_help_names_every_part_with_its_count() -> None:
    lines = meaning(PARTS).splitlines()
    assert [line.split(":")[0].strip() for line in lines] == list(PARTS)
    assert "  start: starts (3)" in lines
    assert "  fair: once, whatever the count" in lines


def test_an_interrupted_run_says_how_it_goes_on() -> None:
    assert again([], None) == "make bench CONTINUE=1"
    assert again(["fair", "edit"], 2) == 'make bench PARTS="fair edit" COUNT=2 CONTINUE=1'
