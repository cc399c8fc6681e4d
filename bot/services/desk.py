"""What members and admins ask for beside edits, put together in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.db.engine import Database
from bot.providers.base import Provider
from bot.services.access import Access
from bot.services.allowance import Allowances
from bot.services.blobs import Blobs
from bot.services.board import Board
from bot.services.families import Families
from bot.services.guide import Guide
from bot.services.guilds import Guilds
from bot.services.ledger import Ledger
from bot.services.limits import Limits
from bot.services.listing import Listing
from bot.services.looks import Looks
from bot.services.offers import Offers
from bot.services.ports import Clock, Pictures
from bot.services.preferences import Members
from bot.services.prices import Prices
from bot.services.reports import Reports
from bot.services.routing import Routing
from bot.services.showing import Showing
from bot.services.signals import Signals
from bot.services.standing import Standings
from bot.services.stops import Stops
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """Who may do what, and the services behind the commands that are no edits."""

    access: Access
    limits: Limits
    routing: Routing
    members: Members
    offers: Offers
    guilds: Guilds
    listing: Listing
    showing: Showing
    looks: Looks
    families: Families
    reports: Reports
    standings: Standings
    guide: Guide
    allowances: Allowances
    prices: Prices
    stops: Stops


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desk is made of."""

    settings: Settings
    db: Database
    clock: Clock
    ledger: Ledger
    pictures: Pictures
    providers: Mapping[str, Provider]
    signals: Signals
    board: Board
    stops: Stops


def open_desk(parts: DeskParts) -> Desk:
    """Wire the services; opens nothing."""
    settings, db, clock, ledger = parts.settings, parts.db, parts.clock, parts.ledger
    home, first = settings.home_guilds, settings.first_grant_credits
    allowances = Allowances(ledger, clock, home, first)
    routing = Routing(parts.providers, *filter(None, [settings.default_provider]))
    reports = Reports(db, clock, parts.signals)
    showing = Showing(db, parts.board, reports, parts.signals)
    blobs = Blobs(settings.data_dir / "blobs", clock)
    return Desk(
        access=Access(db, clock, frozenset(settings.guilds)),
        limits=Limits(
            settings.live_tasks_member_max,
            settings.live_tasks_guild_max,
            settings.prompt_length_max,
        ),
        routing=routing,
        members=Members(db, clock),
        offers=Offers(db, routing),
        guilds=Guilds(db, clock, parts.providers),
        listing=Listing(db),
        showing=showing,
        families=Families(db, blobs, parts.pictures, showing),
        looks=Looks(db, blobs, parts.pictures, showing),
        reports=reports,
        standings=Standings(db, clock, parts.providers),
        guide=Guide(parts.pictures, settings.data_dir / "help"),
        allowances=allowances,
        prices=Prices(settings.credits_per_unit, allowances.mints),
        stops=parts.stops,
    )
