"""Commands run with no more rights than an ordinary user has, and disks that are full."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Root may write everywhere; without these it has to keep to the permission bits.
BEYOND_BITS = "-dac_override,-dac_read_search"


def python(*arguments: str) -> list[str]:
    """The command that runs Python here so that file permissions count."""
    if os.geteuid() != 0:
        return [sys.executable, *arguments]
    if shutil.which("setpriv") is None:
        pytest.skip("as root this needs setpriv")
    drop = ["--inh-caps", BEYOND_BITS, "--bounding-set", BEYOND_BITS]
    return ["setpriv", *drop, sys.executable, *arguments]


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Path]:
    """A file system of this size, mounted for a while; skips where mounting is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Write until nothing fits any more."""
    descriptor = os.open(folder / "filler", os.O_CREAT | os.O_WRONLY)
    try:
        while os.write(descriptor, bytes(512)):
            pass
    except OSError:
        pass
    finally:
        os.close(descriptor)
