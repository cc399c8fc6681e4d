"""A member's options against a provider's parameters; every refusal says what would fit."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields

from bot.domain import Options
from bot.errors import BadOption
from bot.providers.base import OpSpec, Param, ProviderSpec
from bot.quoting import cited

_PLAIN = tuple(field.name for field in fields(Options) if field.name != "extra")
_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


# What services call it, for those who know one of them.
_COUNT = frozenset({"count", "numsamples", "num_samples", "samples", "batch", "numberofimages"})
COUNT_MAX = 8
COUNTED = "`{}` is the option `count` here, from 1 to {}: use it instead of `extra`."
SAFETY = "`{}` can only be switched off in a channel that is marked as age-restricted."


def parse_extra(text: str) -> dict[str, str]:
    """`name=value` pairs, parted by commas or spaces; raises BadOption for anything else."""
    pairs: dict[str, str] = {}
    for part in text.replace(",", " ").split():
        name, sign, value = part.partition("=")
        if not (name and sign and value):
            raise BadOption(
                f"`extra` takes pairs like `name=value`; I cannot read `{cited(part, 40)}`."
            )
        if name.lower() in _COUNT:
            raise BadOption(COUNTED.format(name, COUNT_MAX))
        if name.lower() in _PLAIN:
            raise BadOption(f"`{name.lower()}` is an option of its own: use it instead of `extra`.")
        pairs[name.lower()] = value
    return pairs


def given(options: Options) -> dict[str, object]:
    """The options that a member really set, by name."""
    plain = {name: getattr(options, name) for name in _PLAIN if getattr(options, name) is not None}
    return {**plain, **options.extra}


def unknown(options: Options, op: OpSpec) -> list[str]:
    """Names that this operation does not have."""
    known = {param.name for param in op.params}
    return [name for name in given(options) if name not in known]


def check(options: Options, spec: ProviderSpec, op: OpSpec, age_restricted: bool = False) -> None:
    """Raise BadOption for the first option that does not fit, or not in this channel."""
    params = {param.name: param for param in op.params}
    for name, value in given(options).items():
        if name not in params:
            raise BadOption(f"{spec.title} has no option `{cited(name, 40)}`. {_what_it_has(op)}")
        _check_value(params[name], value, spec.title)
        if params[name].is_safety and not age_restricted and not _typed(params[name], value):
            raise BadOption(SAFETY.format(name))


def suggestions(op: OpSpec, text: str, limit: int = 25) -> list[str]:
    """What `extra` may become from what is typed so far; the pairs before the last one are kept."""
    kept, _, typed = text.rpartition(" ")
    prefix = f"{kept} " if kept else ""
    ideas = (f"{param.name}={value}" for param in _extras(op) for value in _examples(param))
    return [prefix + idea for idea in ideas if idea.startswith(typed.lower())][:limit]


def _extras(op: OpSpec) -> Iterable[Param]:
    return (param for param in op.params if param.name not in _PLAIN)


def _examples(param: Param) -> Iterable[object]:
    if param.choices:
        return param.choices
    if param.kind is bool:
        return ("yes", "no")
    return [value for value in (param.default, param.minimum, param.maximum) if value is not None]


def _what_it_has(op: OpSpec) -> str:
    names = ", ".join(f"`{param.name}`" for param in op.params)
    return f"It has {names}." if names else "It has no options."


def _check_value(param: Param, value: object, title: str) -> None:
    if param.choices and str(value) not in param.choices:
        raise BadOption(f"`{param.name}` of {title} is one of {', '.join(param.choices)}.")
    if param.kind is bool and str(value).lower() not in _WORDS:
        raise BadOption(f"`{param.name}` of {title} is yes or no.")
    if param.kind in (int, float):
        _check_number(param, value, title)


def _check_number(param: Param, value: object, title: str) -> None:
    try:
        number = _number(param, value)
    except (ValueError, OverflowError):
        kind = "a whole number" if param.kind is int else "a number"
        raise BadOption(
            f"`{param.name}` of {title} is {kind}, and `{cited(str(value), 20)}` is not."
        ) from None
    low, high = param.minimum, param.maximum
    inside = (low is None or number >= low) and (high is None or number <= high)
    if not inside or number in (math.inf, -math.inf) or number != number:
        given = str(value)
        told = given if len(given) <= 20 else f"{given[:20]}…"
        raise BadOption(
            f"`{param.name}` of {title} goes from {_short(low)} to {_short(high)}, not {told}."
        )


def _short(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:g}" if abs(bound) < 1e6 else f"{bound:.0f}"


def typed(options: Options, op: OpSpec) -> Mapping[str, object]:
    """All parameters with the member's values or the provider's defaults, of the declared kind."""
    values = given(options)
    return {param.name: _typed(param, values.get(param.name, param.default)) for param in op.params}


def _typed(param: Param, value: object) -> object:
    if value is None:
        return None
    if param.kind is bool:
        return _WORDS[str(value).lower()] if not isinstance(value, bool) else value
    return _number(param, value) if param.kind in (int, float) else str(value)


def _number(param: Param, value: object) -> int | float:
    """Discord sends 3 as 3.0 where other providers take 3.5; raises ValueError."""
    text = str(value)
    return int(text.removesuffix(".0")) if param.kind is int else float(text)
