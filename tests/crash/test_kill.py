import os
import secrets
from pathlib import Path

import pytest

from tests.crash.books import Books
from tests.crash.story import tell
from tests.crash.table import gaps, table

KILLS = 12


@pytest.mark.crash
@pytest.mark.timeout(600)
def test_nothing_is_lost_doubled_or_miscounted_over_kills(tmp_path: Path) -> None:
    seed = int(os.environ.get("CRASH_SEED") or secrets.randbelow(1_000_000))
    print(f"\nCRASH_SEED={seed}")  # noqa: T201 (to make the same run again)
    story = tell(tmp_path, KILLS, Books(seed), print)
    print(table(story))  # noqa: T201 (shown by `make crash`)
    assert story.broken == []
    assert gaps(story) == []
