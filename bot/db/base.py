"""What all tables share: column types and the names of constraints."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Dialect, Enum, MetaData, Table
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

Json = dict[str, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes, kept as whole microseconds since 1970 so that they sort as numbers."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times: they would shift silently."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Give back an aware time."""
        if value is None:
            return None
        return _EPOCH + int(value) * _MICROSECOND


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def one_of(kind: type[StrEnum], name: str) -> Enum:
    """A text column with a CHECK on the enum's values."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=16,
        values_callable=_values,
    )


class Base(DeclarativeBase):
    """Naming every constraint lets a later revision change it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, Json: JSON, list[str]: JSON}  # noqa: RUF012


def table(model: type[Base]) -> Table:
    """The plain table under a model, for statements that run for every task.

    A statement on it, built once and given its values as parameters, takes half of the CPU of one
    that is built on the model each time.
    """
    return cast("Table", model.__table__)
