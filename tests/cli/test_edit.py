"""`edit`: from files to files, through the services and the picture workers that serve Discord."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from bot.db.folder import locked
from bot.errors import Rejected
from bot.imaging.demo import draw_demo
from tests import assets
from tests.cli.conftest import Ended, Run
from tests.cli.terminals import at_terminal
from tests.rights import ROOT
from tests.services.scripted import Scripted

GROWN_PX = 4


@pytest.fixture(autouse=True)
def _few_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And passing folders where a test can look for them."""
    monkeypatch.setenv("WORKERS_SHORT", "1")
    monkeypatch.setenv("WORKERS_FILL", "1")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A photo and a mask for its middle."""
    photo = assets.save(assets.photo(96, 72), tmp_path / "photo.png")
    return photo, assets.save(assets.mask(96, 72), tmp_path / "mask.png")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Only this provider."""

    def only(**steps: object) -> None:
        monkeypatch.setattr("bot.app.PROVIDERS", (lambda _parts: Scripted(**steps),))  # pyright: ignore[reportArgumentType]

    return only


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


def test_a_folder_that_somebody_drives_is_refused(
    run: Run, pair: tuple[Path, Path], data: Path
) -> None:
    with locked(data):
        ended = run("edit", pair[0], "--mask", pair[1], "--out", "a.png", "--data", data)
    assert ended.code == 2
    assert "already running" in ended.err
    assert not Path("a.png").exists()


def refused(run: Run, pair: tuple[Path, Path], **changes: object) -> Ended:
    """Run with one thing wrong."""
    given = {"photo": pair[0], "mask": pair[1], "out": "out.png", **changes}
    photo = given.pop("photo")
    flags = [part for name, value in given.items() if value for part in (f"--{name}", value)]
    return run("edit", photo, *flags)


BAD: dict[str, tuple[dict[str, object], str]] = {
    "no such photo": ({"photo": "nowhere.png"}, "I cannot read your picture nowhere.png: no such"),
    "a folder as photo": ({"photo": "."}, "I cannot read your picture .: is a directory."),
    "no such mask": ({"mask": "nowhere.png"}, "I cannot read your mask nowhere.png: no such file"),
    "not an image": ({"photo": "text.png"}, "That file is not an image that I can read."),
    "a mask of another shape": ({"mask": "wide.png"}, "shape"),
    "an empty mask": ({"mask": "black.png"}, "empty"),
    "no mask": ({"mask": None}, "Tell me where to edit: write it as --where"),
    "a mask and a place": ({"where": "top left"}, "Give either `mask` or `where`, not both."),
    "no such place": ({"mask": None, "where": "over there"}, "over there"),
    "no earlier edit": ({"mask": None, "where": "same"}, "earlier"),
    "an unknown provider": ({"provider": "nobody"}, "There is no provider `nobody` here."),
    "a prompt too long": ({"prompt": "x" * 1001}, "1,001 characters"),
    "an unknown format": ({"out": "out.tiff"}, "I cannot write out.tiff: let its name end in one"),
    "no such folder": ({"out": "nowhere/out.png"}, "There is no folder nowhere to write to."),
    "a folder as result": ({"out": "folder.png"}, "folder.png is a folder."),
    "a result that exists": ({"out": "mask.png"}, "mask.png exists already. With --force I"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_done_is_said_in_the_same_sentences(
    run: Run, pair: tuple[Path, Path], tmp_path: Path, case: str
) -> None:
    Path("text.png").write_text("hello, world" * 9)
    Path("folder.png").mkdir()
    assets.save(assets.mask(200, 72), Path("wide.png"))
    assets.save(Image.new("L", (96, 72)), Path("black.png"))
    before = sorted(tmp_path.rglob("*"))
    changes, sentence = BAD[case]
    ended = refused(run, pair, **changes)
    assert (ended.code, ended.out) == (1, "")
    assert sentence in ended.err
    assert "Traceback" not in ended.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_is_too_large_is_refused_by_its_size(
    run: Run, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMAGE_BYTES_MAX", "100")
    ended = refused(run, pair)
    assert ended.code == 1
    assert "the most I take is" in ended.err


def test_a_wrong_setting_is_a_start_up_mistake(
    run: Run, pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFAULT_PROVIDER", "nobody")
    monkeypatch.setenv("DRAFT_MINUTES", "soon")
    ended = refused(run, pair)
    assert ended.code == 2
    assert ended.err.startswith("There are 2 things to mend first:")


def test_with_force_the_result_takes_the_files_place(run: Run, pair: tuple[Path, Path]) -> None:
    Path("out.png").write_text("old")
    ended = run("edit", pair[0], "--mask", pair[1], "--out", "out.png", "--force")
    assert ended.code == 0
    with Image.open("out.png") as result:
        assert result.size == (96, 72)


@pytest.fixture
def inverted(tmp_path: Path) -> Path:
    """A mask of most of the picture, as when black and white were mixed up."""
    return assets.save(assets.mask(96, 72, (0, 0, 96, 44)), tmp_path / "inverted.png")


def test_a_doubtful_mask_is_refused_where_nobody_can_answer(
    run: Run, pair: tuple[Path, Path], inverted: Path
) -> None:
    ended = refused(run, pair, mask=inverted, grow="0")
    assert ended.code == 1
    assert "may be the wrong way round" in ended.err
    assert "--invert turns the mask around, and --force takes it as it is" in ended.err


@pytest.mark.parametrize("flag", ["--force", "--invert"])
def test_a_doubtful_mask_goes_where_it_was_answered_before(
    run: Run, pair: tuple[Path, Path], inverted: Path, flag: str
) -> None:
    arguments = ["edit", pair[0], "--mask", inverted, "--out", "out.png", "--grow", "0"]
    assert run(*arguments, flag).code == 0


def test_a_provider_that_refuses_ends_it_with_its_sentence(
    run: Run, pair: tuple[Path, Path], scripted: Callable[..., None]
) -> None:
    scripted(submits=[Rejected("Too pretty. You were not charged.")])
    ended = refused(run, pair)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "Too pretty. You were not charged.\n"
    assert not Path("out.png").exists()


def typed(pair: tuple[Path, Path], *arguments: str) -> list[str]:
    files = [str(pair[0]), "--mask", str(pair[1]), "--out", str(pair[0].parent / "out.png")]
    return [sys.executable, "-m", "bot", "edit", *files, *arguments]


def test_at_a_terminal_a_doubtful_mask_is_asked_about(
    pair: tuple[Path, Path], inverted: Path, tmp_path: Path
) -> None:
    code, said = at_terminal(
        typed((pair[0], inverted), "--grow", "0"), "i\n", after="[g]o, [i]nvert"
    )
    assert "may be the wrong way round" in said
    assert code == 0, said
    with Image.open(tmp_path / "out.png") as result, Image.open(pair[0]) as photo:
        changed = assets.changed(result.convert("RGB"), photo).getbbox()
    # The lower part, which the mask had left black.
    assert changed is not None
    assert changed[1] >= 44


def test_at_a_terminal_a_bar_is_drawn_and_ctrl_c_takes_the_edit_back(tmp_path: Path) -> None:
    photo = assets.save(assets.photo(1400, 1400), tmp_path / "large.png")
    marks = assets.save(assets.mask(1400, 1400, (50, 300, 1350, 1000)), tmp_path / "marks.png")
    command = typed((photo, marks), "--count", "8")
    passing = {"TMPDIR": str(tmp_path / "tmp")}
    code, said = at_terminal(command, "\x03", after="Local: Filling", more=passing)
    assert "▱" in said
    assert " % Local: Filling 1 of 8." in said
    assert "Cancelled. Nothing was charged." in said
    assert "Traceback" not in said
    assert code == 130
    assert list(tmp_path.glob("out*")) == leftovers(tmp_path) == []


def test_a_termination_takes_the_edit_back_too(tmp_path: Path) -> None:
    photo = assets.save(assets.photo(1400, 1400), tmp_path / "large.png")
    marks = assets.save(assets.mask(1400, 1400, (50, 300, 1350, 1000)), tmp_path / "marks.png")
    folder = tmp_path / "data"
    command = typed((photo, marks), "--count", "8", "--data", str(folder))
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 40
        while _states(folder) != ["running"] and time.monotonic() < until:
            time.sleep(0.05)
        process.terminate()
        _, said = process.communicate(timeout=40)
    assert (process.returncode, _states(folder)) == (130, ["cancelled"])
    assert said.endswith("Cancelled. Nothing was charged.\n")


def _states(folder: Path) -> list[str]:
    try:
        file = f"file:{folder / 'inpaint-bot.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as connection:
            return [state for (state,) in connection.execute("SELECT state FROM tasks")]
    except sqlite3.OperationalError:  # not made yet
        return []
