"""`python -m tests.crash --kills N --seed S`: a run of any length; exit code 1 when it failed."""

import argparse
import secrets
import shutil
import sys
from pathlib import Path

from tests.crash.books import Books
from tests.crash.story import tell
from tests.crash.table import gaps, table

MARK = "kill-test"
GO_ON = "Interrupted. `make crash KILLS={} CONTINUE=1` goes on."


def main() -> int:
    """Run once and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--folder", type=Path, default=Path(".crash"), help="to work in")
    parser.add_argument("--continue", dest="goes_on", action="store_true", help="where it stopped")
    args = parser.parse_args()
    books = Books.load(args.folder) if args.goes_on else None
    if books is None:
        _empty(args.folder)
    try:
        story = tell(args.folder, args.kills, args.seed, _say, books)
    except KeyboardInterrupt:
        _say(GO_ON.format(args.kills))
        return 130
    _say(table(story))
    return 1 if story.broken or gaps(story) else 0


def _empty(folder: Path) -> None:
    """Begin anew; only a folder that we made is emptied."""
    if (folder / MARK).exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
