"""All that is asked of a wish before any file is opened: rules, limits, provider, price, purse."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain import PASTED_BACK, EditRequest, MaskFacts, Options, Origin, Task
from bot.errors import BadMask
from bot.providers.base import OpSpec, ProviderSpec
from bot.services import economy, guild_rules, options, prefs, rows
from bot.services.access import Access, Use, Who
from bot.services.allowance import Member
from bot.services.blobs import Blobs
from bot.services.booking import Booking, Purse
from bot.services.choosing import Choice, written
from bot.services.guild_rules import GuildRules
from bot.services.limits import Limits
from bot.services.looking import NO_MASK, check_coverage
from bot.services.preferences import preferences_of
from bot.services.prices import Prices
from bot.services.pricing import Quote, quote
from bot.services.records import from_json
from bot.services.routing import Routing, count_of
from bot.services.sources import Made, Source, find_source, made_by
from bot.services.stops import Stops

ASK_FIRST = "You asked to see every edit before it goes. Press Go if this is right."


@dataclass(frozen=True, slots=True)
class Cleared:
    """A request that may be made, with the count that it will have, and what it goes on from.

    `rate` is credits for one unit of the provider's money, `price` what its list makes of that.
    `reason` is why its member is to be asked first, if so; `notes` are sentences for the card.
    `offers` are there where the provider is paused: who else could take it.
    """

    request: EditRequest
    spec: ProviderSpec
    rate: Decimal
    price: Quote
    source: Source
    reason: str | None
    notes: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()

    @property
    def op(self) -> OpSpec:
        """What the provider says of the operation."""
        return self.spec.ops[self.request.op]

    def asking(self, doubt: str | None = None) -> dict[str, Any]:
        """Why it is to be a draft, if so, and who could take it; a `doubt` about the mask first."""
        other = None if doubt and self.reason in {ASK_FIRST, self.request.ask} else self.reason
        reason = "\n".join(filter(None, (doubt, other))) or None
        return rows.offered_columns(self.offers, reason)


class Clearing:
    """Asks in one reading of the database; writes and keeps nothing."""

    def __init__(
        self,
        access: Access,
        limits: Limits,
        routing: Routing,
        booking: Booking,
        prices: Prices,
        stops: Stops,
        blobs: Blobs,
    ) -> None:
        self._access = access
        self._limits = limits
        self._routing = routing
        self._booking = booking
        self._prices = prices
        self._stops = stops
        self._blobs = blobs

    async def clear(self, session: AsyncSession, request: EditRequest) -> Cleared:
        """A new wish; raises UserError."""
        rules = await self._rules(session, request)
        source = await find_source(session, request, self._blobs)
        return await self._cleared(session, rules, request, source)

    async def clear_again(self, session: AsyncSession, request: EditRequest) -> Cleared:
        """A wish whose files are at hand already; raises UserError."""
        rules = await self._rules(session, request)
        made = await made_by(session, request.parent_task_id, request.parent_result_n)
        return await self._cleared(session, rules, request, Source(made=made))

    async def clear_draft(
        self, session: AsyncSession, task: Task, who: Who, *, has_mask: bool = True
    ) -> Cleared:
        """What a draft is asked again when it is to go, by whoever presses; raises UserError.

        Without `has_mask`, its mask is about to be made anew.
        """
        rules = await self.admit(session, task, who)
        self._limits.under(rules).check_prompt(task.prompt)
        asked, routing = rows.wish(task, who), self._routing.narrowed(rules.providers)
        choice = await self._unless_stopped(session, routing, asked)
        spec = choice.spec
        op = spec.ops[task.op]
        options.check(_seedless(asked).options, spec, op, who.age_restricted)
        if has_mask and task.op in PASTED_BACK:
            _check_mask(task, op)
        rate = await self._prices.rate_in(session, task.guild_id, spec.slug)
        price = quote(spec, task.op, task.count, rate)
        offers = written(choice.offers)
        return Cleared(asked, spec, rate, price, Source(), choice.reason, offers=offers)

    async def admit(self, session: AsyncSession, task: Task, who: Who) -> GuildRules:
        """The rules of where a task's card goes, asked of whoever presses now."""
        if task.origin is Origin.CLI:
            return GuildRules()
        texts = _texts(task.prompt, from_json(Options, task.options))
        return await self._access.admit(session, who.moved_to(task.channel_id), Use.EDIT, *texts)

    async def purse(self, session: AsyncSession, member: Member) -> Purse:
        """The member's purse, in the transaction that queues the task; still under the limits."""
        purse = await self._booking.purse(session, member)
        limits = self._limits.under(await guild_rules.load(session, member.guild_id))
        await limits.check_live(session, purse.person_id, member.guild_id)
        return purse

    async def _rules(self, session: AsyncSession, request: EditRequest) -> GuildRules:
        """The server's rules once they let the request in; the command line has none."""
        if request.origin is Origin.CLI:
            return GuildRules()
        who = Who(request.user_id, request.guild_id, request.role_ids, request.place_ids)
        texts = _texts(request.prompt, request.options)
        there = who.moved_to(request.channel_id)
        return await self._access.admit(session, there, Use.EDIT, *texts)

    async def _cleared(
        self, session: AsyncSession, rules: GuildRules, request: EditRequest, source: Source
    ) -> Cleared:
        wishes = await preferences_of(session, request.user_id)
        limits = self._limits.under(rules)
        limits.check_prompt(request.prompt)
        preferred = (wishes.default_provider, rules.default_provider)
        routing = self._routing.narrowed(rules.providers, *preferred)
        choice = await self._decided(session, routing, request, source.made)
        spec, offers = choice.spec, choice.offers
        # Whoever takes an offer makes their own count of it.
        asked = request if offers else replace(request, count=count_of(request, spec))
        rate = await self._prices.rate_in(session, request.guild_id, spec.slug)
        price = quote(spec, asked.op, asked.count, rate)
        person_id = await prefs.known_person(session, request.user_id)
        await limits.check_live(session, person_id or 0, request.guild_id)
        member = Member(request.guild_id, request.user_id, request.role_ids)
        least = min((each.credits for each in offers), default=price.credits)
        await self._booking.check(session, member, request.channel_id, least)
        reason = choice.reason or request.ask or (ASK_FIRST if wishes.ask_first else None)
        notes = (*_notes(spec, request, asked), *filter(None, [choice.note]))
        return Cleared(asked, spec, rate, price, source, reason, notes, written(offers))

    async def _decided(
        self, session: AsyncSession, routing: Routing, asked: EditRequest, made: Made | None
    ) -> Choice:
        """Who takes it at this server's prices, with what is paused now."""
        stopped = await self._stops.now(session, asked.op, asked.count)
        chosen = await economy.load(session, asked.guild_id)

        def credits(spec: ProviderSpec) -> int:
            rate = self._prices.rate(chosen, asked.guild_id, spec.slug)
            return quote(spec, asked.op, count_of(asked, spec), rate).credits

        return routing.decide(asked, made, stopped, credits)

    async def _unless_stopped(
        self, session: AsyncSession, routing: Routing, asked: EditRequest
    ) -> Choice:
        """The provider of a draft; who else, where that is paused by now."""
        spec = routing.spec(asked.provider or "")
        if spec.slug not in await self._stops.now(session, asked.op, asked.count):
            return Choice(spec)
        made = await made_by(session, asked.parent_task_id, asked.parent_result_n)
        return await self._decided(session, routing, _seedless(asked), made)


def _check_mask(task: Task, op: OpSpec) -> None:
    if task.mask_blob is None:
        raise BadMask(NO_MASK)
    check_coverage(from_json(MaskFacts, task.mask_facts), op)


def _notes(spec: ProviderSpec, request: EditRequest, asked: EditRequest) -> tuple[str, ...]:
    """Say where another count is made than somebody took the trouble to ask for."""
    if request.count in {1, asked.count}:
        return ()
    return (f"{spec.title} makes {asked.count} pictures here, whatever was asked for.",)


def _seedless(asked: EditRequest) -> EditRequest:
    """Every task has a seed: that not everybody takes one must keep nobody from a draft."""
    return replace(asked, options=replace(asked.options, seed=None))


def _texts(prompt: str, chosen: Options) -> tuple[str, ...]:
    """All that a member wrote for an edit in words of their own."""
    return (prompt, chosen.negative_prompt or "", *chosen.extra.values())
