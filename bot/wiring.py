"""Pieces of the composition: what stands below the services, and the services of many parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.db.engine import Database
from bot.domain import Task
from bot.providers import Off, Parts
from bot.providers.api import ApiClient
from bot.providers.base import Fills, Provider
from bot.providers.parts import Calls, Hook
from bot.services.admission import Admission
from bot.services.audit import Audit
from bot.services.board import Board
from bot.services.booking import Booking
from bot.services.census import take as take_census
from bot.services.clearing import Clearing
from bot.services.credit_desk import CreditDesk, CreditParts, open_credit_desk
from bot.services.desk import Desk, DeskParts, open_desk
from bot.services.disk import Disk
from bot.services.facts import Facts
from bot.services.intake import Intake, IntakeTools
from bot.services.ledger import Ledger
from bot.services.looking import Looking
from bot.services.painting import Painting, PaintingTools
from bot.services.ports import Clock, Pictures
from bot.services.pulse import Pulse
from bot.services.quoting import Quoting
from bot.services.retention import Retention
from bot.services.signals import Signals
from bot.services.supervision import Supervision
from bot.services.toolbox import Toolbox
from bot.settings import Settings
from bot.web.editor import Editor
from bot.web.public import Links, Routes, make_links
from bot.web.tokens import open_keys
from bot.web.watch import Watch
from bot.web.webhooks import HookLinks, Webhooks


@dataclass(frozen=True, slots=True)
class Ground:
    """What is open before the first service is made."""

    settings: Settings
    clock: Clock
    db: Database
    pictures: Pictures
    providers: Mapping[str, Provider]
    off: Sequence[Off] = ()
    links: Links | None = None


def links(settings: Settings, clock: Clock, keys: Sequence[bytes] = ()) -> Links | None:
    """Addresses under PUBLIC_URL, signed with the data folder's keys; None where it is empty."""
    if not settings.public_url:
        return None
    work, signing = settings.data_dir / "work", keys or open_keys(settings.data_dir)
    return make_links(settings.public_url, work, signing, clock)


def parts(settings: Settings, api: ApiClient, pictures: Fills, ours: Links | None) -> Parts:
    """What the providers are built from, with our public addresses where there are any."""
    if ours is None:
        return Parts(settings, api, pictures)
    return Parts(settings, api, pictures, ours.media, _Hooks(ours.hooks))


@dataclass(frozen=True, slots=True)
class _Hooks:
    links: HookLinks

    def hook(self, slug: str, task_id: str) -> Hook:
        """The address and the secret for one task."""
        return Hook(self.links.url(slug, task_id), self.links.secret(slug, task_id))


def painting(ground: Ground, intake: Intake, desk: Desk, board: Board) -> Painting:
    """What the painting page does."""
    tools = PaintingTools(ground.pictures, desk.routing, desk.limits, desk.prices, board)
    return Painting(intake, tools)


def paint_link(ground: Ground) -> Callable[[Task], str | None]:
    """Where a draft can be painted on; nowhere without PUBLIC_URL."""
    return ground.links.edits.link if ground.links else lambda _task: None


def public_routes(ground: Ground, hurry: Callable[[str], None], painting: Painting) -> Routes:
    """What PUBLIC_URL leads to; nothing where it is empty."""
    if ground.links is None:
        return ()
    callers = {
        slug: each.heard for slug, each in ground.providers.items() if isinstance(each, Calls)
    }
    return (
        *ground.links.media.routes(),
        *Webhooks(ground.links.hooks, callers, hurry).routes(),
        *Editor(ground.links.edits, painting, ground.clock).routes(),
    )


def watch(ground: Ground, signals: Signals, disk: Disk) -> Watch:
    """What looks after health and counts what happens."""
    clock, db, pictures = ground.clock, ground.db, ground.pictures
    pulse, audit = Pulse(Facts(db), pictures, clock), Audit(db, clock)
    census = partial(take_census, db)
    return Watch(clock, signals, disk, pictures, pulse, audit, census, ground.providers)


def desk(ground: Ground, care: Supervision, ledger: Ledger, signals: Signals, board: Board) -> Desk:
    """What members and admins ask for beside edits."""
    settings, db, clock, pictures = ground.settings, ground.db, ground.clock, ground.pictures
    stops = care.stops()
    return open_desk(
        DeskParts(settings, db, clock, ledger, pictures, care.providers, signals, board, stops)
    )


def credits(
    tools: Toolbox, desk: Desk, ledger: Ledger, retention: Retention, signals: Signals
) -> CreditDesk:
    """What members and admins do with credits, and a member with what is kept of them."""
    return open_credit_desk(
        CreditParts(
            db=tools.db,
            clock=tools.clock,
            ledger=ledger,
            allowances=desk.allowances,
            tasks=tools.tasks,
            pictures=tools.pictures,
            providers=tools.providers,
            work=tools.work,
            blobs=tools.blobs,
            retention=retention,
            signals=signals,
        )
    )


def intake(
    settings: Settings,
    tools: Toolbox,
    desk: Desk,
    ledger: Ledger,
    admission: Admission,
    disk: Disk,
) -> Intake:
    """The one way in for every edit."""
    booking = Booking(ledger, tools.clock, desk.allowances)
    clearing = Clearing(
        desk.access, desk.limits, desk.routing, booking, desk.prices, desk.stops, tools.blobs
    )
    return Intake(
        IntakeTools(
            db=tools.db,
            clock=tools.clock,
            tasks=tools.tasks,
            blobs=tools.blobs,
            looking=Looking(
                tools.pictures, tools.blobs, settings.pixels_max, bool(settings.public_url)
            ),
            clearing=clearing,
            quoting=Quoting(tools.providers),
            booking=booking,
            disk=disk,
            work=tools.work,
            draft_minutes=settings.draft_minutes,
            queued=admission.kick,
        )
    )
