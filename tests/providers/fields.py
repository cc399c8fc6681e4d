"""Every field that a seed names: sent, settable, or listed in the spec with the reason."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from bot.domain import Op
from bot.providers.base import Param, ProviderSpec

Body = Callable[[Mapping[str, object]], Mapping[str, Any]]


def assert_named(spec: ProviderSpec, fields: Collection[str], body: Mapping[str, Any]) -> None:
    """Each field is in the body; what nobody can set says what it always is, and why."""
    fixed = {each.name: each for each in spec.fixed}
    assert [name for name in fields if name not in body and name not in fixed] == []
    assert [name for name in body if name not in fields] == []
    assert all(each.reason.endswith(".") or ":" in each.reason for each in spec.fixed)


def assert_settable(spec: ProviderSpec, op: Op, body: Body) -> None:
    """Every option changes exactly one field of the body, and no two the same."""
    defaults = {param.name: param.default for param in spec.ops[op].params}
    plain, changed = body(defaults), list[str]()
    for param in spec.ops[op].params:
        other = body({**defaults, param.name: _another(param)})
        differing = [name for name in other if other[name] != plain.get(name)]
        assert len(differing) == 1, (param.name, differing)
        changed += differing
    assert len(set(changed)) == len(changed)


def _another(param: Param) -> object:
    """A value that is not the default."""
    if param.choices:
        return next(each for each in param.choices if each != param.default)
    if param.kind is bool:
        return not param.default
    if param.kind is str:
        return "something"
    return param.maximum if param.minimum in {param.default, 0} else param.minimum
