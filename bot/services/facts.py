"""Small facts that outlive a restart."""

from bot.db.engine import Database
from bot.services import prefs


class Facts:
    """Text by name."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, key: str) -> str | None:
        """What was kept under this name."""
        async with self._db.read() as session:
            return await prefs.get_state(session, key)

    async def set(self, key: str, value: str) -> None:
        """Keep it."""
        async with self._db.write() as session:
            await prefs.set_state(session, key, value)
