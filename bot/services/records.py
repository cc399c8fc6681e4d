"""Frozen dataclasses to JSON columns and back."""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(record: Any) -> dict[str, Any]:
    """A dataclass as plain JSON values."""
    return _adapter(record.__class__).dump_python(record, mode="json")


def from_json(kind: type[T], data: dict[str, Any]) -> T:
    """The dataclass again; where the columns do not fit, raises ValueError without their values."""
    try:
        return _adapter(kind).validate_python(data)
    except ValidationError as error:
        # Its own text repeats what it was given, prompts and addresses, and would be logged.
        wrong = error.errors(include_input=False, include_context=False, include_url=False)
        places = [f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in wrong]
    raise ValueError(f"no {kind.__name__}: {', '.join(places)}")
