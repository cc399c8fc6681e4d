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
NONE_KEPT = "There is nothing in {} to go on with: leave CONTINUE out."
GO_ON = "Interrupted. `make crash KILLS={} CONTINUE=1` goes on."


def main() -> int:
    """Run once and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--folder", type=Path, default=Path(".crash"), help="to work in")
    parser.add_argument("--continue", dest="goes_on", action="store_true", help="where it stopped")
    args = parser.parse_args()
    books = _kept(args.folder) if args.goes_on else _anew(args.folder, args.seed)
    try:
        story = tell(args.folder, args.kills, books, _say)
    except KeyboardInterrupt:
        _say(GO_ON.format(args.kills))
        return 130
    _say(table(story))
    return 1 if story.broken or gaps(story) else 0


def _anew(folder: Path, seed: int) -> Books:
    """Begin with no books; only a folder that we made is emptied."""
    if (folder / MARK).exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    return Books(seed)


def _kept(folder: Path) -> Books:
    try:
        return Books.load(folder)
    except FileNotFoundError:
        raise SystemExit(NONE_KEPT.format(folder)) from None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
