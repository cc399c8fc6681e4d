"""One whole run in chapters: kill, rest, check."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from tests.crash.books import Books
from tests.crash.checks import Evidence, gather
from tests.crash.killer import Run
from tests.crash.painting import paint_mask
from tests.crash.promises import OTHERS, problems
from tests.standin.process import running

CHAPTER_KILLS = 25
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Story:
    """What came of a run: `problems` has the broken promises, by name."""

    books: Books
    evidence: Evidence
    problems: dict[str, list[str]]

    @property
    def broken(self) -> list[str]:
        """Every broken promise; empty when all were kept."""
        return [line for lines in self.problems.values() for line in lines]


def tell(folder: Path, kills: int, books: Books, say: Say) -> Story:
    """Go on until there were so many kills; everything it starts has ended when it returns.

    Ends after the first chapter that broke a promise.
    """
    paint_mask(folder / "mask.png")
    while len(books.deaths) < kills:
        _chapter(folder, books, min(CHAPTER_KILLS, kills - len(books.deaths)), say, kills)
        story = _story(folder, books)
        if story.broken:
            return story
        books.save(folder)
    return _story(folder, books)


def _chapter(folder: Path, books: Books, kills: int, say: Say, kills_all: int) -> None:
    begun_at = monotonic()
    (folder / "standin.url").unlink(missing_ok=True)
    random = Random(f"{books.seed}-{books.chapters}")
    with running(folder, seconds_max=60.0 + kills * 60) as standin:
        run = Run(folder, standin, random, books.plans, books.hits(), books.deck)
        run.prepare()
        try:
            for _ in range(kills):
                books.deaths.append(run.life())
                say(f"kill {len(books.deaths)} of {kills_all}: {books.deaths[-1]}")
            run.rest()
        finally:
            books.orphans += len(run.left_behind())
        books.add(standin.state(), standin.events())
    books.deck, books.chapters = run.deck, books.chapters + 1
    books.took_s += monotonic() - begun_at
    say(f"at rest after {len(books.deaths)} kills: {len(books.plans)} edits")


def _story(folder: Path, books: Books) -> Story:
    early = [f"early: {line}" for death in books.deaths for line in death.moment.early]
    evidence = gather(folder / "data", books.plans, books.state, books.events, early)
    orphans = [f"{books.orphans} of them"] if books.orphans else []
    return Story(books, evidence, {**problems(evidence), OTHERS: orphans})
