"""`edit` with something wrong: one sentence, and nothing is written."""

from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from bot.db.folder import locked
from bot.errors import Rejected
from tests import assets
from tests.cli.conftest import Ended, Run
from tests.services.scripted import Scripted, at_hand

pytestmark = pytest.mark.usefixtures("few_workers")


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


def test_a_doubtful_mask_is_refused_where_nobody_can_answer(
    run: Run, pair: tuple[Path, Path], inverted: Path
) -> None:
    ended = refused(run, pair, mask=inverted, grow="0")
    assert ended.code == 1
    assert "may be the wrong way round" in ended.err
    assert "--invert turns the mask around, and --force takes it as it is" in ended.err


def test_a_provider_that_refuses_ends_it_with_its_sentence(
    run: Run, pair: tuple[Path, Path]
) -> None:
    provider = Scripted(submits=[Rejected("Too pretty. You were not charged.")])
    ended = refused(partial(run, providers=[at_hand(provider)]), pair)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "Too pretty. You were not charged.\n"
    assert not Path("out.png").exists()
