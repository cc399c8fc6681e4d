"""What Scenario's answers mean: jobs, assets, prices and errors. Pure.

https://docs.scenario.com (jobs, assets). `progress` is 0..1, and a failed job says "failure".
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from bot.domain import ResultState
from bot.errors import BadAnswer, Filtered, ProviderError, Rejected
from bot.providers.base import Balance, Delivered, Done, Failed, Update, Waiting
from bot.providers.sayings import first_text, is_filter, names_in, reason, refusal

UNIT = "creative units"
# Scenario's own Unity plugin asks every four seconds.
POLL_AFTER_S = 4.0
STAGES = {
    "warming-up": "Warming up",
    "queued": "Waiting in Scenario's queue",
    "pending": "Waiting in Scenario's queue",
    "in-progress": "Painting",
    "finalizing": "Finishing",
}
STOPPED = "Scenario stopped this job. You were not charged."
NO_PLAN = (
    "The operator's Scenario plan does not include this model. Pick another `model`. "
    "You were not charged."
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A picture that Scenario keeps; `url` is signed, so it is neither kept nor logged."""

    id: str
    url: str
    status: str
    nsfw: bool
    seed: int | None

    @property
    def is_pending(self) -> bool:
        """It is still being written."""
        return self.status == "pending"

    def to_delivered(self) -> Delivered:
        """The picture by its id alone; its address is asked for when it is fetched."""
        state = ResultState.OK if self.status == "success" else ResultState.FAILED
        state = ResultState.FILTERED if self.nsfw else state
        return Delivered(state=state, seed=self.seed, remote_id=self.id)


def parse(body: Any) -> Update:
    """A job as it stands; a finished one has its pictures by asset id. Raises BadAnswer."""
    match body:
        case {"job": {"jobId": str(job_id), "status": ("success" as status)}}:
            return _finished(job_id, body["job"], cost_of(body))
        case {"job": {"jobId": str(_), "status": "failure" | "failed"}}:
            return Failed(_failure(body["job"].get("metadata")))
        case {"job": {"jobId": str(_), "status": "canceled"}}:
            return Failed(Rejected(STOPPED, log="job canceled"))
        case {"job": {"jobId": str(job_id), "status": str(status)}} if status in STAGES:
            cost = cost_of(body)
            return Waiting(
                remote_id=job_id,
                poll_after_s=POLL_AFTER_S,
                stage=STAGES[status],
                percent=_percent(body["job"].get("progress")),
                state={} if cost is None else {"cost": str(cost)},
            )
        case _:
            raise BadAnswer(log=f"job: {shape(body)}")


def parse_asset(body: Any) -> Asset:
    """One asset; raises BadAnswer."""
    match body:
        case {"asset": {"id": str(asset_id), "status": str(status)} as asset}:
            asset = cast("dict[str, Any]", asset)
            return Asset(
                id=asset_id,
                url=first_text(asset, "url"),
                status=status,
                nsfw=bool(asset.get("nsfw")),
                seed=_seed(asset.get("metadata")),
            )
        case _:
            raise BadAnswer(log=f"asset: {shape(body)}")


def parse_upload(body: Any) -> str:
    """The id of an asset just sent; raises BadAnswer."""
    match body:
        case {"asset": {"id": str(asset_id)}}:
            return asset_id
        case _:
            raise BadAnswer(log=f"upload: {shape(body)}")


def parse_cancel(body: Any) -> bool:
    """Whether the answer to a cancel says that the job is off."""
    match body:
        case {"job": {"status": "canceled"}}:
            return True
        case _:
            return False


def parse_limits(body: Any) -> Balance:
    """What the team still has: the plan's units that are not used, and those bought once."""
    match body:
        case {"limits": {"creativeUnits": limit}, "values": {"creativeUnits": used}}:
            extra = body.get("oneShotCreativeUnits") or ()
            bought = sum((_remaining(each) for each in extra), Decimal(0))
            left = (_units(limit) or Decimal(0)) - (_units(used) or Decimal(0))
            return Balance(max(Decimal(0), left) + bought, UNIT)
        case _:
            raise BadAnswer(log=f"limits: {shape(body)}")


def cost_of(body: Any) -> Decimal | None:
    """What the answer says that the job costs."""
    match body:
        case {"creativeUnitsCost": cost}:
            return _units(cost)
        case {"job": {"billing": {"cuCost": cost}}}:
            return _units(cost)
        case _:
            return None


def explain(status: int, body: Any) -> ProviderError | None:
    """What an error answer says beyond its status."""
    text = said(body)
    note = f"answered {status}, {shape(body)}"
    if "ModelAccessRestricted" in text:
        return Rejected(NO_PLAN, log=note)
    if status not in {400, 403, 404, 413, 422} or not text:
        return None
    error = refusal("Scenario", text)
    # Any other 403 is about the key, whatever it says.
    return None if status == 403 and isinstance(error, Rejected) else error


def said(body: Any) -> str:
    """All that an error body says in words."""
    names = ("reason", "message", "error", "name", "details", "infos")
    found = dict.fromkeys(first_text(body, name) for name in names)
    return ". ".join(each for each in found if each)


def shape(body: Any) -> str:
    """The names in a body, and in the job inside; never a value."""
    if not isinstance(body, dict):
        return type(body).__name__
    outer = cast("dict[str, Any]", body)
    inner = outer.get("job")
    names = names_in(cast("dict[str, Any]", inner)) if isinstance(inner, dict) else None
    return f"keys {names_in(outer)}" + (f", job {names}" if names is not None else "")


def _finished(job_id: str, job: dict[str, Any], cost: Decimal | None) -> Update:
    match job:
        case {"metadata": {"assetIds": [str(_), *_] as ids}}:
            pictures = tuple(Delivered(remote_id=str(each)) for each in ids)
            return Done(pictures, job_id, cost)
        case _:
            return Failed(BadAnswer(log=f"success without pictures, job {names_in(job)}"))


def _failure(metadata: Any) -> ProviderError:
    """Scenario writes the hint for people and the error for programs; a filter may be in either."""
    error, hint = first_text(metadata, "error"), first_text(metadata, "hint")
    if is_filter(f"{error} {hint}"):
        return Filtered(log="job refused by a filter")
    why = reason(hint or error)
    sentence = f"Scenario could not do this: {why}. You were not charged." if why else None
    return Rejected(sentence, log="job failed")


def _percent(progress: Any) -> int | None:
    if not isinstance(progress, int | float) or not 0 <= progress <= 1:
        return None
    return int(progress * 100)


def _seed(metadata: Any) -> int | None:
    match metadata:
        case {"seed": int() | str() as seed}:
            text = str(seed)
            return int(text) if text.isascii() and text.isdecimal() else None
        case _:
            return None


def _remaining(bought: Any) -> Decimal:
    match bought:
        case {"remaining": units}:
            return _units(units) or Decimal(0)
        case _:
            return Decimal(0)


def _units(value: Any) -> Decimal | None:
    try:
        units = Decimal(str(value))
    except InvalidOperation:
        return None
    return units if units.is_finite() and units >= 0 else None
