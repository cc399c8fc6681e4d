"""Discord's rate limits: a window per route and channel, told in headers, refused with 429."""

import hashlib
import time
from dataclasses import dataclass

from aiohttp import web

from tests.standin.answers import say
from tests.standin.knobs import Knobs


@dataclass(slots=True)
class Window:
    """How many requests a bucket has seen since `opened_at` (monotonic seconds)."""

    opened_at: float
    seen: int = 0


class Rates:
    """One window for each bucket and channel (or interaction token)."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], Window] = {}
        self.refused = 0

    def take(self, knobs: Knobs, bucket: str, major: str) -> tuple[bool, dict[str, str]]:
        """Count one request; return whether it may pass and the headers that say so."""
        window = self._window(knobs, bucket, major)
        window.seen += 1
        left = knobs.requests_per_window - window.seen
        reset_s = max(0.001, window.opened_at + knobs.window_s - time.monotonic())
        headers = {
            "X-RateLimit-Limit": str(knobs.requests_per_window),
            "X-RateLimit-Remaining": str(max(0, left)),
            "X-RateLimit-Reset": f"{time.time() + reset_s:.3f}",
            "X-RateLimit-Reset-After": f"{reset_s:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(bucket.encode()).hexdigest()[:32],
        }
        return left >= 0, headers

    def _window(self, knobs: Knobs, bucket: str, major: str) -> Window:
        now = time.monotonic()
        window = self._windows.get((bucket, major))
        if window is None or now >= window.opened_at + knobs.window_s:
            window = self._windows[bucket, major] = Window(now)
        return window

    def refusal(self, headers: dict[str, str]) -> web.Response:
        """Answer 429; without `Via` discord.py would take it for a ban and give up."""
        self.refused += 1
        retry_after_s = float(headers["X-RateLimit-Reset-After"])
        extra = {"Via": "1.1 standin", "Retry-After": "1", "X-RateLimit-Scope": "user"}
        body = {
            "message": "You are being rate limited.",
            "retry_after": retry_after_s,
            "global": False,
        }
        return say(body, status=429, headers={**headers, **extra})
