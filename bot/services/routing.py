"""Which provider takes a request; asks the specs and nothing else."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from bot.domain import EditRequest, Op
from bot.errors import BadOption, BadParent, NothingCanDoThis, UserError
from bot.providers.base import OpSpec, PromptUse, Provider, ProviderSpec, Travel
from bot.quoting import cited
from bot.services import choosing, options
from bot.services.choosing import Candidate, Choice
from bot.services.pricing import quote
from bot.services.sources import Made

Price = Callable[[ProviderSpec], int]
NOBODY: Mapping[str, str] = MappingProxyType({})


class Routing:
    """The providers that are switched on, as choices; the preferred ones come first."""

    def __init__(self, providers: Mapping[str, Provider], *preferred: str) -> None:
        self._providers = providers
        self._preferred = preferred

    def narrowed(self, allowed: Collection[str], *preferred: str | None) -> "Routing":
        """The same where only some are allowed (none named: all) and some are liked better."""
        kept = {slug: each for slug, each in self._providers.items() if slug in allowed}
        liked = (slug for slug in preferred if slug)
        return Routing(kept if allowed else self._providers, *liked, *self._preferred)

    def spec(self, slug: str) -> ProviderSpec:
        """The spec of a provider by name; raises BadOption naming the others."""
        if slug not in self._providers:
            raise BadOption(
                f"There is no provider `{cited(slug, 32)}` here. You can pick {self._names()}."
            )
        return self._providers[slug].spec

    def offers(self, op: Op) -> list[ProviderSpec]:
        """Those that do this operation, the cheapest first."""
        specs = [provider.spec for provider in self._providers.values() if op in provider.spec.ops]
        return sorted(
            specs,
            key=lambda spec: (self._place(spec), spec.ops[op].price.units, spec.slug),
        )

    def decide(
        self,
        request: EditRequest,
        made: Made | None = None,
        stopped: Mapping[str, str] = NOBODY,
        price: Price | None = None,
    ) -> Choice:
        """The provider for a request; raises UserError in one sentence.

        `made` is the earlier result that the request goes on from, `stopped` says by provider why
        it takes nothing now. `price` is in credits, for the whole request.
        """
        credits = price or _listed(request)

        def candidate(spec: ProviderSpec) -> Candidate:
            deaf = bool(request.prompt) and spec.ops[request.op].prompt is PromptUse.UNUSED
            return Candidate(spec, credits(spec), self._rank(spec), deaf, stopped.get(spec.slug))

        wanted = self._named(request, made)
        if wanted and wanted.slug not in stopped:
            return Choice(wanted)
        able, refusals = self._able(request, made)
        if wanted:
            others = [candidate(spec) for spec in able if spec.slug != wanted.slug]
            return choosing.named(candidate(wanted), others)
        if able:
            return choosing.chosen([candidate(spec) for spec in able])
        if len(refusals) == 1:
            raise refusals[0]
        raise NothingCanDoThis(self._nothing(request, refusals))

    def choose(self, request: EditRequest, made: Made | None = None) -> ProviderSpec:
        """The provider for a request while none is paused; raises UserError in one sentence."""
        return self.decide(request, made).spec

    def _named(self, request: EditRequest, made: Made | None) -> ProviderSpec | None:
        """The one that was asked for, if it can do this."""
        if not request.provider:
            return None
        spec = self.spec(request.provider)
        self._check(spec, request, made)
        return spec

    def _able(
        self, request: EditRequest, made: Made | None
    ) -> tuple[list[ProviderSpec], list[UserError]]:
        """Who can do all that was asked, and what the others say."""
        able: list[ProviderSpec] = []
        refusals: list[UserError] = []
        for spec in self._ranked(request):
            try:
                self._check(spec, request, made)
            except UserError as error:
                refusals.append(error)
            else:
                able.append(spec)
        return able, refusals

    def _ranked(self, request: EditRequest) -> list[ProviderSpec]:
        def deaf(spec: ProviderSpec) -> bool:
            return bool(request.prompt) and spec.ops[request.op].prompt is PromptUse.UNUSED

        offers = self.offers(request.op)
        return sorted(offers, key=lambda spec: (self._place(spec), deaf(spec)))

    def _place(self, spec: ProviderSpec) -> int:
        """All that are not preferred share the place after those that are."""
        rank = self._rank(spec)
        return len(self._preferred) if rank is None else rank

    def _rank(self, spec: ProviderSpec) -> int | None:
        """The place among the preferred ones."""
        return self._preferred.index(spec.slug) if spec.slug in self._preferred else None

    def _check(self, spec: ProviderSpec, request: EditRequest, made: Made | None) -> None:
        op = spec.ops.get(request.op)
        if op is None:
            raise NothingCanDoThis(f"{spec.title} cannot {request.op}. {self._who_can(request.op)}")
        if not goes_on(spec, op, made):
            raise BadParent(op.parent_reason)
        if not 1 <= request.count <= min(op.count_max, 8):
            raise BadOption(f"{spec.title} makes 1 to {min(op.count_max, 8)} pictures at a time.")
        if op.prompt is PromptUse.REQUIRED and not request.prompt.strip():
            raise BadOption(
                f"{spec.title} needs a `prompt`: say in a few words what should be there."
            )
        for name in options.unknown(request.options, op):
            self._refuse_unknown(spec, request.op, name)
        options.check(request.options, spec, op, request.age_restricted)

    def _refuse_unknown(self, spec: ProviderSpec, op: Op, name: str) -> None:
        able = [
            other.title
            for other in self.offers(op)
            if name in {param.name for param in other.ops[op].params} and other.slug != spec.slug
        ]
        who = f"{_list(able)} can." if able else "No provider here has it; leave it out."
        raise BadOption(f"{spec.title} does not take `{cited(name, 32)}`. {who}")

    def _who_can(self, op: Op) -> str:
        able = [spec.title for spec in self.offers(op)]
        return f"{_list(able)} can." if able else "No provider here can."

    def _nothing(self, request: EditRequest, refusals: list[UserError]) -> str:
        if not refusals:
            return f"No provider here can {request.op}."
        # Whoever needs a picture of its own comes last: another's sentence helps more.
        refusals.sort(key=lambda error: isinstance(error, BadParent))
        return f"No provider here can do all of that. {refusals[0].sentence}"

    def _names(self) -> str:
        return _list([f"`{slug}`" for slug in self._providers])


def count_of(request: EditRequest, spec: ProviderSpec) -> int:
    """How many pictures a provider makes of this request."""
    return spec.ops[request.op].makes or request.count


def _listed(request: EditRequest) -> Price:
    return lambda spec: quote(spec, request.op, count_of(request, spec)).credits


def goes_on(spec: ProviderSpec, op: OpSpec, made: Made | None) -> bool:
    """Whether this operation takes the picture: some go on from their provider's own alone."""
    if op.image is not Travel.PARENT:
        return True
    if made is None or made.remote_id is None:
        return False
    return made.provider == spec.slug and made.op in op.parents


def _list(names: list[str]) -> str:
    return (
        names[0]
        if len(names) == 1
        else f"{', '.join(names[:-1])} or {names[-1]}"
        if names
        else "nothing"
    )
