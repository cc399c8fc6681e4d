"""What Scenario takes, as its reference page says: models, ranges by family, error bodies."""

import binascii
from base64 import b64decode
from typing import Any

from aiohttp import web

from bot.sandbox.standins.common import says

MODELS: tuple[dict[str, Any], ...] = tuple(
    {
        "id": model_id,
        "name": name,
        "type": kind,
        "capabilities": capabilities,
        "custom": custom,
        "status": "trained",
    }
    for model_id, name, kind, capabilities, custom in (
        ("flux.1-dev", "Flux Dev", "flux.1", ["txt2img", "img2img", "inpaint"], False),
        ("flux.1.1-pro", "Flux Pro", "flux.1.1-pro", ["txt2img", "inpaint"], False),
        ("stable-diffusion-xl-base-1-0", "SDXL", "sd-xl", ["txt2img", "inpaint"], False),
        ("stable-diffusion-v1-5", "SD 1.5", "sd-1_5", ["txt2img", "inpaint"], False),
        ("model_gpt-image", "GPT Image", "custom", ["txt2img", "inpaint"], True),
        ("model_upscaler", "Upscaler", "sd-xl", ["upscale"], False),
    )
)
TEAMS_OWN = {
    "id": "model_ours",
    "name": "Our style",
    "type": "flux.1-lora",
    "capabilities": ["txt2img", "inpaint"],
    "custom": False,
    "status": "trained",
}
# Guidance and sizes by the beginning of the type, as the reference page gives them.
RANGES: dict[str, tuple[tuple[float, float], tuple[int, int]]] = {
    "flux.1.1-pro": ((2, 5), (64, 2048)),
    "flux": ((0, 10), (64, 2048)),
    "sd-xl": ((0, 20), (512, 2048)),
    "sd-1_5": ((0, 20), (64, 1024)),
}
PAGE_LENGTH = 4


class Refused(Exception):
    """A request that the service does not take."""

    def __init__(self, status: int, error: str, why: str, **details: str) -> None:
        super().__init__(why)
        self.status, self.error, self.why, self.details = status, error, why, details

    def to_response(self) -> web.Response:
        """The error in its own shape."""
        body = {"statusCode": self.status, "error": self.error, "reason": self.why}
        return says(self.status, **body, **({"details": self.details} if self.details else {}))


def check(body: dict[str, Any]) -> dict[str, Any]:
    """The model that a body asks for; raises Refused for what its family does not take."""
    for name in ("modelId", "prompt"):
        if not isinstance(body.get(name), str) or not body[name]:
            raise Refused(400, "Bad Request", f"{name} is required")
    model = model_of(body["modelId"])
    guidance, sides = _ranges(model["type"])
    for name, low, high in (
        ("strength", 0.01, 1),
        ("numInferenceSteps", 1, 150),
        ("numSamples", 1, 128),
        ("negativePromptStrength", 0, 10),
        ("guidance", *guidance),
        ("width", *sides),
        ("height", *sides),
    ):
        value = body.get(name, low)
        if not isinstance(value, int | float) or not low <= value <= high:
            raise Refused(400, "Bad Request", f"{name} must be within [{low}, {high}]")
    if body.get("width", 512) % 8 or body.get("height", 512) % 8:
        raise Refused(400, "Bad Request", "width and height must be multiples of 8")
    if not str(body.get("scheduler", "Scheduler")).endswith("Scheduler"):
        raise Refused(400, "Bad Request", "scheduler must be one of the model's schedulers")
    if not isinstance(body.get("seed", ""), str):
        raise Refused(400, "Bad Request", "seed must be a string")
    return model


def model_of(model_id: str) -> dict[str, Any]:
    """A model that takes the inpaint call; raises Refused."""
    for each in (*MODELS, TEAMS_OWN):
        if each["id"] == model_id and not each["custom"]:
            return each
    raise Refused(404, "Not Found", "Model not found")


def _ranges(kind: str) -> tuple[tuple[float, float], tuple[int, int]]:
    found = (ranges for beginning, ranges in RANGES.items() if kind.startswith(beginning))
    return next(found, ((0, 20), (64, 2048)))


def from_data_url(given: object) -> bytes | None:
    """The bytes of a data URL, None for anything else."""
    head, _, text = str(given).partition(",")
    return decoded(text) if head.startswith("data:image/") and head.endswith(";base64") else None


def decoded(text: object) -> bytes | None:
    """The bytes of a base64 text, None for anything else."""
    try:
        return b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        return None
