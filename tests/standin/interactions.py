"""What members did, when the bot was told, and what it answered; no HTTP here."""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.standin.journal import Journal
from tests.standin.knobs import Knobs
from tests.standin.messages import Refusal
from tests.standin.payloads import Place
from tests.standin.shapes import Json, Snowflakes

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, FORM = 4, 5, 6, 7, 8, 9
CALLBACKS = (MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, FORM)
UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
INVALID_TOKEN = (401, 50027, "Invalid Webhook Token")
UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")

Spot = tuple[int, int]  # where a message is kept: a channel (or for whom alone), and its id


@dataclass(slots=True)
class Interaction:
    """One thing that a member did; times are monotonic seconds of this process."""

    id: int
    token: str
    kind: int
    name: str
    place: Place
    made_at: float
    source: Spot | None = None
    sent: list[float] = field(default_factory=list)
    answered_at: float | None = None
    callback: int = 0
    ephemeral: bool = False
    original: Spot | None = None
    followups: list[Spot] = field(default_factory=list)
    form: Json | None = None
    choices: list[Json] | None = None
    refused: list[int] = field(default_factory=list)
    revision: int = 0
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def acknowledged_s(self) -> float | None:
        """From when it was first sent to when it was answered."""
        if self.answered_at is None or not self.sent:
            return None
        return self.answered_at - self.sent[0]

    def summary(self) -> Json:
        """Return everything but what is shown."""
        return {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "user": self.place.user_id,
            "channel": self.place.channel_id,
            "sent": len(self.sent),
            "acknowledged_s": self.acknowledged_s,
            "callback": self.callback,
            "ephemeral": self.ephemeral,
            "form": self.form,
            "choices": self.choices,
            "refused": self.refused,
            "revision": self.revision,
        }


class Interactions:
    """All of them by id and by token."""

    def __init__(self, ids: Snowflakes, journal: Journal, knobs: Callable[[], Knobs]) -> None:
        self.by_id: dict[int, Interaction] = {}
        self.by_token: dict[str, Interaction] = {}
        self._ids, self._journal, self._knobs = ids, journal, knobs

    def make(
        self, kind: int, name: str, place: Place, age_s: float, source: Spot | None
    ) -> Interaction:
        """Keep a new one, as if it had been made some seconds ago."""
        made_at = time.monotonic() - age_s
        token = secrets.token_urlsafe(24)
        made = Interaction(self._ids.new(age_s), token, kind, name, place, made_at, source)
        self.by_id[made.id] = self.by_token[made.token] = made
        return made

    def note_sent(self, interaction_id: int) -> None:
        """Take down that the bot was told."""
        if interaction_id in self.by_id:
            self.by_id[interaction_id].sent.append(time.monotonic())

    def answer(self, interaction_id: int, token: str, callback: int) -> Interaction:
        """Acknowledge one, once and in time."""
        known = self.by_id.get(interaction_id)
        if known is None or known.token != token or callback not in CALLBACKS:
            raise Refusal(*UNKNOWN_INTERACTION)
        late = time.monotonic() - known.made_at > self._knobs().acknowledge_s
        if known.answered_at is not None or late:
            refusal = ACKNOWLEDGED if known.answered_at is not None else UNKNOWN_INTERACTION
            known.refused.append(refusal[1])
            self._journal.add("refused_callback", interaction=known.id, code=refusal[1])
            self.changed(known)
            raise Refusal(*refusal)
        known.answered_at, known.callback = time.monotonic(), callback
        after_s = known.acknowledged_s
        self._journal.add("callback", interaction=known.id, type=callback, after_s=after_s)
        return known

    def of(self, token: str) -> Interaction | None:
        """Return the one whose token this is, or None for a token from elsewhere."""
        known = self.by_token.get(token)
        if known is None:
            return None
        if time.monotonic() - known.made_at > self._knobs().token_s:
            raise Refusal(*INVALID_TOKEN)
        if known.answered_at is None:
            raise Refusal(*UNKNOWN_WEBHOOK)
        return known

    def changed(self, interaction: Interaction) -> None:
        """Wake whoever waits for this one."""
        interaction.revision += 1
        interaction.bell.set()
        interaction.bell = asyncio.Event()

    async def wait(self, interaction: Interaction, revision: int, timeout_s: float) -> None:
        """Return when it has changed since a revision, or when time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while interaction.revision <= revision:
                    await interaction.bell.wait()
