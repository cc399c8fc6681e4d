"""Everything that is kept about a member, as one ZIP: `data.json`, and the pictures that fit."""

import asyncio
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import ColumnElement, RowMapping, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.base import Base
from bot.db.credits import Erasure, Sponsorship, TransferReason
from bot.db.engine import Database
from bot.db.guilds import GuildBlock, GuildChange, Report
from bot.db.models import (
    Account,
    MemberPreferences,
    Person,
    ResultRow,
    TaskEvent,
    TaskRow,
    Transfer,
)
from bot.db.picks import HintTold, Pick
from bot.services import forgotten, reading
from bot.services.blobs import Blobs

# Bytes left for names and the directory of the archive.
SLACK_BYTES = 64 * 1024
# What lets its reader act in the bot's name, and our plumbing with the provider: addresses that
# need no password, and where files lie on the operator's machine.
SECRET = frozenset({"reply_token", "remote_state"})
ADDRESSES = frozenset({"url", "proxy_url"})
NOBODY = 0
HASHES = "hashes"
_PICTURES = ("picture_blob", "mask_blob", "overlay_blob")


@dataclass(frozen=True, slots=True)
class Packed:
    """What went into the file, how many pictures did not fit, and whether only hashes are left."""

    edits: int
    pictures: int
    left_out: int
    only_hashes: bool = False


class Dossiers:
    """Reads in a fixed number of statements; the file is written in a thread."""

    def __init__(self, db: Database, blobs: Blobs) -> None:
        self._db = db
        self._blobs = blobs

    async def write(self, user_id: int, target: Path, limit_bytes: int) -> Packed | None:
        """Write the archive; None where nothing is kept about the member."""
        async with self._db.read() as session:
            query = select(Person.id).where(Person.discord_id == user_id)
            # Who was forgotten, or never asked for an edit, may still have left something.
            person_id = (await session.execute(query)).scalar() or NOBODY
            data = await _everything(session, person_id, user_id)
            if not any(data.values()):
                return None
            files = await self._files(session, data)
        return await asyncio.to_thread(_pack, target, data, files, limit_bytes)

    async def _files(
        self, session: AsyncSession, data: Mapping[str, Any]
    ) -> Sequence[tuple[str, Path]]:
        """Names in the archive with the files that they stand for, the newest edit first."""
        named = [
            (f"pictures/{task['id']}/{column.removesuffix('_blob')}", task[column])
            for task in reversed(data["edits"])
            for column in _PICTURES
        ] + [
            (f"pictures/{result['task_id']}/result-{result['n']}", result["blob"])
            for result in reversed(data["results"])
        ]
        blobs = await reading.blob_files(session, self._blobs, [blob for _, blob in named if blob])
        return [(name + blobs[blob].suffix, blobs[blob]) for name, blob in named if blob in blobs]


async def _everything(session: AsyncSession, person_id: int, user_id: int) -> dict[str, Any]:
    mine = TaskRow.person_id == person_id
    ids = select(TaskRow.id).where(mine)
    accounts = Account.code.like(f"user:%:{user_id}")
    results, events, liked = ResultRow, TaskEvent, MemberPreferences
    queries: Mapping[str, Any] = {
        "person": _rows(Person, Person.id == person_id),
        "preferences": _rows(liked, liked.person_id == person_id),
        "accounts": _rows(Account, accounts),
        "transfers": _transfers(person_id, select(Account.id).where(accounts)),
        "edits": _rows(TaskRow, mine).order_by(TaskRow.seq),
        "results": _rows(results, results.task_id.in_(ids)).order_by(results.task_id, results.n),
        "events": _rows(events, events.task_id.in_(ids)).order_by(events.id),
        "sponsorships": _rows(Sponsorship, Sponsorship.person_id == person_id),
        "blocks": _rows(GuildBlock, GuildBlock.person_id == person_id),
        "admins_log": _log_about(user_id),
        "reports": _rows(Report, Report.person_id == person_id),
        "picks": _rows(Pick, Pick.user_id == user_id),
        "hints": _rows(HintTold, HintTold.user_id == user_id),
        "erasures": _rows(Erasure, Erasure.person_id == person_id),
    }
    found = {
        name: [_plain(row) for row in (await session.execute(query)).mappings()]
        for name, query in queries.items()
    }
    return found | {HASHES: await forgotten.marks(session, user_id)}


def _rows(model: type[Base], where: ColumnElement[bool]) -> Any:
    return select(model.__table__).where(where)


def _log_about(user_id: int) -> Any:
    """What the admins' log says about the member, without who wrote it."""
    change, name = GuildChange, f"<@{user_id}>"
    columns = (change.guild_id, change.at, change.name, change.before, change.after)
    named = or_(change.before.contains(name), change.after.contains(name))
    return select(*columns).where(named).order_by(change.id)


def _transfers(person_id: int, accounts: Any) -> Any:
    from_, to = aliased(Account), aliased(Account)
    theirs = or_(
        Transfer.from_id.in_(accounts),
        Transfer.to_id.in_(accounts),
        Transfer.actor_id == person_id,
    )
    return (
        select(
            Transfer.id, Transfer.at, Transfer.kind, Transfer.purpose, Transfer.amount,
            Transfer.resolves_id, Transfer.task_seq, TransferReason.reason,
            from_.code.label("from"), to.code.label("to"),
        )
        .join(from_, from_.id == Transfer.from_id)
        .join(to, to.id == Transfer.to_id)
        .outerjoin(TransferReason, TransferReason.transfer_id == Transfer.id)
        .where(theirs)
        .order_by(Transfer.id)
    )  # fmt: skip


def _plain(row: RowMapping) -> dict[str, Any]:
    """JSON values only; what would let somebody act in the member's place stays out."""
    return {key: _shown(value) for key, value in row.items() if key not in SECRET}


def _shown(value: Any) -> Any:
    """A column's value; Discord's addresses of files let anybody see them for a day."""
    match value:
        case datetime():
            return value.isoformat()
        case dict():
            fields = cast("dict[str, Any]", value).items()
            return {name: _shown(each) for name, each in fields if name not in ADDRESSES}
        case list():
            return [_shown(each) for each in cast("list[Any]", value)]
        case _:
            return value


def _pack(
    target: Path, data: Mapping[str, Any], files: Sequence[tuple[str, Path]], limit_bytes: int
) -> Packed:
    text = json.dumps(data, indent=1, ensure_ascii=False, default=str)
    packed = left_out = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", text)
        room = limit_bytes - SLACK_BYTES - sum(each.compress_size for each in archive.infolist())
        for name, path in files:
            # Pictures are compressed already; a file may have been let go since it was listed.
            size = path.stat().st_size if path.exists() else room + 1
            if size > room:
                left_out += 1
                continue
            archive.write(path, name, zipfile.ZIP_STORED)
            packed, room = packed + 1, room - size
    only_hashes = not any(rows for name, rows in data.items() if name != HASHES)
    return Packed(len(data["edits"]), packed, left_out, only_hashes)
