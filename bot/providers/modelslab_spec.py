"""What ModelsLab takes, as data; https://docs.modelslab.com/image-editing/inpaint."""

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

# What their own client waits between two looks, on average.
POLL_AFTER_S = 3.0
SEED_MAX = 2**32 - 1

_PARAMS = (
    Param("negative_prompt", str, description="What should not be there."),
    Param("seed", int, None, 0, SEED_MAX, description="The same seed paints alike again."),
    Param("strength", float, 0.7, 0.0, 1.0, description="1 forgets what was there."),
    Param("guidance", int, 5, 1, 5, description="How closely to follow the prompt."),
    Param("steps", int, 30, 1, 50, description="More steps take longer."),
    Param("enhance_prompt", bool, False, description="Let ModelsLab write more into your prompt."),
    Param(
        "safety_checker",
        bool,
        True,
        description="Blank what is not safe for work.",
        is_safety=True,
    ),
)

_FIXED = (
    Fixed("base64", False, "Addresses are guarded, counted and cheaper than text."),
    Fixed("instant_response", False, "A picture that is ready at once needs no second call."),
    Fixed("webhook", None, "Set where the bot has a public address; polling always goes on."),
    Fixed("track_id", None, "Sent along with a webhook: the task's own number."),
)

SPEC = ProviderSpec(
    slug="modelslab",
    title="ModelsLab",
    site="https://modelslab.com",
    ops={
        Op.INPAINT: OpSpec(
            prompt=PromptUse.REQUIRED,
            image=Travel.URL,
            mask=Travel.URL,
            price=Price(Decimal("0.005")),
            size=SizeRule(side_min_px=256, side_max_px=1024, multiple_of_px=8),
            count_max=4,
            params=_PARAMS,
        )
    },
    unit="USD",
    cancels=False,
    idempotency=Idempotency.NONE,
    webhooks=True,
    submit_timeout_s=90.0,
    poll_after_s=POLL_AFTER_S,
    deadline_s=900.0,
    # An account that pays as it goes may have five jobs queued.
    concurrency=5,
    result_lifetime_s=86_400.0,
    # Addresses may be told before their pictures are there.
    result_grace_s=60.0,
    blank_is_filtered=True,
    origins=(
        "*.r2.dev",
        "*.modelslab.com",
        "*.stablediffusionapi.com",
        "modelslab-bom.s3.amazonaws.com",
    ),
    needs=("MODELSLAB_API_KEY",),
    fixed=_FIXED,
    about="ModelsLab paints up to four pictures at once, up to 1024 px a side.",
    known_limits=(
        "It paints at 1024 px at most; larger areas come back scaled up.",
        "An edit that was sent cannot be taken back.",
    ),
)
