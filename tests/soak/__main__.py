"""`python -m tests.soak --count N`: exit code 1 when something grew or was left behind."""

import argparse
import shutil
import sys
from pathlib import Path

from tests.soak.story import EVERY, tell
from tests.standin.process import ROOT


def main() -> int:
    """Run, or go on, and print the verdicts."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="edits in all")
    parser.add_argument("--every", type=int, default=EVERY, help="look after so many")
    parser.add_argument("--folder", type=Path, default=ROOT / ".soak")
    parser.add_argument(
        "--continue", dest="goes_on", action="store_true", help="go on in the folder"
    )
    args = parser.parse_args()
    if not args.goes_on:
        shutil.rmtree(args.folder, ignore_errors=True)
    args.folder.mkdir(exist_ok=True)
    story = tell(args.folder, args.count, _say, args.every)
    for verdict in story.verdicts:
        _say(verdict.line())
    if not story.is_good:
        _say(f"  the bot's log: {args.folder / 'bot.log'}")
    return 0 if story.is_good else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
