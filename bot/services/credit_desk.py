"""The services behind the commands about credits and about what is kept, put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.db.engine import Database
from bot.providers.base import Provider
from bot.services.allowance import Allowances
from bot.services.blobs import Blobs
from bot.services.bookkeeping import Bookkeeping
from bot.services.charting import Charting
from bot.services.dossier import Dossiers
from bot.services.erasure import Erasures
from bot.services.export import Exports
from bot.services.history import Histories
from bot.services.leaderboard import Leaderboards
from bot.services.ledger import Ledger
from bot.services.ports import Clock, Pictures
from bot.services.retention import Retention
from bot.services.rulebook import Rulebook
from bot.services.signals import Signals
from bot.services.spending import Spendings
from bot.services.sponsors import Sponsors
from bot.services.tasks import Tasks
from bot.services.treasury import Treasury


@dataclass(frozen=True, slots=True)
class CreditDesk:
    """What members and admins do with credits, and a member with all that is kept of them."""

    treasury: Treasury
    histories: Histories
    sponsors: Sponsors
    leaderboards: Leaderboards
    spendings: Spendings
    rulebook: Rulebook
    bookkeeping: Bookkeeping
    charting: Charting
    exports: Exports
    dossiers: Dossiers
    erasures: Erasures


@dataclass(frozen=True, slots=True)
class CreditParts:
    """What the desk is made of."""

    db: Database
    clock: Clock
    ledger: Ledger
    allowances: Allowances
    tasks: Tasks
    pictures: Pictures
    providers: Mapping[str, Provider]
    work: Path
    blobs: Blobs
    retention: Retention
    signals: Signals


def open_credit_desk(parts: CreditParts) -> CreditDesk:
    """Wire the services; opens nothing."""
    db, clock, ledger = parts.db, parts.clock, parts.ledger
    sponsors = Sponsors(db, clock, ledger)
    return CreditDesk(
        treasury=Treasury(db, clock, ledger, parts.allowances),
        histories=Histories(db),
        sponsors=sponsors,
        leaderboards=Leaderboards(db),
        spendings=Spendings(db, clock),
        rulebook=Rulebook(db, clock, ledger, parts.allowances),
        bookkeeping=Bookkeeping(db, clock, parts.providers),
        charting=Charting(parts.pictures, parts.work),
        exports=Exports(db),
        dossiers=Dossiers(db, parts.blobs),
        erasures=Erasures(db, clock, ledger, parts.tasks, sponsors, parts.retention, parts.signals),
    )
