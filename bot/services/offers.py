"""What a member may choose from in a server, the likeliest first."""

from bot.db.engine import Database
from bot.domain import EditRequest, Op
from bot.providers.base import ProviderSpec
from bot.services import guild_rules
from bot.services.preferences import preferences_of
from bot.services.routing import Routing, goes_on
from bot.services.sources import made_for


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

    async def fitting(self, request: EditRequest) -> list[ProviderSpec]:
        """The same, without those that cannot go on from what the request brings."""
        async with self._db.read() as session:
            made = await made_for(session, request)
        offers = await self.providers(request.op, request.guild_id, request.user_id)
        return [spec for spec in offers if goes_on(spec, spec.ops[request.op], made)]
