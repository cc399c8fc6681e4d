"""Which provider takes a request; asks the specs and nothing else."""

from collections.abc import Collection, Mapping

from bot.domain import EditRequest, Op
from bot.errors import BadOption, BadParent, NothingCanDoThis, UserError
from bot.providers.base import OpSpec, PromptUse, Provider, ProviderSpec, Travel
from bot.services import options
from bot.services.sources import Made


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
                f"There is no provider `{slug[:32]}` here. You can pick {self._names()}."
            )
        return self._providers[slug].spec

    def offers(self, op: Op) -> list[ProviderSpec]:
        """Those that do this operation, the cheapest first."""
        specs = [provider.spec for provider in self._providers.values() if op in provider.spec.ops]
        return sorted(
            specs,
            key=lambda spec: (self._rank(spec), spec.ops[op].price.units, spec.slug),
        )

    def choose(self, request: EditRequest, made: Made | None = None) -> ProviderSpec:
        """The provider for a request; raises UserError in one sentence.

        `made` is the earlier result that the request goes on from.
        """
        if request.provider:
            spec = self.spec(request.provider)
            self._check(spec, request, made)
            return spec
        refusals: list[UserError] = []
        for spec in self._ranked(request):
            try:
                self._check(spec, request, made)
            except UserError as error:
                refusals.append(error)
            else:
                return spec
        raise (
            refusals[0]
            if len(refusals) == 1
            else NothingCanDoThis(self._nothing(request, refusals))
        )

    def _ranked(self, request: EditRequest) -> list[ProviderSpec]:
        def deaf(spec: ProviderSpec) -> bool:
            return bool(request.prompt) and spec.ops[request.op].prompt is PromptUse.UNUSED

        offers = self.offers(request.op)
        return sorted(offers, key=lambda spec: (self._rank(spec), deaf(spec)))

    def _rank(self, spec: ProviderSpec) -> int:
        """The place among the preferred ones; all others share the one after them."""
        if spec.slug not in self._preferred:
            return len(self._preferred)
        return self._preferred.index(spec.slug)

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
        raise BadOption(f"{spec.title} does not take `{name[:32]}`. {who}")

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
