"""`/credits-admin`: what a server's admins do with credits; each act has its actor and reason."""

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.delivery import credit_pages, words
from bot.delivery.client import USE, InpaintBot
from bot.delivery.entrance import AnyInteraction
from bot.delivery.reply import show
from bot.delivery.treasury_page import Checked, render_coffer, render_prices, render_report
from bot.errors import BadOption
from bot.quoting import cited
from bot.services.access import Use
from bot.services.amounts import AMOUNT_MAX
from bot.services.economy import Payer, Period
from bot.services.export import Form, written
from bot.services.rulebook import read_multiplier
from bot.services.treasury import REASON_LENGTH_MAX, Deed, Moved
from cogs.tasks import page_number
from cogs.ui.choices import quiet
from cogs.ui.receivers import check_receiver

if TYPE_CHECKING:
    from bot.app import App

Amount = Range[int, 1, AMOUNT_MAX]
Level = Range[int, 0, AMOUNT_MAX]
Reason = Range[str, 1, REASON_LENGTH_MAX]
ORDERS: dict[str, tuple[Payer, ...]] = {
    "Sponsor, then the member": (Payer.SPONSOR, Payer.OWN),
    "Sponsor, then the member, then the pool": (Payer.SPONSOR, Payer.OWN, Payer.POOL),
    "Sponsor, then the pool, then the member": (Payer.SPONSOR, Payer.POOL, Payer.OWN),
    "The member, then sponsor, then the pool": (Payer.OWN, Payer.SPONSOR, Payer.POOL),
    "The pool, then sponsor, then the member": (Payer.POOL, Payer.SPONSOR, Payer.OWN),
    "Only the member": (Payer.OWN,),
    "Only the pool": (Payer.POOL,),
}
UNLIMITED = -1
BOTH = "Give a role and its level together. Nothing was changed."
UNKNOWN = "There is no provider `{}` here any more. Nothing was changed."


@app_commands.guild_only()
@app_commands.default_permissions(manage_guild=True)
class CreditsAdmin(
    commands.GroupCog,
    group_name="credits-admin",
    group_description="This server's credits",
    group_extras={USE: Use.ADMIN},
):
    """Everything here asks for Manage Server, in Discord and at the entrance."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app
        self._desk = self._app.credits

    async def cog_load(self) -> None:
        """Take over the report's pages."""
        self._bot.presses["books"] = self.books

    @app_commands.command()
    @app_commands.describe(member="Who gets them", amount="How many", reason="Kept with the grant")
    async def grant(
        self, interaction: AnyInteraction, member: discord.User, amount: Amount, reason: Reason
    ) -> None:
        """Grant credits to a member: out of the pool, or new ones in a home server."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if member.id != interaction.user.id:
            check_receiver(interaction, member)
        moved = await self._desk.treasury.grant(_deed(interaction, member, reason), amount)
        await self._told(interaction, member, moved)

    @app_commands.command()
    @app_commands.describe(member="Whose", amount="How many", reason="Kept with it")
    async def take(
        self, interaction: AnyInteraction, member: discord.User, amount: Amount, reason: Reason
    ) -> None:
        """Take credits of a member into the pool."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        moved = await self._desk.treasury.take(_deed(interaction, member, reason), amount)
        await self._told(interaction, member, Moved(-moved.amount, moved.available))

    @app_commands.command(name="set")
    @app_commands.describe(member="Whose", level="What they have after it", reason="Kept with it")
    async def set_(
        self, interaction: AnyInteraction, member: discord.User, level: Level, reason: Reason
    ) -> None:
        """Bring a member's credits to a level."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        moved = await self._desk.treasury.set(_deed(interaction, member, reason), level)
        await self._told(interaction, member, moved)

    async def _told(self, interaction: AnyInteraction, member: discord.User, moved: Moved) -> None:
        text = (
            f"{words.mention(member.id)} has {words.credits(moved.available)} now "
            f"({moved.amount:+,})."
        )
        await show(interaction, credit_pages.said(text))

    @app_commands.command()
    @app_commands.describe(
        payers="Who pays for edits, in which order",
        cap="Most that a member may spend of the pool in a day; -1: no limit",
        first="What a member gets at first",
        level="What everybody is topped up to; 0: no allowance",
        period="How often",
        role="A role with a level of its own",
        role_level="What members with that role are topped up to; 0: nothing of its own",
        confirm="Gifts above this have to be confirmed",
    )
    @app_commands.choices(
        payers=[Choice(name=name, value=name) for name in ORDERS],
        period=[Choice(name=each.value.title(), value=each.value) for each in Period],
    )
    async def pool(
        self,
        interaction: AnyInteraction,
        payers: str | None = None,
        cap: Range[int, UNLIMITED, AMOUNT_MAX] | None = None,
        first: Level | None = None,
        level: Level | None = None,
        period: str | None = None,
        role: discord.Role | None = None,
        role_level: Level | None = None,
        confirm: Level | None = None,
    ) -> None:
        """Show the pool and its rules, and change those that you name."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if (role is None) != (role_level is None):
            raise BadOption(BOTH)
        given: dict[str, Any] = {"first": first, "level": level, "confirm_above": confirm}
        given["payers"] = ORDERS[payers] if payers else None
        given["period"] = Period(period) if period else None
        values = {name: value for name, value in given.items() if value is not None}
        if cap is not None:
            values["pool_daily_max"] = None if cap == UNLIMITED else cap
        guild_id, actor_id = interaction.guild_id or 0, interaction.user.id
        if values:
            await self._desk.rulebook.change(guild_id, actor_id, **values)
        if role is not None and role_level is not None:
            await self._desk.rulebook.set_role(guild_id, actor_id, role.id, role_level)
        coffer = await self._desk.rulebook.coffer(guild_id)
        await show(interaction, render_coffer(coffer, self._app.settings.first_grant_credits))

    @app_commands.command()
    @app_commands.describe(provider="Whose prices to change", multiplier="Such as 1.5")
    async def prices(
        self, interaction: AnyInteraction, provider: str = "", multiplier: str = ""
    ) -> None:
        """Show what pictures cost here, and change a provider's prices."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        guild_id, specs = interaction.guild_id or 0, self._specs()
        if provider and multiplier:
            if provider not in specs:
                raise BadOption(UNKNOWN.format(cited(provider, 32)))
            factor = read_multiplier(multiplier)
            await self._desk.rulebook.set_multiplier(
                guild_id, interaction.user.id, provider, factor
            )
        chosen, prices = (await self._desk.rulebook.coffer(guild_id)).economy, self._app.desk.prices
        rates = {slug: prices.rate(chosen, guild_id, slug) for slug in specs}
        times = {slug: prices.times(chosen, guild_id, slug) for slug in specs}
        await show(interaction, render_prices(list(specs.values()), rates, times, chosen))

    @app_commands.command()
    async def report(self, interaction: AnyInteraction) -> None:
        """Show what edits cost by day, what admins moved, and whether the books are right."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._books(interaction, 1)

    async def books(self, interaction: AnyInteraction, number: str) -> None:
        """Turn to a page of the report."""
        await interaction.response.defer()
        await self._books(interaction, page_number(number))

    async def _books(self, interaction: AnyInteraction, number: int) -> None:
        guild_id, audit = interaction.guild_id or 0, self._app.watch.audit
        books = await self._desk.bookkeeping.books(guild_id, number)
        found = audit.findings.of_guild(guild_id) if audit.findings else None
        await show(interaction, render_report(books, Checked(audit.checked_at, found)))

    @app_commands.command()
    @app_commands.describe(form="CSV for a spreadsheet, JSON for a program; CSV if left out")
    @app_commands.choices(form=[Choice(name=each.value.upper(), value=each.value) for each in Form])
    async def export(self, interaction: AnyInteraction, form: str = Form.CSV.value) -> None:
        """Give this server's transfers as a file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        rows = await self._desk.exports.rows(interaction.guild_id or 0)
        name, data = f"credits.{form}", written(rows, Form(form))
        page = credit_pages.with_file(
            f"{words.counted(len(rows), 'transfer')}, the newest first.", name
        )
        await show(interaction, page, [credit_pages.file_of(data, name)])

    @prices.autocomplete("provider")
    @quiet
    async def _provider(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        typed = current.strip().lower()
        return [
            Choice(name=spec.title, value=slug)
            for slug, spec in self._specs().items()
            if typed in slug or typed in spec.title.lower()
        ][:25]

    def _specs(self) -> dict[str, Any]:
        return {slug: each.spec for slug, each in self._app.providers.items()}


def _deed(interaction: AnyInteraction, member: discord.User, reason: str) -> Deed:
    guild_id, key = interaction.guild_id or 0, f"admin:{interaction.id}"
    return Deed(guild_id, interaction.user.id, member.id, key, reason)


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(CreditsAdmin(bot))
