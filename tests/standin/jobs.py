"""The provider's books: which jobs were started, under which reference, and how far they are."""

import time
from dataclasses import dataclass, field
from typing import Any

from tests.standin.plans import Plan

Json = dict[str, Any]
UNITS_PER_PICTURE = 7


@dataclass(slots=True)
class Job:
    """One job as the provider knows it; times are monotonic seconds."""

    id: str
    variant: str
    client_ref: str
    plan: Plan
    count: int
    width_px: int
    height_px: int
    begun_at: float
    cancelled: bool = False

    def state(self) -> str:
        """Return queued, running, done, failed or cancelled."""
        passed_s = time.monotonic() - self.begun_at
        if self.cancelled:
            return "cancelled"
        if passed_s < self.plan.job_s:
            return "queued" if passed_s < self.plan.job_s / 4 else "running"
        return "failed" if self.plan.outcome in ("failed", "filtered") else "done"

    def delivered(self) -> int:
        """Return how many pictures there will be."""
        return (
            min(self.count, self.plan.delivered) if self.plan.outcome == "partial" else self.count
        )

    def shown(self, base_url: str) -> Json:
        """Return the job as a poll or lookup answers it."""
        state, share = self.state(), (time.monotonic() - self.begun_at) / (self.plan.job_s or 1)
        pictures = [
            {"url": f"{base_url}/files/{self.id}/{n}.png", "seed": n, "index": n}
            for n in range(self.delivered() if state == "done" else 0)
        ]
        return {
            "id": self.id,
            "status": state,
            "reason": self.plan.outcome if state == "failed" else None,
            "percent": min(100, int(share * 100)),
            "pictures": pictures,
            "units": UNITS_PER_PICTURE * len(pictures),
        }


@dataclass(slots=True)
class Jobs:
    """Jobs by id. `calls` counts submits that were read whole, `started` the jobs they made."""

    by_id: dict[str, Job] = field(default_factory=dict)
    by_key: dict[tuple[str, str], Job] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    turned_away: dict[str, int] = field(default_factory=dict)

    def call(self, client_ref: str) -> int:
        """Count a submit; return how many there were with this reference."""
        self.calls[client_ref] = self.calls.get(client_ref, 0) + 1
        return self.calls[client_ref]

    def turn_away(self, client_ref: str) -> None:
        """Count a submit that was refused before anything started."""
        self.turned_away[client_ref] = self.turned_away.get(client_ref, 0) + 1

    def start(self, job: Job, key: str | None) -> Job:
        """Book a job; with a key that is known, return the job that has it already."""
        if key is not None:
            known = self.by_key.setdefault((job.variant, key), job)
            if known is not job:
                return known
        self.by_id[job.id] = job
        return job

    def find(self, variant: str, client_ref: str) -> list[Job]:
        """Return the jobs that were started under a reference."""
        return [
            job
            for job in self.by_id.values()
            if job.variant == variant and job.client_ref == client_ref
        ]

    def started(self) -> dict[str, int]:
        """Return the number of jobs for each reference."""
        counts: dict[str, int] = {}
        for job in self.by_id.values():
            counts[job.client_ref] = counts.get(job.client_ref, 0) + 1
        return counts
