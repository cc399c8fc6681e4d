"""`/credits`: what a member has, spends, gives and pays for others."""

from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.delivery import credit_pages, words
from bot.delivery.client import InpaintBot
from bot.delivery.entrance import AnyInteraction, may_moderate, who
from bot.delivery.reply import show, tell
from bot.delivery.sponsor_page import render_sponsor
from bot.errors import BadOption, TaskGone
from bot.services.allowance import Member
from bot.services.amounts import AMOUNT_MAX
from bot.services.charting import View, chart_of
from bot.services.leaderboard import Board
from bot.services.payers import Spot
from bot.services.spans import IDEAS, parse_until
from bot.services.treasury import GIFT, Deed
from cogs.tasks import page_number
from cogs.ui.choices import quiet, text_choices
from cogs.ui.receivers import check_receiver, fetch_receiver

if TYPE_CHECKING:
    from bot.app import App

ALL_TIME, DAYS = 0, (7, 30, 90)
CHART = "chart.png"
ONLY_THREADS = "Only a thread has a sponsor. Open one and run this there. Nothing was moved."
Amount = Range[int, 1, AMOUNT_MAX]


@app_commands.guild_only()
class Credits(commands.GroupCog, group_name="credits", group_description="Your credits here"):
    """Every amount is moved by a service, under a key made from the interaction."""

    def __init__(self, bot: InpaintBot) -> None:
        self._bot = bot
        self._app: App = bot.app
        self._desk = self._app.credits

    async def cog_load(self) -> None:
        """Take over the pages."""
        self._bot.presses |= {
            "history": self.history_page,
            "ranks": self.ranks_page,
            "chart": self.chart_page,
            "give": self.confirmed,
            "unsponsor": self.unsponsor,
        }

    @app_commands.command()
    async def balance(self, interaction: AnyInteraction) -> None:
        """Show what you have, and who pays for an edit here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = who(interaction)
        seen = await self._desk.treasury.standing(
            Member(member.guild_id, member.user_id, member.role_ids)
        )
        spot = Spot(member.guild_id, interaction.channel_id or 0, member.user_id)
        pockets = await self._desk.treasury.pockets(spot)
        await show(interaction, credit_pages.render_balance(seen, pockets))

    @app_commands.command()
    async def history(self, interaction: AnyInteraction) -> None:
        """List what came and went, the newest first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._history(interaction, credit_pages.NEWEST)

    async def history_page(self, interaction: AnyInteraction, cursor: str) -> None:
        """Turn to a page of the history; from another page, as an answer of its own."""
        await interaction.response.defer()
        await self._history(interaction, cursor)

    async def _history(self, interaction: AnyInteraction, text: str) -> None:
        cursor = credit_pages.read_cursor(text)
        history = await self._desk.histories.of(
            interaction.guild_id or 0, interaction.user.id, cursor
        )
        await show(interaction, credit_pages.render_history(history))

    @app_commands.command()
    @app_commands.describe(member="Who gets them", amount="How many of your credits")
    async def give(self, interaction: AnyInteraction, member: discord.User, amount: Amount) -> None:
        """Give credits of yours to another member."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        check_receiver(interaction, member)
        above = await self._desk.treasury.confirm_above(interaction.guild_id or 0)
        if amount > above:
            key = str(interaction.id)
            await show(interaction, credit_pages.render_confirm(member.id, amount, key))
            return
        await self._give(interaction, member.id, amount, str(interaction.id))

    async def confirmed(self, interaction: AnyInteraction, about: str) -> None:
        """Give what was asked about, once however often this is pressed."""
        await interaction.response.defer()
        gift = credit_pages.read_gift(about)
        if gift is None:
            raise TaskGone
        user_id, amount, key = gift
        await fetch_receiver(interaction, user_id)
        await self._give(interaction, user_id, amount, key)

    async def _give(self, interaction: AnyInteraction, user_id: int, amount: int, key: str) -> None:
        deed = Deed(interaction.guild_id or 0, interaction.user.id, user_id, f"{GIFT}:{key}")
        given = await self._desk.treasury.give(deed, amount)
        text = (
            f"You gave {words.credits(given.amount)} to {words.mention(user_id)} and have "
            f"{given.available:,} left."
        )
        await show(interaction, credit_pages.said(text))

    @app_commands.command()
    @app_commands.describe(board="By what; edits made if left out", since="30 days if left out")
    @app_commands.choices(
        board=[Choice(name=each[0], value=key.value) for key, each in credit_pages.BOARDS.items()]
    )
    @app_commands.choices(
        since=[
            *(Choice(name=f"Last {days} days", value=days) for days in DAYS),
            Choice(name="All time", value=ALL_TIME),
        ],
    )
    async def leaderboard(
        self, interaction: AnyInteraction, board: str = Board.MADE.value, since: int = 30
    ) -> None:
        """Show who made, spent or gave the most here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._ranks(interaction, Board(board), since, 1)

    async def ranks_page(self, interaction: AnyInteraction, about: str) -> None:
        """Turn to a page of a ranking."""
        await interaction.response.defer()
        board, _, rest = about.partition("-")
        days, _, number = rest.partition("-")
        if board not in set(Board):
            raise TaskGone
        await self._ranks(interaction, Board(board), _days(days), page_number(number))

    async def _ranks(
        self, interaction: AnyInteraction, board: Board, days: int, number: int
    ) -> None:
        since = self._app.clock.now() - timedelta(days=days) if days else None
        page = await self._desk.leaderboards.page(interaction.guild_id or 0, board, since, number)
        await show(interaction, credit_pages.render_ranks(page, board, days))

    @app_commands.command()
    @app_commands.describe(by="What the bars are; days if left out", days="30 if left out")
    @app_commands.choices(
        by=[Choice(name=label, value=each.value) for each, label in credit_pages.VIEWS.items()]
    )
    @app_commands.choices(
        days=[Choice(name=f"Last {days} days", value=days) for days in DAYS],
    )
    async def stats(
        self, interaction: AnyInteraction, by: str = View.DAY.value, days: int = 30
    ) -> None:
        """Chart what this server's edits cost."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._chart(interaction, View(by), days)

    async def chart_page(self, interaction: AnyInteraction, about: str) -> None:
        """Turn to another chart."""
        await interaction.response.defer()
        view, _, days = about.partition("-")
        if view not in set(View):
            raise TaskGone
        await self._chart(interaction, View(view), _days(days) or 30)

    async def _chart(self, interaction: AnyInteraction, view: View, days: int) -> None:
        spending = await self._desk.spendings.of(interaction.guild_id or 0, days)
        titles = {slug: each.spec.title for slug, each in self._app.providers.items()}
        chart = chart_of(spending, view, titles)
        async with self._desk.charting.drawn(chart) as path:
            page = credit_pages.render_stats(spending, chart, view, CHART)
            await show(interaction, page, [discord.File(path, CHART, description=chart.alt)])

    @app_commands.command()
    @app_commands.describe(
        amount="How many of your credits to set aside; left out, I show who pays",
        until="1 hour, 7d, a day like 2027-01-31; until they are spent if left out",
    )
    async def sponsor(
        self, interaction: AnyInteraction, amount: Amount | None = None, until: str = ""
    ) -> None:
        """Pay for the edits that others make in this thread."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if not isinstance(interaction.channel, discord.Thread):
            raise BadOption(ONLY_THREADS)
        thread_id, now = interaction.channel.id, self._app.clock.now()
        if amount is None:
            seen = await self._desk.sponsors.seen(thread_id)
        else:
            seen = await self._desk.sponsors.start(
                interaction.guild_id or 0, thread_id, interaction.user.id, amount,
                parse_until(until, now), f"sponsor:{interaction.id}",
            )  # fmt: skip
        await show(interaction, render_sponsor(seen, now))

    async def unsponsor(self, interaction: AnyInteraction, thread_id: str) -> None:
        """Stop paying for a thread."""
        await interaction.response.defer()
        number = int(thread_id) if thread_id.isascii() and thread_id.isdecimal() else 0
        ended = await self._desk.sponsors.stop(
            number, interaction.user.id, may_manage=may_moderate(interaction)
        )
        back = f"{words.credits(ended.available).capitalize()} went back"
        later = f"; {ended.held:,} follow as far as live edits do not need them" * bool(ended.held)
        await tell(interaction, f"{back} to {words.mention(ended.sponsor_id)}{later}.")

    @sponsor.autocomplete("until")
    @quiet
    async def _spans(self, interaction: AnyInteraction, current: str) -> list[Choice[str]]:
        typed = current.strip().lower()
        return text_choices(idea for idea in IDEAS if typed in idea)


def _days(text: str) -> int:
    """The days that a button asks for; nonsense is a month."""
    days = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 30
    return days if days in {ALL_TIME, *DAYS} else 30


async def setup(bot: InpaintBot) -> None:
    """Add the cog."""
    await bot.add_cog(Credits(bot))
