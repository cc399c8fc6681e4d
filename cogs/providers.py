"""`/providers`: what each can do here, what it costs, how it does, and why one is off."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction, who
from bot.delivery.providers_page import ALL, PER_PAGE, render_provider, render_providers
from bot.delivery.reply import show
from bot.errors import BadOption
from bot.quoting import cited
from bot.services.pages import Page, window
from bot.services.showcase import Shown
from cogs.tasks import page_number
from cogs.ui import choices
from cogs.ui.choices import quiet

if TYPE_CHECKING:
    from bot.app import App

UNKNOWN = "There is no provider `{}`. `/providers` without a name shows all of them."


class Providers(commands.Cog):
    """One page of all, and one of each."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app

    async def cog_load(self) -> None:
        """Take over the pages and the menu."""
        self._bot.presses["providers"] = self.page
        self._bot.choosers["provider"] = self.pick

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(provider="Everything about this one; left out, all of them in short")
    async def providers(self, interaction: AnyInteraction, provider: str | None = None) -> None:
        """What each provider can do here, what it costs, and how it does."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, provider or ALL)

    @providers.autocomplete("provider")
    @quiet
    async def _named(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        typed = current.strip().lower()
        specs = (each.spec for each in await self._all(interaction))
        return choices.named_choices(
            (spec.title, spec.slug)
            for spec in specs
            if typed in f"{spec.slug} {spec.title}".lower()
        )

    async def page(self, interaction: AnyInteraction, number: str) -> None:
        """Turn to a page of all."""
        await interaction.response.defer()
        await self._show(interaction, ALL, page_number(number))

    async def pick(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Turn to one."""
        await interaction.response.defer()
        await self._show(interaction, values[0])

    async def _show(self, interaction: AnyInteraction, slug: str, number: int = 1) -> None:
        found = await self._all(interaction)
        if slug == ALL:
            place = window(len(found), number, PER_PAGE)
            items = tuple(found[place.offset : place.offset + PER_PAGE])
            page = Page(items, place.number, place.pages, len(found))
            await show(interaction, render_providers(page))
            return
        named = [each for each in found if each.spec.slug == slug.strip().lower()]
        if not named:
            raise BadOption(UNKNOWN.format(cited(slug, 32)))
        await show(interaction, render_provider(named[0]))

    async def _all(self, interaction: AnyInteraction) -> list[Shown]:
        member = who(interaction)
        return await self._app.showcase.look(member.guild_id, member.user_id)


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Providers(bot))
