"""What somebody typed, put into a sentence of ours."""

UNREADABLE = "(unreadable)"


def cited(typed: str, length_max: int) -> str:
    """What somebody typed, to stand between backticks, which it cannot end or leave empty."""
    told = " ".join(typed.replace("`", "").split())[:length_max]
    return told if any(map(str.isprintable, told.replace(" ", ""))) else UNREADABLE
