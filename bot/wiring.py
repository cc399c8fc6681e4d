"""Pieces of the composition: what stands below the services, and the services of many parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.db.engine import Database
from bot.providers import Off
from bot.providers.base import Provider
from bot.services.admission import Admission
from bot.services.audit import Audit
from bot.services.booking import Booking
from bot.services.census import take as take_census
from bot.services.desk import Desk
from bot.services.disk import Disk
from bot.services.facts import Facts
from bot.services.intake import Intake, IntakeTools
from bot.services.ledger import Ledger
from bot.services.looking import Looking
from bot.services.ports import Clock, Pictures
from bot.services.pulse import Pulse
from bot.services.signals import Signals
from bot.services.toolbox import Toolbox
from bot.settings import Settings
from bot.web.watch import Watch


@dataclass(frozen=True, slots=True)
class Ground:
    """What is open before the first service is made."""

    settings: Settings
    clock: Clock
    db: Database
    pictures: Pictures
    providers: Mapping[str, Provider]
    off: Sequence[Off] = ()


def watch(ground: Ground, ledger: Ledger, signals: Signals, disk: Disk) -> Watch:
    """What looks after health and counts what happens."""
    clock, db, pictures = ground.clock, ground.db, ground.pictures
    pulse, audit = Pulse(Facts(db), pictures, clock), Audit(db, ledger, clock)
    census = partial(take_census, db)
    return Watch(clock, signals, disk, pictures, pulse, audit, census, ground.providers)


def intake(
    settings: Settings,
    tools: Toolbox,
    desk: Desk,
    ledger: Ledger,
    admission: Admission,
    disk: Disk,
) -> Intake:
    """The one way in for every edit."""
    return Intake(
        IntakeTools(
            db=tools.db,
            clock=tools.clock,
            tasks=tools.tasks,
            blobs=tools.blobs,
            looking=Looking(tools.pictures, tools.blobs, settings.pixels_max),
            routing=desk.routing,
            access=desk.access,
            limits=desk.limits,
            booking=Booking(ledger, tools.clock, settings.first_grant_credits),
            disk=disk,
            work=tools.work,
            draft_minutes=settings.draft_minutes,
            queued=admission.kick,
        )
    )
