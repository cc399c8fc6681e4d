"""What members and admins ask for beside edits, put together in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.db.engine import Database
from bot.providers.base import Provider
from bot.services.access import Access
from bot.services.offers import Offers
from bot.services.ports import Clock
from bot.services.preferences import Members
from bot.services.routing import Routing
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Desk:
    """Who may do what, and the services behind the commands that are no edits."""

    access: Access
    routing: Routing
    members: Members
    offers: Offers


def open_desk(
    db: Database, clock: Clock, settings: Settings, providers: Mapping[str, Provider]
) -> Desk:
    """Wire them; opens nothing."""
    routing = Routing(providers, *filter(None, [settings.default_provider]))
    return Desk(
        access=Access(db, clock, frozenset(settings.guilds)),
        routing=routing,
        members=Members(db, clock),
        offers=Offers(db, routing),
    )
