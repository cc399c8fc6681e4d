"""What may be set beside a drawing, as fields of a form, and what comes back of them; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from bot.domain import JsonObject, MaskTuning, Options, Task
from bot.errors import BadOption
from bot.providers.base import OpSpec, Param, ProviderSpec
from bot.quoting import cited
from bot.services.options import check
from bot.services.records import from_json

COUNT, GROW, FEATHER = "count", "grow", "feather"
COUNT_MAX = 8
GROW_PX_MAX = FEATHER_PX_MAX = 512
_PLAIN = {field.name for field in fields(Options) if field.name != "extra"}
_SET_BY_US = "as usual"


@dataclass(frozen=True, slots=True)
class Set:
    """The form as it came back, of the kinds that a task has."""

    count: int
    tuning: MaskTuning
    options: Options


def form(task: Task, spec: ProviderSpec) -> list[JsonObject]:
    """The fields of a draft's form, filled in with what it says so far."""
    op, facts = spec.ops[task.op], task.mask_facts
    counts = count_max(op)
    shown = [_number(COUNT, "Pictures", "int", task.count, 1, counts)] if counts > 1 else []
    shown += [_param(param, spec, task.options) for param in op.params if not param.is_safety]
    tuning = task.mask_operations
    grow_px = tuning.get("grow_px")
    # The page only widens: what was shrunk before is marked anew there.
    grow_px = None if grow_px is None else max(0, grow_px)
    return [
        *shown,
        _number(GROW, "Widen the mask, px", "int", grow_px, 0, GROW_PX_MAX),
        _number(FEATHER, "Soft edge, px", "int", tuning.get("feather_px"), 0, FEATHER_PX_MAX)
        | ({"empty": str(facts["feather_px"])} if facts else {}),
    ]


def count_max(op: OpSpec) -> int:
    """How many pictures may be asked for; 1 where the provider decides."""
    return 1 if op.makes else min(op.count_max, COUNT_MAX)


def read(given: Mapping[str, str], task: Task, spec: ProviderSpec) -> Set:
    """What was filled in; raises BadOption."""
    op = spec.ops[task.op]
    known = {param.name: param for param in op.params if not param.is_safety}
    if strange := given.keys() - known.keys() - {COUNT, GROW, FEATHER}:
        raise BadOption(f"There is no option `{cited(min(strange), 32)}` here. Reload the page.")
    options = _options(given, known, from_json(Options, task.options))
    # Those that only an age-restricted channel may switch off are not on the form.
    check(options, spec, op, age_restricted=True)
    count = _whole(COUNT, given, 1, count_max(op))
    grow = _whole(GROW, given, 0, GROW_PX_MAX)
    feather = _whole(FEATHER, given, 0, FEATHER_PX_MAX)
    return Set(task.count if count is None else count, MaskTuning(False, grow, feather), options)


def _options(given: Mapping[str, str], known: Mapping[str, Param], old: Options) -> Options:
    kept = dict(old.extra)
    plain: dict[str, Any] = {}
    for name in given.keys() & known.keys():
        text = given[name].strip()
        if name not in _PLAIN:
            kept.pop(name, None)
            kept |= {name: text} if text else {}
        elif text or name != "seed":  # a draft has a seed, whether it is shown or not
            plain[name] = _typed(known[name], text) if text else None
    return replace(old, **plain, extra=kept)


def _param(param: Param, spec: ProviderSpec, chosen: Mapping[str, Any]) -> JsonObject:
    extra: Mapping[str, Any] = chosen.get("extra") or {}
    value = None if param.name == "seed" else chosen.get(param.name, extra.get(param.name))
    label = param.name.replace("_", " ").capitalize()
    usual = {"empty": _usual(param)}
    choices = param.choices or (spec.models if param.name == "model" else ())
    if param.kind is bool:
        choices = ("yes", "no")
    if choices:
        return _field(param.name, label, "choice", value) | usual | {"choices": list(choices)}
    if param.kind is str:
        return _field(param.name, label, "text", value) | usual
    kind = "int" if param.kind is int else "float"
    return _number(param.name, label, kind, value, param.minimum, param.maximum) | usual


def _usual(param: Param) -> str:
    """What an empty field comes to."""
    if param.name == "seed":
        return "random"
    if param.kind is bool:
        return "yes" if param.default else "no"
    return _SET_BY_US if param.default is None else str(param.default)


def _number(
    name: str, label: str, kind: str, value: object, low: float | None, high: float | None
) -> JsonObject:
    return _field(name, label, kind, value) | {"low": low, "high": high, "empty": _SET_BY_US}


def _field(name: str, label: str, kind: str, value: object) -> JsonObject:
    return {"name": name, "label": label, "kind": kind, "value": value}


def _whole(name: str, given: Mapping[str, str], low: int, high: int) -> int | None:
    text = given.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6 and low <= int(text) <= high):
        raise BadOption(f"`{name}` goes from {low} to {high}, not `{cited(text, 20)}`.")
    return int(text)


def _typed(param: Param, text: str) -> int | float | str:
    """A number where one is read; anything else is left for the check of the options to refuse."""
    try:
        number = float(text)
    except ValueError:
        return text
    if param.kind is int and number.is_integer() and abs(number) < 2**53:
        return int(number)
    return number if param.kind is float else text
