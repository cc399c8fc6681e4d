"""Which version this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

UNKNOWN = "unknown"


def version() -> str:
    """The version of the installed package; "unknown" where it runs from bare source."""
    try:
        return installed("inpaint-bot")
    except PackageNotFoundError:
        return UNKNOWN
