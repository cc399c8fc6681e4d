"""What a painted copy marks, in four levels, so that Outline can be switched without the copy."""

from dataclasses import dataclass
from typing import Self

from PIL import Image

from bot.imaging.morphology import threshold

PAINTED = 255
# Within lines that are read as an outline, and within others: holes that somebody left.
INSIDE, INSIDE_OFF = 192, 64
MARKED_FROM = 128


@dataclass(frozen=True, slots=True)
class Levels:
    """A picture of mode L; what is at least `MARKED_FROM` is marked."""

    image: Image.Image

    @classmethod
    def of(cls, image: Image.Image) -> Self | None:
        """None for a mask that has nothing between black and white."""
        return cls(image) if any(image.histogram()[1:PAINTED]) else None

    @property
    def outline(self) -> bool:
        """The lines mean what they enclose."""
        return bool(self.image.histogram()[INSIDE])

    @property
    def marked(self) -> Image.Image:
        """The mask, 0 or 255."""
        return threshold(self.image, MARKED_FROM)

    def switched(self, outline: bool) -> "Levels":
        """The same, read the one way or the other."""
        inside = INSIDE if outline else INSIDE_OFF
        return Levels(self.image.point([0, *[inside] * (PAINTED - 1), PAINTED]))
