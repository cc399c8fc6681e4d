"""Frozen dataclasses to JSON columns and back."""

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(record: Any) -> dict[str, Any]:
    """A dataclass as plain JSON values."""
    return _adapter(record.__class__).dump_python(record, mode="json")


def from_json(kind: type[T], data: dict[str, Any]) -> T:
    """The dataclass again; raises pydantic's ValidationError when the columns do not fit it."""
    return _adapter(kind).validate_python(data)
