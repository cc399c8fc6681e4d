"""What is made of pip-audit's answers, as it gave them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.supply.audit import CANNOT_ASK, KNOWN, NOT_ASKED, OK, judge, main
from tests.supply.locks import LOCKS, ROOT, pins

CLEAN = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
UNKNOWN = {"name": "attrs", "skip_reason": "Dependency not found on PyPI and could not be audited"}
VULN = {"id": "PYSEC-2026-1", "fix_versions": ["1.1"], "aliases": [], "description": "bad"}
HIT = {"name": "mako", "version": "1.0", "vulns": [VULN]}
OFFLINE = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pypi.org', port=443)"


def answer(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


@pytest.mark.parametrize(
    ("out", "err", "code", "said"),
    [
        (answer(CLEAN), "", OK, "x: 1 dependencies audited, 0 known vulnerabilities"),
        (answer(CLEAN, HIT), "", KNOWN, "  mako 1.0: PYSEC-2026-1, mended in 1.1"),
        (answer(CLEAN, UNKNOWN), "", OK, "  not audited: attrs"),
        (answer(UNKNOWN), "No known vulnerabilities found", NOT_ASKED, CANNOT_ASK),
        ("", OFFLINE, NOT_ASKED, CANNOT_ASK),
        ("", "ERROR:pip_audit._cli:bad requirement", KNOWN, "x: pip-audit broke: "),
    ],
    ids=["clean", "vulnerable", "one unknown", "a mirror knows none", "offline", "broken"],
)
def test_an_answer_is_judged(out: str, err: str, code: int, said: str) -> None:
    verdict = judge("x", out, err)
    assert verdict.code == code
    assert any(line.startswith(said) for line in verdict.lines)


def test_what_could_not_be_asked_does_not_pass_for_an_audit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offline = tmp_path / "pip-audit"
    offline.write_text(f'#!/bin/sh\necho "{OFFLINE}" >&2\nexit 1\n')
    offline.chmod(0o700)
    assert main(str(offline)) == NOT_ASKED not in (OK, KNOWN)
    assert capsys.readouterr().out == f"{CANNOT_ASK}\n"


def test_the_lock_that_is_audited_holds_the_others() -> None:
    held = {lock: set(pins((ROOT / file).read_text("utf-8"))) for lock, file in LOCKS.items()}
    assert held["runtime"] <= held["sandbox"] <= held["development"]
