"""`python -m bench [part ...]`: measure all parts, or those that are named.

Each part's figures are printed as soon as they are measured, and all of them in one table at the
end; 1 is the exit code when one of them is not within its aim.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.figures import table
from bench.kept import Kept, code_of
from bench.parts import PARTS, meaning
from bench.run import measure

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".bench"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit with 1 when a figure is not within its aim."""
    args = _read(argv)
    names = args.parts or list(PARTS)
    kept = _kept(FOLDER, names, goes_on=args.goes_on)
    try:
        figures = measure(names, PARTS, args.count, kept, _say)
    except KeyboardInterrupt:
        _say(f"Interrupted. `{again(args.parts, args.count)}` goes on.")
        return 130
    if figures:
        _say(table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def again(parts: Sequence[str], count: int | None) -> str:
    """The command that measures what is missing."""
    chosen = f' PARTS="{" ".join(parts)}"' if parts else ""
    rounds = f" COUNT={count}" if count else ""
    return f"make bench{chosen}{rounds} CONTINUE=1"


def _read(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog=f"what the count is to each part, and how much it is if nobody says:\n"
        f"{meaning(PARTS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--count", type=int, help="how often each part measures; see below")
    parser.add_argument(
        "--continue", dest="goes_on", action="store_true", help="where the last run stopped"
    )
    args = parser.parse_args(argv)
    if unknown := set(args.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    if args.count is not None and args.count < 1:
        parser.error("the count is 1 or more")
    return args


def _kept(folder: Path, names: Sequence[str], *, goes_on: bool) -> Kept:
    """What earlier runs kept; without these parts, unless they go on."""
    kept = Kept.load(folder, code_of(ROOT))
    if not goes_on:
        kept.drop(names)
    elif not kept.parts:
        _say(f"Nothing in {folder} was measured with this code: everything is measured.")
    return kept


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
