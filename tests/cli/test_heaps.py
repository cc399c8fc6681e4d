"""What the bot's process asks of the C library's heaps, in a process of its own."""

import platform
import subprocess
import sys

import pytest

MIB = 1024 * 1024
WORK = """
import os
from bench import rss
from bot.cli.serving import keep_heaps_small

if {small}:
    keep_heaps_small()
picture = b"p" * (8 << 20)
del picture
large, between = [], []
for n in range(8):
    large.append(b"l" * (4 << 20))
    between.append(b"s" * 50_000)
held = rss.rss_bytes(os.getpid())
large.clear()
print(held - rss.rss_bytes(os.getpid()))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heaps are those of glibc")
def test_large_blocks_go_back_to_the_system_when_they_are_free() -> None:
    assert given_back_bytes(small=True) > 30 * MIB
    # Or this would prove nothing.
    assert given_back_bytes(small=False) < 16 * MIB


def given_back_bytes(*, small: bool) -> int:
    command = [sys.executable, "-c", WORK.format(small=small)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
