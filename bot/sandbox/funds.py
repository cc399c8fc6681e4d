"""The sample server's pool, filled once, as an operator does it with `ledger grant`."""

from bot.app import App
from bot.sandbox.people import People
from bot.services.grants import grant
from bot.services.ledger import pool_code

POOL_CREDITS = 100_000


async def fund(app: App, people: People) -> None:
    """Let everybody's first grant be paid for; the same folder is filled once."""
    if people.channel.guild is None:
        return
    async with app.db.write() as session:
        code = pool_code(people.channel.guild.id)
        await grant(session, app.ledger, code, POOL_CREDITS, "sandbox")
