"""The composition root: opens every resource once, in order, and hands it to whoever needs it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from bot import wiring
from bot.db.engine import Database
from bot.db.folder import locked
from bot.db.migrate import upgrade
from bot.delivery.client import InpaintBot
from bot.delivery.gateway import gateway_part
from bot.delivery.ledger_alarm import LedgerAlarm
from bot.delivery.membership import Membership
from bot.delivery.post import ViewLoop
from bot.delivery.reporting import ReportLoop
from bot.domain import Task
from bot.imaging.worker import PicturePool
from bot.providers import PROVIDERS, Factory, Off, built
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Provider
from bot.services.admission import Admission
from bot.services.blobs import Blobs
from bot.services.board import Board
from bot.services.breaker import Prober
from bot.services.clock import SystemClock
from bot.services.credit_desk import CreditDesk
from bot.services.desk import Desk
from bot.services.disk import Disk
from bot.services.dispatch import EmbeddedDispatcher
from bot.services.drive import Drive
from bot.services.ending import end
from bot.services.facts import Facts
from bot.services.intake import Intake
from bot.services.ledger import Ledger
from bot.services.moves import Moves
from bot.services.painting import Painting
from bot.services.picks import Picks
from bot.services.ports import Clock, Pictures
from bot.services.posting import Posting
from bot.services.reconcile import Reconciler
from bot.services.retention import Retention
from bot.services.showcase import Showcase
from bot.services.signals import Signals
from bot.services.supervision import supervised
from bot.services.taking import Taking
from bot.services.tasks import Tasks
from bot.services.toolbox import Toolbox
from bot.settings import Settings
from bot.web.public import Routes, publishing
from bot.web.server import serving
from bot.web.watch import Watch
from bot.wiring import Ground

log = logging.getLogger(__name__)
RESTART_LOOP_S = 1.0


@dataclass(frozen=True, slots=True)
class App:
    """Everything that is open; lives as long as `open_app`."""

    ground: Ground
    providers: Mapping[str, Provider]
    signals: Signals
    ledger: Ledger
    blobs: Blobs
    tasks: Tasks
    intake: Intake
    desk: Desk
    credits: CreditDesk
    cards: Board
    state: Facts
    dispatcher: EmbeddedDispatcher
    drive: Drive
    admission: Admission
    reconciler: Reconciler
    retention: Retention
    disk: Disk
    prober: Prober
    watch: Watch
    painting: Painting
    paint_link: Callable[[Task], str | None]
    routes: Routes

    @property
    def taking(self) -> Taking:
        """What gives a draft to one of those that it offers."""
        return Taking(self.db, self.tasks, self.providers, self.intake)

    @property
    def picks(self) -> Picks:
        """Pictures of messages that are about to be edited."""
        return Picks(self.db, self.clock)

    @property
    def settings(self) -> Settings:
        """The operator's choices."""
        return self.ground.settings

    @property
    def clock(self) -> Clock:
        """The only source of time."""
        return self.ground.clock

    @property
    def db(self) -> Database:
        """The one file."""
        return self.ground.db

    @property
    def pictures(self) -> Pictures:
        """The picture workers."""
        return self.ground.pictures

    @property
    def off(self) -> Sequence[Off]:
        """Providers that are not set up."""
        return self.ground.off

    @property
    def showcase(self) -> Showcase:
        """What `/providers` shows."""
        desk, default = self.desk, self.settings.default_provider
        return Showcase(self.db, self.providers, self.off, desk.standings, desk.prices, default)

    @asynccontextmanager
    async def running(self, bot: InpaintBot) -> AsyncGenerator[None]:
        """Run engine and view loop in the current context; leaving it is the graceful stop."""
        views: list[asyncio.Task[None]] = []
        async with AsyncExitStack() as stack:
            # Ends after the engine, so that cards show where the engine left them.
            stack.push_async_callback(end, views)
            await stack.enter_async_context(self.engine())
            self.painting.ask(Membership(bot))
            views.append(_started("views", ViewLoop(bot, self).run))
            views.append(_started("reports", ReportLoop(bot, self).run))
            views.append(_started("alarm", LedgerAlarm(bot, self).run))
            yield

    @asynccontextmanager
    async def engine(self) -> AsyncGenerator[None]:
        """Drive tasks without showing them; leaving it stops gracefully."""
        await self.dispatcher.start(self.drive)
        log.info("%d tasks go on from where they stood", await self.reconciler.resume())
        loops = [
            _started("admission", self.admission.run),
            _started("reconciler", self.reconciler.run),
            _started("disk", self.disk.run),
            _started("retention", self.retention.run),
            _started("erasures", self.credits.erasures.run),
            _started("prober", self.prober.run),
        ]
        try:
            yield
        finally:
            self.intake.close()
            self.drive.close()
            await end(loops)
            await self.dispatcher.stop(self.settings.stop_grace_s, self.drive.in_submit)

    @asynccontextmanager
    async def watched(self, bot: InpaintBot | None = None) -> AsyncGenerator[None]:
        """Look after health, and serve it, metrics and the public routes where they are on.

        A bot that is still to log in is told of with `look_at`.
        """
        self.look_at(bot)
        host, port = self.settings.web_host, self.settings.web_port
        async with serving(self.watch, host, port) if port else nullcontext(), self.published():
            loops = [_started(name, loop) for name, loop in self.watch.loops]
            try:
                yield
            finally:
                await end(loops)

    def look_at(self, bot: InpaintBot | None) -> None:
        """Judge the way to Discord by this bot from now on."""
        self.watch.health.add("discord", partial(gateway_part, bot))

    @asynccontextmanager
    async def published(self) -> AsyncGenerator[None]:
        """Serve what PUBLIC_URL leads to, where it is set: pictures for providers, webhooks."""
        host, port = self.settings.public_host, self.settings.public_port
        async with publishing(self.routes, host, port) if self.routes else nullcontext():
            yield


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    providers: Sequence[Factory] | None = None,
    clock: Clock | None = None,
) -> AsyncGenerator[App]:
    """Open data folder, database, workers and HTTP; raises StartupError with one sentence."""
    async with AsyncExitStack() as stack:
        stack.enter_context(locked(settings.data_dir))
        await asyncio.to_thread(upgrade, settings.database_path)
        db = Database(settings.database_path)
        stack.push_async_callback(db.close)
        client = await stack.enter_async_context(open_client())
        pictures = await stack.enter_async_context(
            PicturePool(settings.workers_short, settings.workers_fill, settings.worker_memory_mib)
        )
        chosen = clock or SystemClock()
        links = wiring.links(settings, chosen)
        parts = wiring.parts(settings, ApiClient(client), pictures, links)
        made = built(PROVIDERS if providers is None else providers, parts)
        yield compose(Ground(settings, chosen, db, pictures, made.on, made.off, links))


def compose(ground: Ground) -> App:
    """Wire the services; opens nothing and starts nothing."""
    settings, clock, db = ground.settings, ground.clock, ground.db
    pictures, care = ground.pictures, supervised(settings, db, clock, ground.providers)
    providers = care.providers
    signals, ledger, dispatcher = Signals(), Ledger(clock), EmbeddedDispatcher()
    work, blobs = settings.data_dir / "work", Blobs(settings.data_dir / "blobs", clock)
    tasks = Tasks(db, clock, Moves(clock, ledger, blobs, signals), providers, dispatcher.nudge)
    admission = Admission(db, clock, tasks, dispatcher, providers, care.gate())
    cards = Board(db, clock, blobs, providers, Posting(pictures, work), settings.ping_after_s)
    tools = Toolbox(db, clock, tasks, blobs, pictures, providers, dispatcher, work)
    desk = wiring.desk(ground, care, ledger, signals, cards)
    disk = Disk(settings.data_dir, int(settings.disk_limit_gb * 1e9), clock)
    intake = wiring.intake(settings, tools, desk, ledger, admission, disk)
    painting = wiring.painting(ground, intake, desk, cards)
    retention = Retention(db, clock, blobs, settings.retention_days)
    return App(
        ground=ground,
        providers=providers,
        signals=signals,
        ledger=ledger,
        blobs=blobs,
        tasks=tasks,
        intake=intake,
        desk=desk,
        credits=wiring.credits(tools, desk, ledger, retention, signals),
        cards=cards,
        state=Facts(db),
        dispatcher=dispatcher,
        drive=Drive(tools, admission.kick),
        admission=admission,
        reconciler=Reconciler(db, clock, tasks, cards, dispatcher, work, settings.reconcile_s),
        retention=retention,
        disk=disk,
        prober=care.prober(admission.kick),
        watch=wiring.watch(ground, signals, disk),
        painting=painting,
        paint_link=wiring.paint_link(ground),
        routes=wiring.public_routes(ground, dispatcher.hurry, painting),
    )


def _started(name: str, loop: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    return asyncio.create_task(_kept_alive(name, loop), name=name)


async def _kept_alive(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await loop()
        except Exception:
            # A loop is level-triggered: begun again it finds in the rows whatever it missed.
            log.exception("the %s loop broke and starts again", name)
            await asyncio.sleep(RESTART_LOOP_S)
