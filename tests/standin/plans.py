"""What each request of a kill test is, and how the provider behaves for it."""

from dataclasses import asdict, dataclass, fields
from typing import Any

Json = dict[str, Any]
SHOWN = ("key", "variant", "user_id", "guild_id", "channel_id", "count", "cancel_after_s")


@dataclass(frozen=True, slots=True)
class Plan:
    """One request key. The bot is shown the `SHOWN` fields; the rest is the provider's secret.

    `submit`: ok; slow (accepted, answered much later); drop (accepted, then the connection is
    cut); deny (500, not accepted); busy (429), each once, then ok; refuse (422, always).
    `outcome`: done, failed, filtered or partial. With `cancel_after_s` the driver asks to cancel
    that long after each offer.
    """

    key: str
    variant: str = "none"
    user_id: int = 1
    guild_id: int = 0
    channel_id: int = 0
    count: int = 1
    cancel_after_s: float | None = None
    submit: str = "ok"
    before_s: float = 0.0
    after_s: float = 0.0
    job_s: float = 0.0
    outcome: str = "done"
    delivered: int = 1

    def shown(self) -> Json:
        """Return what the bot's driver needs for its request."""
        return {name: getattr(self, name) for name in SHOWN}

    def to_json(self) -> Json:
        """Return all fields."""
        return asdict(self)


def from_json(body: Json) -> Plan:
    """Read a plan; unknown fields are an error."""
    if unknown := set(body) - {field.name for field in fields(Plan)}:
        raise KeyError(f"no such field: {', '.join(sorted(unknown))}")
    return Plan(**body)


class Feed:
    """All plans in order; the first `released` of them are offered, again after every kill."""

    def __init__(self) -> None:
        self.plans: dict[str, Plan] = {}
        self.released = 0

    def add(self, plans: list[Plan]) -> None:
        """Append plans; a key is used once."""
        self.plans.update({plan.key: plan for plan in plans})

    def release(self, count: int) -> int:
        """Offer some more and return how many are offered now."""
        self.released = min(len(self.plans), self.released + count)
        return self.released

    def offered(self) -> list[Json]:
        """Return every request offered so far."""
        return [plan.shown() for plan in list(self.plans.values())[: self.released]]

    def plan(self, prompt: str) -> Plan:
        """Return the plan whose key is the prompt, or a plain one."""
        return self.plans.get(prompt) or Plan(key=prompt)
