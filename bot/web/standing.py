"""Numbers as they stand at one moment, and their shape for Prometheus."""

import platform
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from bot.services.census import LIVE, Census
from bot.services.health import Part
from bot.services.pauses import Why


@dataclass(frozen=True, slots=True)
class Standing:
    """What one scrape reads; `census` is None while the database does not answer."""

    at: datetime
    version: str
    providers: Collection[str]
    census: Census | None
    parts: Mapping[str, Part]
    disk_used_bytes: int
    disk_limit_bytes: int
    drifted: int
    audited_at: datetime | None
    restarts: int


def families(now: Standing) -> Iterator[Metric]:
    """Everything that is read, not counted."""
    build = GaugeMetricFamily(
        "inpaint_build_info", "The running version.", labels=("version", "python")
    )
    build.add_metric((now.version, platform.python_version()), 1)
    yield build
    yield from _tasks(now)
    ready = GaugeMetricFamily("inpaint_ready", "1 where /readyz says ok.", labels=("part",))
    for name, part in now.parts.items():
        ready.add_metric((name,), part.is_ok)
    yield ready
    yield from _ledger(now)
    yield from _paused(now)
    yield CounterMetricFamily(
        "inpaint_worker_restarts", "Picture workers that were ended or found dead.", now.restarts
    )
    yield GaugeMetricFamily(
        "inpaint_disk_used_bytes", "Size of the data folder.", now.disk_used_bytes
    )
    yield GaugeMetricFamily(
        "inpaint_disk_limit_bytes", "DISK_LIMIT_GB in bytes.", now.disk_limit_bytes
    )


def _tasks(now: Standing) -> Iterator[Metric]:
    census = now.census
    if census is None:
        return
    tasks = GaugeMetricFamily(
        "inpaint_tasks", "Tasks that have not ended.", labels=("provider", "state")
    )
    known = {(provider, state): 0 for provider in sorted(now.providers) for state in LIVE}
    for (provider, state), count in (known | dict(census.counts)).items():
        tasks.add_metric((provider, state.value), count)
    yield tasks
    yield GaugeMetricFamily(
        "inpaint_queue_length", "Tasks waiting for their turn.", census.queue_length
    )
    since = census.queued_since or now.at
    yield GaugeMetricFamily(
        "inpaint_queue_oldest_seconds",
        "How long the longest waiting task waits.",
        max(0.0, (now.at - since).total_seconds()),
    )


def _paused(now: Standing) -> Iterator[Metric]:
    if now.census is None:
        return
    held = {(each.provider, each.why) for each in now.census.pauses if each.holds(now.at)}
    paused = GaugeMetricFamily(
        "inpaint_provider_paused",
        "1 where a provider is paused: for its faults, or for DAILY_LIMIT_<PROVIDER>.",
        labels=("provider", "why"),
    )
    for provider in sorted(now.providers):
        for why in Why:
            paused.add_metric((provider, why.value), (provider, why) in held)
    yield paused


def _ledger(now: Standing) -> Iterator[Metric]:
    if now.audited_at is None:
        return
    yield GaugeMetricFamily(
        "inpaint_ledger_drift_accounts",
        "Accounts whose balance the transfers do not explain; must be 0.",
        now.drifted,
    )
    yield GaugeMetricFamily(
        "inpaint_ledger_checked_timestamp_seconds",
        "When the ledger was last recomputed.",
        now.audited_at.timestamp(),
    )
