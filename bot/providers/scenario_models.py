"""Scenario's models: what its list says, and which numbers each family takes."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.domain import Fit, SizeRule
from bot.errors import BadAnswer, Rejected
from bot.providers.base import Job, Model, Param
from bot.providers.kept import Kept

FRESH_S = 3600.0
PAGES_MAX = 20
PAGE = 100
# Types that are whole models; others (LoRAs, compositions) are trained for one style.
WHOLE = frozenset({"flux.1", "sd-xl", "sd-1_5"})
# An id goes into an address, so nothing that an address gives a meaning to.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
NO_MODEL = (
    "Scenario offers no model for this here. The operator can name one. You were not charged."
)

Call = Callable[[str, Mapping[str, str]], Awaitable[Any]]


def _guidance(default: float, low: float, high: float) -> Param:
    return Param("guidance", float, default, low, high)


# By the beginning of a model's type, the more special first: guidance and sizes from the seed.
_STRENGTH = Param("negative_prompt_strength", float, 1.0, 0.0, 10.0)
_FAMILIES: tuple[tuple[str, tuple[Param, ...], SizeRule], ...] = (
    ("flux.1.1-pro", (_guidance(3.0, 2.0, 5.0),), SizeRule(64, 2048)),
    ("flux.1-pro", (_guidance(3.0, 2.0, 5.0),), SizeRule(64, 2048)),
    ("flux", (_guidance(3.5, 0.0, 10.0), _STRENGTH), SizeRule(64, 2048)),
    ("sd-xl", (_guidance(6.0, 0.0, 20.0),), SizeRule(512, 2048)),
    ("sd-1_5", (_guidance(7.5, 0.0, 20.0),), SizeRule(64, 1024)),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of the list; `kind` is Scenario's type, which decides its numbers."""

    id: str
    title: str
    kind: str
    paints: bool = True

    def to_model(self) -> Model:
        """The model with the ranges of its family; a type that is not known keeps the widest."""
        for beginning, params, size in _FAMILIES:
            if self.kind.startswith(beginning):
                return Model(self.id, self.title, params, size)
        return Model(self.id, self.title)


def parse_page(body: Any) -> tuple[list[Listed], str]:
    """One page of the list and the token of the next one, "" after the last."""
    match body:
        case {"models": [*rows], "nextPaginationToken": str(token)}:
            return _readable(rows), token
        case {"models": [*rows]}:
            return _readable(rows), ""
        case _:
            raise BadAnswer(log="a list of models without models")


def parse_model(row: Any) -> Listed | None:
    """One model, None where it cannot be read; custom ones do not take the inpaint call."""
    match row:
        case {"id": str(model_id), "type": str(kind), "capabilities": [*can]}:
            title = str(row.get("name") or model_id)
            return Listed(model_id, title, kind, "inpaint" in can and not row.get("custom"))
        case _:
            return None


def _readable(rows: list[Any]) -> list[Listed]:
    return [row for row in map(parse_model, rows) if row]


def check(job: Job, model: Model) -> None:
    """Raise Rejected for a number that this model does not take."""
    for param in model.params:
        value = job.params.get(param.name)
        low, high = param.minimum or 0.0, param.maximum or 0.0
        if isinstance(value, int | float) and not low <= value <= high:
            raise Rejected(
                f"`{param.name}` of Scenario's {model.title} goes from {low:g} to {high:g}, "
                f"not {value:g}. You were not charged."
            )


def sized(fit: Fit, rule: SizeRule | None) -> tuple[int, int]:
    """Width and height for the call: those of the files, made smaller where the model is."""
    width, height = fit.width_px, fit.height_px
    if rule is None or max(width, height) <= rule.side_max_px:
        return width, height
    scale = rule.side_max_px / max(width, height)
    return _side(width * scale, rule), _side(height * scale, rule)


def _side(side_px: float, rule: SizeRule) -> int:
    step = rule.multiple_of_px
    return max(rule.side_min_px, round(side_px / step) * step)


class Catalog:
    """The list of models that can inpaint, asked for once an hour; `call` is a GET."""

    def __init__(self, call: Call, now: Callable[[], float] = time.monotonic) -> None:
        self._call = call
        self._listed = Kept(self._list, FRESH_S, now)

    async def all(self) -> tuple[Listed, ...]:
        """The team's own models, then the public ones."""
        return await self._listed.get()

    async def find(self, name: str) -> Listed:
        """The model of this id, or the one to take without one; raises Rejected."""
        if name:
            return await self._named(name)
        listed = await self.all()
        whole = [each for each in listed if each.kind in WHOLE]
        if not listed:
            raise Rejected(NO_MODEL)
        return (whole or listed)[0]

    async def _list(self) -> tuple[Listed, ...]:
        rows = [*await self._pages("private"), *await self._pages("public")]
        return tuple({row.id: row for row in rows if row.paints}.values())

    async def _named(self, name: str) -> Listed:
        listed = {each.id: each for each in await self.all()}
        found = listed.get(name) or await self._unlisted(name)
        if found is None or not found.paints:
            raise Rejected(
                f"Scenario has no model `{name[:64]}` that can edit parts of pictures. "
                "Pick one from the list that `model` offers. You were not charged."
            )
        return found

    async def _unlisted(self, name: str) -> Listed | None:
        """A model beyond the pages that were read."""
        if not _ID.fullmatch(name):
            return None
        try:
            body = await self._call(f"/models/{name}", {})
        except Rejected:
            return None
        return parse_model(cast("dict[str, Any]", body).get("model"))

    async def _pages(self, privacy: str) -> list[Listed]:
        rows: list[Listed] = []
        token = ""
        for _ in range(PAGES_MAX):
            asked = {"privacy": privacy, "pageSize": str(PAGE)}
            more = {"paginationToken": token} if token else {}
            page, token = parse_page(await self._call("/models", asked | more))
            rows += page
            if not token:
                break
        return rows
