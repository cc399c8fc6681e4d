"""Asks a provider what a job would cost, where it tells: once, before anything is held."""

import asyncio
import logging
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain import PASTED_BACK, EditRequest, Fit, MaskFacts, PictureFacts
from bot.errors import ProviderError
from bot.imaging.fit import plan
from bot.providers.base import Job, OpSpec, Provider, Travel
from bot.services import options
from bot.services.clearing import Cleared
from bot.services.pricing import Quote, quote_job
from bot.services.records import from_json

log = logging.getLogger(__name__)
TIMEOUT_S = 5.0
UNITS_MAX = Decimal(1_000_000)
_NAMELESS = "quote"


class Quoting:
    """The price that is fixed on a task."""

    def __init__(self, providers: Mapping[str, Provider], timeout_s: float = TIMEOUT_S) -> None:
        self._providers = providers
        self._timeout_s = timeout_s

    async def price(self, cleared: Cleared, columns: Mapping[str, Any]) -> Quote:
        """What the provider says; the spec's price where it says nothing or cannot be reached.

        `columns` are the facts of picture and mask as the task's row has them.
        """
        if cleared.offers:
            return cleared.price
        slug = cleared.spec.slug
        try:
            async with asyncio.timeout(self._timeout_s):
                units = await self._providers[slug].quote_units(_job(cleared, columns))
        except (ProviderError, TimeoutError) as error:
            log.warning("%s quotes nothing, so its listed price is taken: %r", slug, error)
            return cleared.price
        if units is None:
            return cleared.price
        if not (units.is_finite() and 0 <= units <= UNITS_MAX):
            log.warning("%s quotes %s units, so its listed price is taken", slug, units)
            return cleared.price
        return quote_job(units, cleared.rate)


def _job(cleared: Cleared, columns: Mapping[str, Any]) -> Job:
    """The job as it will be, but without its files."""
    asked = cleared.request
    return Job(
        task_id=_NAMELESS,
        client_ref=_NAMELESS,
        op=asked.op,
        picture=None,
        mask=None,
        fit=_fit(asked, cleared.op, columns),
        prompt=asked.prompt,
        count=asked.count,
        seed=asked.options.seed or 0,
        params=options.typed(asked.options, cleared.op),
        folder=Path(),
    )


def _fit(asked: EditRequest, op: OpSpec, columns: Mapping[str, Any]) -> Fit:
    if asked.op not in PASTED_BACK:
        return Fit((0, 0, 0, 0), 0, 0)
    facts = from_json(PictureFacts, columns["picture_facts"])
    size = (facts.width_px, facts.height_px)
    if op.image is Travel.PARENT or not columns.get("mask_facts"):
        return Fit((0, 0, *size), *size)
    return plan(size, from_json(MaskFacts, columns["mask_facts"]).box, op.size)
