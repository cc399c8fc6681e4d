"""`make audit`: asks what is known against the locked versions; says so where nothing can be asked.

pip-audit counts what its service does not know as fine, so a mirror without that data would pass
for a clean answer: only what was really looked up counts here.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.supply.locks import LOCKS, ROOT

OPTIONS = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
AWAY = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "SSLError")
OK, KNOWN, NOT_ASKED = 0, 1, 3
CANNOT_ASK = "Not audited: the advisory service cannot be reached from here, so this says nothing."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to say about a lock, and how to exit: NOT_ASKED must not pass for an audit."""

    lines: tuple[str, ...]
    code: int = OK


def judge(lock: str, out: str, err: str) -> Verdict:
    """What pip-audit's answer means: a list of what it asked about, or why it could not."""
    try:
        dependencies: Sequence[Mapping[str, Any]] = json.loads(out)["dependencies"]
    except (ValueError, KeyError):
        if any(word in err for word in AWAY):
            return Verdict((CANNOT_ASK,), NOT_ASKED)
        return Verdict((f"{lock}: pip-audit broke: {err.strip()[-500:]}",), KNOWN)
    asked = [each for each in dependencies if "vulns" in each]
    if dependencies and not asked:
        return Verdict((CANNOT_ASK,), NOT_ASKED)
    known = [_said(each, vuln) for each in asked for vuln in each["vulns"]]
    unasked = [f"  not audited: {each['name']}" for each in dependencies if "vulns" not in each]
    head = f"{lock}: {len(asked)} dependencies audited, {len(known)} known vulnerabilities"
    return Verdict((head, *known, *unasked), KNOWN if known else OK)


def _said(dependency: Mapping[str, Any], vuln: Mapping[str, Any]) -> str:
    mended = ", ".join(vuln.get("fix_versions", ())) or "no version yet"
    return f"  {dependency['name']} {dependency['version']}: {vuln['id']}, mended in {mended}"


def main(pip_audit: str) -> int:
    """Audit the largest lock, which holds the others.

    1 where something is known against it, 3 where nobody could be asked.
    """
    lock = LOCKS["development"]
    command = [pip_audit, *OPTIONS, "--requirement", str(ROOT / lock)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    verdict = judge(lock, ended.stdout, ended.stderr)
    sys.stdout.write("\n".join(verdict.lines) + "\n")
    return verdict.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
