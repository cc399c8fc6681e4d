"""Alembic's entrance: one SQLite file, given by `bot.db.migrate`, in one transaction."""

from alembic import context
from sqlalchemy import Connection, create_engine, event

from bot.db import credits, guilds, models, picks  # noqa: F401 (they fill the metadata)
from bot.db.base import Base


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        transactional_ddl=True,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


path = context.config.attributes["database_path"]
engine = create_engine(f"sqlite:///{path}")


@event.listens_for(engine, "connect")
def _manual_transactions(connection, _entry) -> None:
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    _run(connection)
engine.dispose()
