"""What autocomplete offers for an operation, from what is filled in so far."""

from typing import TYPE_CHECKING

from discord.app_commands import Choice

from bot.delivery.entrance import AnyInteraction
from bot.domain import Op
from bot.providers.base import ProviderSpec
from bot.services.catalog import models_of
from bot.services.options import suggestions
from cogs.ui import choices
from cogs.ui.asking import asked

if TYPE_CHECKING:
    from bot.app import App


async def offer_providers(
    app: "App", interaction: AnyInteraction, op: Op, text: str
) -> list[Choice[str]]:
    """Those that can go on from the earlier edit that is filled in, or that take a new picture."""
    filled = interaction.namespace
    wish = asked(interaction, op, filled.parent, filled.result)
    return choices.provider_choices(await app.desk.offers.fitting(wish), op, text)


async def offer_models(
    app: "App", interaction: AnyInteraction, op: Op, text: str
) -> list[Choice[str]]:
    """Models of the provider that is filled in, or of all where none is."""
    picked = await _picked(app, interaction, op)
    able = [spec for spec in picked if any(param.name == "model" for param in spec.ops[op].params)]
    providers = [app.providers[spec.slug] for spec in able if spec.slug in app.providers]
    return choices.model_choices(await models_of(providers, text), len(able) > 1)


async def offer_extras(
    app: "App", interaction: AnyInteraction, op: Op, text: str
) -> list[Choice[str]]:
    """Pairs for `extra`, likewise."""
    picked = await _picked(app, interaction, op)
    offered = (suggestions(spec.ops[op], text) for spec in picked)
    return choices.text_choices(dict.fromkeys(each for texts in offered for each in texts))


async def _offers(app: "App", interaction: AnyInteraction, op: Op) -> list[ProviderSpec]:
    wish = asked(interaction, op)
    return await app.desk.offers.providers(op, wish.guild_id, wish.user_id)


async def _picked(app: "App", interaction: AnyInteraction, op: Op) -> list[ProviderSpec]:
    """The provider that is filled in so far, or all there are."""
    offers = await _offers(app, interaction, op)
    named = [spec for spec in offers if spec.slug == interaction.namespace.provider]
    return named or offers
