"""What Scenario takes, as data.

https://docs.scenario.com/reference/postinpaintinferences. White in the mask is what changes.
"""

from dataclasses import replace
from decimal import Decimal

from bot.domain import Op, SizeRule
from bot.providers.base import (
    Fixed,
    Idempotency,
    OpSpec,
    Param,
    Price,
    PromptUse,
    ProviderSpec,
    Travel,
)
from bot.providers.scenario_answers import POLL_AFTER_S, UNIT

# The largest PNG of so many pixels stays below 10 MB as base64, where bodies are cut.
PIXELS_MAX = 1536 * 1536
SCHEDULERS = (
    "DDIMScheduler",
    "DDPMScheduler",
    "DEISMultistepScheduler",
    "DPMSolverMultistepScheduler",
    "DPMSolverSinglestepScheduler",
    "EulerAncestralDiscreteScheduler",
    "EulerDiscreteScheduler",
    "HeunDiscreteScheduler",
    "KDPM2AncestralDiscreteScheduler",
    "KDPM2DiscreteScheduler",
    "LCMScheduler",
    "LMSDiscreteScheduler",
    "PNDMScheduler",
    "TCDScheduler",
    "UniPCMultistepScheduler",
)
_PARAMS = (
    Param("model", str, description="Which of Scenario's models paints."),
    Param("negative_prompt", str, description="What should not be there."),
    Param("seed", int, None, 0, 2**31 - 1, description="The same seed paints alike again."),
    Param("strength", float, 0.75, 0.01, 1.0, description="1 forgets what was there."),
    Param("guidance", float, None, 0.0, 20.0, description="How closely to follow the prompt."),
    Param("steps", int, 30, 1, 150, description="More steps take longer."),
    Param("scheduler", str, choices=SCHEDULERS, description="Overrides the model's own."),
    Param("model_epoch", str, description="A training state of a Flux LoRA."),
    Param("base_model", str, description="What a Flux LoRA paints with."),
    Param("concepts", str, description="Models to mix in: id:scale;id:scale."),
    Param("disable_merging", bool, False, description="Faster, and changes the whole picture."),
    Param(
        "negative_prompt_strength",
        float,
        None,
        0.0,
        10.0,
        description="Flux only: the weight of the negative prompt.",
    ),
)

# In the body as they stand here; None is left out.
_FIXED = (
    Fixed("hideResults", True, "Members' pictures stay out of the operator's gallery."),
    Fixed("imageHide", True, "So do the pictures that were sent."),
    Fixed("intermediateImages", False, "The bot shows no unfinished pictures."),
    Fixed("imageId", None, "Deprecated: `image` takes ids, too."),
    Fixed("imageParentId", None, "Our pictures are not children of Scenario's."),
)

SPEC = ProviderSpec(
    slug="scenario",
    title="Scenario",
    site="https://www.scenario.com",
    ops={
        Op.INPAINT: OpSpec(
            prompt=PromptUse.REQUIRED,
            image=Travel.DATA_URL,
            mask=Travel.DATA_URL,
            # "About 5 a picture", says its help page; `quote_units` asks for the real price.
            price=Price(Decimal(5)),
            size=SizeRule(512, 2048, 8, PIXELS_MAX),
            count_max=8,
            params=_PARAMS,
        )
    },
    unit=UNIT,
    cancels=True,
    idempotency=Idempotency.NONE,
    poll_after_s=POLL_AFTER_S,
    deadline_s=900.0,
    result_lifetime_s=None,
    origins=("cdn.cloud.scenario.com", "cdn.scenario.com"),
    fixed=_FIXED,
    needs=("SCENARIO_API_KEY", "SCENARIO_API_SECRET"),
    about="Scenario paints with the model you pick, or with models trained by its team.",
    known_limits=(
        "Guidance and sizes depend on the model's family.",
        "Pictures above about 3 MB stay as hidden assets in the operator's account.",
    ),
)


def priced(spec: ProviderSpec, units: Decimal) -> ProviderSpec:
    """The spec with what the operator says that a picture costs."""
    ops = {op: replace(each, price=Price(units)) for op, each in spec.ops.items()}
    return replace(spec, ops=ops)
