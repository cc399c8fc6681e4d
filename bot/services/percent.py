"""How a part of a picture is said, the same everywhere."""


def part(fraction: float) -> str:
    """Say a part of a picture, given as 0..1, in percent."""
    percent = fraction * 100
    if percent and percent < 0.1:
        return "less than 0.1 %"
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f}".removesuffix(".0") + " %"
