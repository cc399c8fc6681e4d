"""A server's transfers as a file: CSV for a spreadsheet, JSON for a program; the newest first."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from bot.db.credits import Sponsorship, TransferReason
from bot.db.engine import Database
from bot.db.models import Account, Person, TaskRow, Transfer

ROWS_MAX = 50_000


class Form(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Row:
    """One transfer; `at` is ISO 8601 in UTC, `actor` and accounts name members by Discord id."""

    id: int
    at: str
    kind: str
    purpose: str
    from_account: str
    to_account: str
    amount: int
    resolves: int | None
    edit: str
    actor: str
    reason: str


class Exports:
    """Reads with one statement; a server with more than ROWS_MAX transfers gets the newest."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def rows(self, guild_id: int) -> Sequence[Row]:
        """The transfers that touch a server's accounts."""
        pots = select(Sponsorship.account_id).where(Sponsorship.guild_id == guild_id)
        tasks = select(TaskRow.seq).where(TaskRow.guild_id == guild_id)
        ours = select(Account.id).where(
            or_(
                Account.code.like(f"user:{guild_id}:%"),
                Account.code == f"pool:{guild_id}",
                Account.id.in_(pots),
            )
        )
        from_, to = aliased(Account), aliased(Account)
        query = (
            select(
                Transfer.id, Transfer.at, Transfer.kind, Transfer.purpose, from_.code, to.code,
                Transfer.amount, Transfer.resolves_id, TaskRow.id, Person.discord_id,
                TransferReason.reason,
            )
            .join(from_, from_.id == Transfer.from_id)
            .join(to, to.id == Transfer.to_id)
            .outerjoin(TaskRow, TaskRow.seq == Transfer.task_seq)
            .outerjoin(Person, Person.id == Transfer.actor_id)
            .outerjoin(TransferReason, TransferReason.transfer_id == Transfer.id)
            .where(or_(Transfer.from_id.in_(ours), Transfer.to_id.in_(ours),
                       Transfer.task_seq.in_(tasks)))
            .order_by(Transfer.id.desc())
            .limit(ROWS_MAX)
        )  # fmt: skip
        async with self._db.read() as session:
            found = (await session.execute(query)).all()
        return [_row(*each) for each in found]


def _row(*columns: Any) -> Row:
    at, purpose, edit, actor, reason = (columns[n] for n in (1, 3, 8, 9, 10))
    from_account, to_account, amount, resolves = columns[4:8]
    return Row(
        columns[0], at.isoformat(), columns[2], purpose or "", from_account, to_account, amount,
        resolves, edit or "", str(actor or ""), reason or "",
    )  # fmt: skip


def written(rows: Iterable[Row], form: Form) -> bytes:
    """The file's bytes, UTF-8."""
    records = [asdict(row) for row in rows]
    if form is Form.JSON:
        return json.dumps(records, indent=1, ensure_ascii=False).encode()
    text = io.StringIO(newline="")
    names = [field.name for field in fields(Row)]
    table = csv.DictWriter(text, names)
    table.writeheader()
    table.writerows({key: _harmless(value) for key, value in each.items()} for each in records)
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: object) -> object:
    """A spreadsheet would run a text that begins like a formula."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value
