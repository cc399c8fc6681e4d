"""What a member may choose from in a server, the likeliest first."""

from bot.db.engine import Database
from bot.domain import Op
from bot.providers.base import ProviderSpec
from bot.services import guild_rules
from bot.services.preferences import preferences_of
from bot.services.routing import Routing


class Offers:
    """The providers that are switched on, as the server and the member want them."""

    def __init__(self, db: Database, routing: Routing) -> None:
        self._db = db
        self._routing = routing

    async def providers(self, op: Op, guild_id: int, user_id: int) -> list[ProviderSpec]:
        """Those that do this operation and are allowed here; the preferred ones come first."""
        async with self._db.read() as session:
            rules = await guild_rules.load(session, guild_id)
            wishes = await preferences_of(session, user_id)
        preferred = (wishes.default_provider, rules.default_provider)
        return self._routing.narrowed(rules.providers, *preferred).offers(op)
