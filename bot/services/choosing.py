"""Which of the providers that can do a request takes it, or who is offered instead; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.errors import NothingCanDoThis
from bot.providers.base import ProviderSpec


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider that can do all that was asked.

    `rank` is its place among the defaults (None: it is none), `is_deaf`: it would not read the
    prompt that there is, `stopped` says why it takes nothing now.
    """

    spec: ProviderSpec
    credits: int
    rank: int | None = None
    is_deaf: bool = False
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Who takes it. Where the member is asked first, `reason` says why.

    `offers` are those who can take it in place of one that is paused, `note` is for the card.
    """

    spec: ProviderSpec
    reason: str | None = None
    offers: tuple[Candidate, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One who could take a draft, and what it was said to cost, in credits."""

    slug: str
    credits: int


def written(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Offers as a task's row keeps them."""
    return tuple(f"{each.spec.slug}:{each.credits}" for each in candidates)


def offers_of(texts: Iterable[str]) -> list[Offer]:
    """What a task's row keeps."""
    parts = (text.rpartition(":") for text in texts)
    return [Offer(slug, int(amount)) for slug, _, amount in parts]


def named(wanted: Candidate, others: Sequence[Candidate]) -> Choice:
    """The one that was asked for by name; while it is paused, the others are offered."""
    if wanted.stopped is None:
        return Choice(wanted.spec)
    return _instead(wanted, _well(others))


def chosen(candidates: Sequence[Candidate]) -> Choice:
    """The first default, else the cheapest of those who read the prompt, else of all.

    A default that is paused gives way only to somebody who is no dearer and reads what it reads.
    Raises NothingCanDoThis where all are paused. `candidates` are not empty.
    """
    well = _well(candidates)
    defaults = sorted((each for each in candidates if each.rank is not None), key=_order)
    if not defaults:
        return _cheapest(candidates, well)
    wanted = defaults[0]
    if wanted.stopped is None:
        return Choice(wanted.spec)
    if not well or well[0].credits > wanted.credits or (well[0].is_deaf and not wanted.is_deaf):
        return _instead(wanted, well)
    title = well[0].spec.title
    return Choice(well[0].spec, note=f"{wanted.spec.title} is paused, so {title} took this.")


def _cheapest(candidates: Sequence[Candidate], well: Sequence[Candidate]) -> Choice:
    if not well:
        return _instead(min(candidates, key=_order), ())
    best = well[0]
    return Choice(best.spec, reason=_unread(best, candidates) if best.is_deaf else None)


def _unread(best: Candidate, candidates: Sequence[Candidate]) -> str:
    """Say that the prompt will not be read, and who would read it at another time."""
    paused = [each for each in candidates if each.stopped and not each.is_deaf]
    titles = [each.spec.title for each in paused]
    who = "No provider here that reads prompts can do this."
    if paused:
        many = f"{', '.join(titles[:-1])} and {titles[-1]} are paused."
        who = many if len(paused) > 1 else f"{paused[0].stopped}"
    return f"{who} {best.spec.about} Is that what you want?"


def _instead(wanted: Candidate, offers: Sequence[Candidate]) -> Choice:
    said = wanted.stopped or ""
    if not offers:
        raise NothingCanDoThis(f"{said} No other provider here can do this.")
    reason = f"{said} Nothing is charged yet. Who else can do this:"
    return Choice(wanted.spec, reason, tuple(offers))


def _well(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that are not paused, the likeliest first."""
    return sorted((each for each in candidates if each.stopped is None), key=_order)


def _order(each: Candidate) -> tuple[bool, int, bool, int, str]:
    rank = each.rank
    return (rank is None, rank or 0, each.is_deaf, each.credits, each.spec.slug)
