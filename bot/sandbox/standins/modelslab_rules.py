"""What ModelsLab accepts: numbers and flags as such or as text, and its own words for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SIDE_MIN_PX, SIDE_MAX_PX, MULTIPLE_PX = 256, 1024, 8
SAMPLES_MAX = 4
FLAGS = {"yes": True, "true": True, "no": False, "false": False}


class Refused(Exception):
    """`message` of an error."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request, of one kind each."""

    prompt: str
    negative_prompt: str
    init_image: str
    mask_image: str
    width: int
    height: int
    samples: int
    steps: int
    safety_checker: bool
    enhance_prompt: bool
    guidance_scale: float
    strength: float
    instant_response: bool
    base64: bool
    seed: int | None
    webhook: str
    track_id: str


def read(body: Mapping[str, Any]) -> Wish:
    """The wish with the documented defaults; raises Refused in their words."""
    for name in ("prompt", "init_image", "mask_image"):
        if not body.get(name):
            raise Refused(f"{name} is required")
    wish = Wish(
        prompt=str(body["prompt"]),
        negative_prompt=str(body.get("negative_prompt") or ""),
        init_image=str(body["init_image"]),
        mask_image=str(body["mask_image"]),
        width=_side(body, "width"),
        height=_side(body, "height"),
        samples=int(_number(body, "samples", 1, 1, SAMPLES_MAX)),
        steps=int(_number(body, "num_inference_steps", 30, 1, 1000)),
        safety_checker=_flag(body, "safety_checker", False),
        enhance_prompt=_flag(body, "enhance_prompt", True),
        guidance_scale=_number(body, "guidance_scale", 5, 1, 5),
        strength=_number(body, "strength", 0.7, 0, 1),
        instant_response=_flag(body, "instant_response", False),
        base64=_flag(body, "base64", False),
        seed=int(body["seed"]) if body.get("seed") is not None else None,
        webhook=str(body.get("webhook") or ""),
        track_id=str(body.get("track_id") or ""),
    )
    if wish.base64:
        raise Refused("base64 needs init_image and mask_image as base64 strings")
    return wish


def _side(body: Mapping[str, Any], name: str) -> int:
    side = int(_number(body, name, 512, SIDE_MIN_PX, SIDE_MAX_PX))
    if side % MULTIPLE_PX:
        raise Refused(f"{name} must be divisible by {MULTIPLE_PX}")
    return side


def _number(body: Mapping[str, Any], name: str, default: float, low: float, high: float) -> float:
    value = body.get(name)
    try:
        number = default if value is None else float(value)
    except (TypeError, ValueError):
        raise Refused(f"{name} must be a number") from None
    if not low <= number <= high:
        raise Refused(f"{name} must be between {low:g} and {high:g}")
    return number


def _flag(body: Mapping[str, Any], name: str, default: bool) -> bool:
    value = body.get(name)
    if value is None:
        return default
    try:
        return FLAGS[str(value).lower()]
    except KeyError:
        raise Refused(f"{name} must be yes or no") from None
