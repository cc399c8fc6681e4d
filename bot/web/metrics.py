"""What is counted while the bot runs, in a registry of its own, and the page that shows it."""

from collections.abc import Collection, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector

from bot.domain import TaskState
from bot.services.signals import Move
from bot.web.standing import Standing, families

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
WAIT_BUCKETS_S = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)
RUN_BUCKETS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900)
LAG_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """Counts since the process began; what ended before is in the database."""

    def __init__(self, providers: Collection[str]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._ended = Counter(
            "inpaint_tasks_ended",
            "Tasks that ended, since the start.",
            ("provider", "state"),
            registry=self._registry,
        )
        self._wait_s = Histogram(
            "inpaint_task_wait_seconds",
            "From the queue to the provider.",
            ("provider",),
            buckets=WAIT_BUCKETS_S,
            registry=self._registry,
        )
        self._run_s = Histogram(
            "inpaint_task_run_seconds",
            "From the provider to the end.",
            ("provider",),
            buckets=RUN_BUCKETS_S,
            registry=self._registry,
        )
        self._requests = Counter(
            "inpaint_discord_requests",
            "HTTP requests to Discord.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._lag_s = Histogram(
            "inpaint_loop_lag_seconds",
            "How late the event loop is, sampled four times a second.",
            buckets=LAG_BUCKETS_S,
            registry=self._registry,
        )
        self._begin(providers)

    def moved(self, move: Move) -> None:
        """Count an end, and how long the way there took."""
        if move.to_state is TaskState.RUNNING and move.queued_at and move.running_at:
            waited = move.running_at - move.queued_at
            self._wait_s.labels(move.provider).observe(waited.total_seconds())
        if move.to_state.is_terminal:
            self._ended.labels(move.provider, move.to_state.value).inc()
            if move.from_state is TaskState.RUNNING and move.running_at:
                ran = move.at - move.running_at
                self._run_s.labels(move.provider).observe(ran.total_seconds())

    def called(self, method: str, route: str, status: str) -> None:
        """Count one request to Discord."""
        self._requests.labels(method, route, status).inc()

    def lagged(self, seconds: float) -> None:
        """Take one sample of the loop's lag."""
        self._lag_s.observe(seconds)

    def render(self, now: Standing) -> bytes:
        """The page in Prometheus' text format."""
        return generate_latest(_Page([*_counted(self._registry), *families(now)]))

    def _begin(self, providers: Collection[str]) -> None:
        # A counter that is there from the start shows its first step, too.
        for provider in providers:
            self._wait_s.labels(provider)
            self._run_s.labels(provider)
            for state in TaskState:
                if state.is_terminal:
                    self._ended.labels(provider, state.value)


class _Page:
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def _counted(registry: CollectorRegistry) -> Iterator[Metric]:
    """Without the library's times of creation, which nearly double the page."""
    for metric in registry.collect():
        metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
        yield metric
