"""`providers check` where a provider has no balance to ask for."""

import pytest

from tests.cli.conftest import Run


def test_a_server_that_is_not_there_does_not_work(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOPAINT_BASE_URL", "http://127.0.0.1:9")
    ended = run("providers", "check")
    assert ended.code == 1
    assert "iopaint: The provider does not answer right now." in ended.out
    assert "local: works" in ended.out
