"""`make licenses`: writes the licence of every locked dependency into docs/licenses.md.

The licence is what the installed distribution says of itself; TOLD has those that say nothing an
SPDX expression could be made of, and those that are not installed on the machine that writes.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from tests.supply.locks import ROOT, locked

DOCS = Path("docs/licenses.md")
BEGIN, END = "<!-- licenses: begin -->", "<!-- licenses: end -->"

# What may be in a lock. All let a program of any licence be built on them; MPL-2.0 asks for changes
# of its own files, LGPL for a library that can be replaced, which an installed wheel can.
ACCEPTED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "LGPL-3.0-only",
        "MIT",
        "MIT-CMU",
        "MPL-2.0",
        "PSF-2.0",
        "Zlib",
    }
)
EXPRESSION_CHARS_MAX = 60  # a longer one is the licence itself
_SPELLED = {"Apache 2.0": "Apache-2.0"}
_CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
# Read in their licence files: the metadata says "BSD" or "LGPL" alone, or the whole text.
TOLD = {
    "audioop-lts": "PSF-2.0",  # for Python 3.13 and newer
    "colorama": "BSD-3-Clause",  # for Windows
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "pebble": "LGPL-3.0-only",
    "scikit-image": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
}


def license_of(name: str) -> str:
    """An SPDX expression, or nothing where the distribution does not tell."""
    return TOLD.get(name) or said(name)


def said(name: str) -> str:
    """What the installed distribution says of itself."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    if expressions := told.get_all("License-Expression"):
        return expressions[0]
    text = " ".join(told.get_all("License", [])).strip()
    text = _SPELLED.get(text, text)
    if len(text) <= EXPRESSION_CHARS_MAX and not refused(text):
        return text
    found = [_CLASSIFIERS[each] for each in told.get_all("Classifier", []) if each in _CLASSIFIERS]
    return found[0] if len(found) == 1 else ""


def refused(expression: str) -> set[str]:
    """The identifiers of an expression that are not accepted; of alternatives one is enough."""
    if not expression:
        return {"none"}
    ways = [set(re.findall(r"[\w.+-]+", way)) - {"AND"} for way in expression.split(" OR ")]
    return min((way - ACCEPTED for way in ways), key=len)


def markdown() -> str:
    """One row for each locked distribution and version."""
    rows = [
        f"| {name} | {version} | {license_of(name)} | {lock} |"
        for (name, version), lock in locked().items()
    ]
    return "\n".join(
        ["| dependency | version | licence | lock |", "| --- | --- | --- | --- |", *rows]
    )


def placed(page: str) -> str:
    """The page with the table of today between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"there is no {BEGIN} with its {END}")
    return f"{before}{BEGIN}\n{markdown()}\n{END}{after}"


def main() -> int:
    """Write the table; 1 where a licence is missing or not accepted."""
    (ROOT / DOCS).write_text(placed((ROOT / DOCS).read_text("utf-8")), "utf-8")
    bad = {name: wrong for name, _ in locked() if (wrong := refused(license_of(name)))}
    for name, wrong in bad.items():
        sys.stdout.write(f"{name}: {', '.join(sorted(wrong))} is not accepted\n")
    sys.stdout.write(f"{len(locked())} dependencies, {len(bad)} without an accepted licence\n")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
