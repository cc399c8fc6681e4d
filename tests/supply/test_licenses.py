"""Every locked dependency stands in docs/licenses.md with a licence that is accepted."""

import pytest

from tests.supply import licenses
from tests.supply.licenses import ACCEPTED, DOCS, TOLD, license_of, placed, refused, said
from tests.supply.locks import LOCKS, ROOT, locked, pins

PAGE = (ROOT / DOCS).read_text("utf-8")


def test_the_page_has_every_dependency_of_every_lock() -> None:
    for lock, file in LOCKS.items():
        for name, version in pins((ROOT / file).read_text("utf-8")):
            assert f"| {name} | {version} |" in PAGE, f"{lock}: run `make licenses` and commit it"


def test_the_page_is_that_of_the_locks() -> None:
    assert placed(PAGE) == PAGE, "run `make licenses` and commit what it wrote"


def test_every_licence_is_accepted() -> None:
    assert {name: bad for name, _ in locked() if (bad := refused(license_of(name)))} == {}


def test_what_is_told_by_hand_is_locked_and_says_nothing_else_by_itself() -> None:
    assert TOLD.keys() <= {name for name, _ in locked()}
    # Some are installed, and may then say the same, with other Pythons or systems alone.
    own = {name: said(name) for name in TOLD}
    assert {name: told for name, told in own.items() if told not in {"", TOLD[name]}} == {}


def test_what_is_accepted_is_in_use() -> None:
    used = " ".join(license_of(name) for name, _ in locked())
    assert {each for each in ACCEPTED if each not in used} == set()


@pytest.mark.parametrize(
    ("expression", "bad"),
    [
        ("MIT", set()),
        ("Apache-2.0 AND MIT", set()),
        ("GPL-3.0-only OR MIT", set()),
        ("MIT AND GPL-3.0-only", {"GPL-3.0-only"}),
        ("AGPL-3.0-or-later", {"AGPL-3.0-or-later"}),
        ("", {"none"}),
    ],
)
def test_one_accepted_alternative_is_enough(expression: str, bad: set[str]) -> None:
    assert refused(expression) == bad


def test_a_dependency_that_tells_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licenses, "locked", lambda: {("no-such-thing", "1.0"): "runtime"})
    assert "| no-such-thing | 1.0 |  | runtime |" in placed(PAGE)
    assert refused(license_of("no-such-thing")) == {"none"}
