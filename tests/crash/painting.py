"""Small pictures for the requests, each with other pixels, and the one mask."""

from pathlib import Path

from PIL import Image, ImageDraw

SIDE_PX = 96


def paint(file: Path, number: int) -> None:
    """Make a picture that no other number has."""
    picture = Image.linear_gradient("L").resize((SIDE_PX, SIDE_PX)).convert("RGB")
    picture.putpixel((0, 0), (number & 255, number >> 8 & 255, number >> 16 & 255))
    picture.save(file)


def paint_mask(file: Path) -> None:
    """Make the mask of all requests."""
    mask = Image.new("L", (SIDE_PX, SIDE_PX))
    ImageDraw.Draw(mask).rectangle((30, 30, 60, 60), fill=255)
    mask.save(file)
