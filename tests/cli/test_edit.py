"""`edit`: from files to files, through the services and the picture workers that serve Discord."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from bot.imaging.demo import draw_demo
from tests import assets
from tests.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("few_workers")


GROWN_PX = 4


def leftovers(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "tmp").iterdir())


def test_the_demo_loses_its_balloon_and_nothing_else(run: Run, tmp_path: Path) -> None:
    ended = run("edit", "--demo", "--out", "out.png", "--prompt", "a bird", "--provider", "local")
    assert ended.code == 0
    assert "out.png: 640 × 420 px, seed " in ended.out
    assert "Local: Done in " in ended.out
    assert "does not read the prompt" in ended.err
    drawn, mask = (Image.open(file) for file in draw_demo(tmp_path))
    with Image.open("out.png") as result, drawn, mask:
        changed = assets.changed(result.convert("RGB"), drawn)
        allowed = mask.filter(ImageFilter.MaxFilter(2 * GROWN_PX + 1))
        outside = Image.composite(Image.new("L", mask.size), changed, allowed)
        assert outside.getbbox() is None
        assert sum(changed.histogram()[128:]) > 5000
    assert leftovers(tmp_path) == []
    assert not Path("data").exists()


def test_a_prompt_that_nobody_would_read_is_asked_about(run: Run, tmp_path: Path) -> None:
    arguments = ["edit", "--demo", "--out", "out.png", "--prompt", "a bird"]
    ended = run(*arguments)
    assert ended.code == 1
    assert ended.err.startswith("No provider here that reads prompts can do this. Local removes")
    assert not (tmp_path / "out.png").exists()
    assert run(*arguments, "--force").code == 0


def test_several_pictures_come_numbered_and_the_same_seed_gives_the_same(
    run: Run, pair: tuple[Path, Path]
) -> None:
    arguments = ["edit", pair[0], "--mask", pair[1], "--count", "2", "--seed", "5"]
    assert run(*arguments, "--out", "a.png").code == 0
    assert run(*arguments, "--out", "b.webp", "--provider", "local").code == 0
    for n in (1, 2):
        with Image.open(f"a-{n}.png") as first, Image.open(f"b-{n}.webp") as again:
            assets.assert_same(first, again)
            assert (first.format, again.format) == ("PNG", "WEBP")


def test_a_jpeg_is_written_and_said_to_be_lossy(run: Run, pair: tuple[Path, Path]) -> None:
    ended = run("edit", pair[0], "--mask", pair[1], "--out", "out.jpg")
    assert (ended.code, "does not keep the exact pixels" in ended.err) == (0, True)
    with Image.open("out.jpg") as result:
        assert (result.format, result.size) == ("JPEG", (96, 72))


def test_a_place_in_words_is_changed_and_nothing_else(run: Run, pair: tuple[Path, Path]) -> None:
    ended = run("edit", pair[0], "--where", "50% 50% 50% 50%", "--grow", "0", "--out", "out.png")
    assert ended.code == 0
    with Image.open("out.png") as result, Image.open(pair[0]) as photo:
        box = assets.changed(result.convert("RGB"), photo.convert("RGB")).getbbox()
    assert box is not None
    assert box[0] >= 48 - GROWN_PX
    assert box[1] >= 36 - GROWN_PX


def test_sides_make_the_demo_wider(run: Run) -> None:
    assert run("edit", "--demo", "--where", "left 25%", "--out", "out.png").code == 0
    with Image.open("out.png") as result:
        assert result.size == (800, 420)


def test_a_named_folder_keeps_the_edit(run: Run, pair: tuple[Path, Path], data: Path) -> None:
    arguments = ["edit", pair[0], "--mask", pair[1], "--data", data]
    assert run(*arguments, "--out", "a.png").code == 0
    assert run(*arguments, "--out", "b.png").code == 0
    with closing(sqlite3.connect(data / "inpaint-bot.sqlite3")) as connection:
        rows = connection.execute("SELECT state, origin, card_state, guild_id FROM tasks")
        assert rows.fetchall() == [("done", "cli", "lost", 0)] * 2
    told = run("ledger", "statement", "user:0:0", "--data", data).out
    assert [line.split()[3] for line in told.splitlines()[1:-1]] == [
        "settle",
        "hold",
        "settle",
        "hold",
        "first",
    ]
    assert run("db", "check", "--data", data).code == 0
    assert list((data / "work").iterdir()) == []


def test_with_force_the_result_takes_the_files_place(run: Run, pair: tuple[Path, Path]) -> None:
    Path("out.png").write_text("old")
    ended = run("edit", pair[0], "--mask", pair[1], "--out", "out.png", "--force")
    assert ended.code == 0
    with Image.open("out.png") as result:
        assert result.size == (96, 72)


@pytest.mark.parametrize("flag", ["--force", "--invert"])
def test_a_doubtful_mask_goes_where_it_was_answered_before(
    run: Run, pair: tuple[Path, Path], inverted: Path, flag: str
) -> None:
    arguments = ["edit", pair[0], "--mask", inverted, "--out", "out.png", "--grow", "0"]
    assert run(*arguments, flag).code == 0
