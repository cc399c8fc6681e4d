"""How often one link may ask: so many a second, and a burst before that counts."""

from bot.services.ports import Clock

PER_S = 2.0
BURST = 30.0
LINKS_MAX = 1000


class Pace:
    """A bucket for each link, filled as time goes by; forgotten when there are very many."""

    def __init__(self, clock: Clock, per_s: float = PER_S, burst: float = BURST) -> None:
        self._clock = clock
        self._per_s = per_s
        self._burst = burst
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, who: str) -> bool:
        """Whether there was one left to take."""
        now_s = self._clock.now().timestamp()
        left, at_s = self._left.pop(who, (self._burst, now_s))
        left = min(self._burst, left + max(0.0, now_s - at_s) * self._per_s)
        if len(self._left) >= LINKS_MAX:
            self._left.pop(next(iter(self._left)))
        self._left[who] = (max(0.0, left - 1), now_s)
        return left >= 1
