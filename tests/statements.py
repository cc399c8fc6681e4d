"""What SQLAlchemy works out for a statement, kept for all databases of the process.

Each engine has a dialect, and each dialect a cache of compiled statements. Tests open thousands of
databases with the same schema, and would have the same few hundred statements compiled for each.
"""

from typing import Any, Self

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

_COMPILED: LRUCache[Any, Any] = LRUCache(5000)


class SharedDialect(SQLiteDialect_aiosqlite):
    """One instance for all engines."""

    supports_statement_cache = True
    _only: "SharedDialect | None" = None

    def __new__(cls, **_options: Any) -> Self:
        if cls._only is None:
            cls._only = super().__new__(cls)
        assert isinstance(cls._only, cls)
        return cls._only

    def __init__(self, **options: Any) -> None:
        if not vars(self):
            super().__init__(**options)

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give it what is compiled already."""
        engine._compiled_cache = _COMPILED


def share() -> None:
    """From now on, and for the whole process."""
    registry.register("sqlite.aiosqlite", __name__, SharedDialect.__name__)
