"""Files that a command is to write."""

import os
from pathlib import Path

from bot.cli.terminal import ask, is_interactive
from bot.errors import BadOption


async def check_target(*targets: Path, force: bool) -> None:
    """Ask before a file that exists is lost; raises BadOption where nothing can be written."""
    for folder in {target.parent for target in targets}:
        if not folder.is_dir():
            raise BadOption(f"There is no folder {folder} to write to.")
        if not os.access(folder, os.W_OK | os.X_OK):
            raise BadOption(f"The folder {folder} cannot be written to.")
    if folders := [str(target) for target in targets if target.is_dir()]:
        raise BadOption(f"{folders[0]} is a folder.")
    there = [str(target) for target in targets if target.exists()]
    if there and not force:
        await _ask_for(there)


async def _ask_for(there: list[str]) -> None:
    what = f"{' and '.join(there)} {'exists' if len(there) == 1 else 'exist'} already."
    if not is_interactive():
        raise BadOption(f"{what} With --force I overwrite {'it' if len(there) == 1 else 'them'}.")
    if await ask(f"{what} Overwrite? [y/N]") not in {"y", "yes"}:
        raise BadOption("Nothing was written.")
