"""What a run has seen so far, kept in a file between its chapters, so that it can be continued.

A chapter is some kills and a rest, with a stand-in of its own; what that counted is added up here.
"""

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.crash.killer import Death
from tests.crash.kinds import Hit
from tests.crash.rows import Moment
from tests.standin.plans import Plan, from_json

Json = dict[str, Any]
_PLAIN = ("seed", "took_s", "chapters", "deck", "state", "events", "orphans")


@dataclass(slots=True)
class Books:
    """Plans, deaths, and the stand-ins' counts of all chapters."""

    seed: int
    took_s: float = 0.0
    chapters: int = 0
    plans: dict[str, Plan] = field(default_factory=dict)
    deck: list[str] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    state: Json = field(default_factory=lambda: {"started": {}, "calls": {}, "refused_429": 0})
    events: list[Json] = field(default_factory=list)
    orphans: int = 0

    def hits(self) -> Counter[Hit]:
        """How often each side of each fault point ended a process."""
        return Counter(death.hit for death in self.deaths if death.hit)

    def add(self, state: Json, events: list[Json]) -> None:
        """Add what a chapter's stand-in counted; references and messages are never used again."""
        for name in ("started", "calls"):
            self.state[name].update(state[name])
        self.state["refused_429"] += state["refused_429"]
        self.events += events

    def save(self, folder: Path) -> None:
        """Keep these books and the data folder that they are about, one as old as the other."""
        kept, fresh = folder / "kept", folder / "kept.new"
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(folder / "data", fresh / "data")
        (fresh / "books.json").write_text(json.dumps(self._body()))
        shutil.rmtree(kept, ignore_errors=True)
        fresh.rename(kept)

    def _body(self) -> Json:
        body = {name: getattr(self, name) for name in _PLAIN}
        plans = {key: plan.to_json() for key, plan in self.plans.items()}
        return {**body, "plans": plans, "deaths": [_written(each) for each in self.deaths]}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Go on from the last chapter that came to its end; raises FileNotFoundError."""
        body: Json = json.loads((folder / "kept" / "books.json").read_text())
        shutil.rmtree(folder / "data", ignore_errors=True)
        shutil.copytree(folder / "kept" / "data", folder / "data")
        plans = {key: from_json(plan) for key, plan in body.pop("plans").items()}
        deaths = [_death(each) for each in body.pop("deaths")]
        return cls(**body, plans=plans, deaths=deaths)


def _written(death: Death) -> Json:
    moment = death.moment
    windows = [moment.card_windows, moment.ping_windows]
    return {
        "mode": death.mode,
        "hit": death.hit,
        "moment": [dict(moment.states), *windows, moment.early],
    }


def _death(body: Json) -> Death:
    states, cards, pings, early = body["moment"]
    hit = tuple(body["hit"]) if body["hit"] else None
    return Death(body["mode"], hit, Moment(Counter(states), cards, pings, tuple(early)))
