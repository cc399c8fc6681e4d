"""`inpaint-bot run` itself against the stand-in: `python -m tests.crash.runproc --standin URL run`.

Discord's address is no setting, so discord.py is pointed at the stand-in, and its waits before it
connects again can be made shorter; the counting providers stand beside the real ones. Everything
else is what typing the command does. Light by itself: the picture workers import it as theirs.
"""

import argparse
import os
import sys
import threading
import time

LOOK_S = 0.5
ORPHANED, TOO_LONG = 3, 4


def main() -> int:
    """Read the arguments and run; those that are not ours are the command's."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.runproc")
    parser.add_argument("--standin", required=True, help="base URL of the stand-in")
    parser.add_argument("--faster", type=float, default=1.0, help="divides discord.py's waits")
    parser.add_argument("--seconds-max", type=float, default=300.0)
    args, command = parser.parse_known_args()
    threading.Thread(target=_watch, args=(os.getppid(), args.seconds_max), daemon=True).start()

    import bot.app
    from bot.cli import main as run
    from tests.crash.faults import Points
    from tests.crash.provider import VARIANTS, factory
    from tests.standin.pointing import hurry, point_at

    point_at(args.standin)
    hurry(args.faster)
    points = Points(None, None)
    ours = [factory(each, f"{args.standin}/provider/{each}", points) for each in VARIANTS]
    bot.app.PROVIDERS = (*bot.app.PROVIDERS, *ours)
    return run(command)


def _watch(parent: int, seconds_max: float) -> None:
    """Never outlive the test, nor its time."""
    until = time.monotonic() + seconds_max
    while os.getppid() == parent:
        if time.monotonic() > until:
            os._exit(TOO_LONG)
        time.sleep(LOOK_S)
    os._exit(ORPHANED)


if __name__ == "__main__":
    sys.exit(main())
