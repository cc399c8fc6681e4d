"""One run: what the machine can carry, then half of that for the time asked."""

from dataclasses import dataclass
from pathlib import Path

from bench import lag
from bench.figures import Figure
from tests.load import judge
from tests.load.acks import Acks
from tests.load.crowd import LOOKS, SIDE_PX, TAKES_S, Crowd, gathered
from tests.load.judge import Evidence, Row
from tests.load.phases import Say, loaded, saturated
from tests.load.stage import Told, ended, opened

SHARE = 0.5
# More plans than edits will come, and enough for a machine that is much faster.
SATURATION_EDITS = 3000
MARGIN = 1.3
ROWS = (
    "SELECT id, request_key, state IN ({ended}), view_posted >= view_rev, message_id,"
    " (SELECT count(*) FROM results WHERE task_id = tasks.id AND blob IS NOT NULL) FROM tasks"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how many, how often, and how slow providers are.

    Without a rate that is measured first.
    """

    seconds: float
    guilds: int
    members: int
    saturate_s: float
    per_s: float | None = None
    takes_s: tuple[float, float] = TAKES_S


async def run(folder: Path, plan: Plan, say: Say) -> list[Figure]:
    """All figures, in the order in which they were found."""
    figures: list[Figure] = []
    per_s = plan.per_s
    if per_s is None:
        carried = await _carried(folder / "saturation", plan)
        figures = [Figure(judge.PART, f"edits a second at saturation, {SIDE_PX} px", carried)]
        say(f"at saturation {carried:.2f} edits a second")
        per_s = carried * SHARE
    say(f"{per_s:.2f} edits a second for {plan.seconds:.0f} s, and {per_s * LOOKS:.2f} looks")
    figures.append(Figure(judge.PART, "edits a second that arrive", per_s))
    return figures + judge.figures(await _borne(folder / "load", plan, per_s, say))


async def _carried(folder: Path, plan: Plan) -> float:
    async with opened(folder, plan.guilds) as stage:
        crowd = await gathered(stage, folder, plan.members, SATURATION_EDITS, (0.0, 0.0))
        return await saturated(crowd, plan.saturate_s)


async def _borne(folder: Path, plan: Plan, per_s: float, say: Say) -> Evidence:
    edits = int(plan.seconds * per_s * MARGIN) + 20
    async with opened(folder, plan.guilds) as stage:
        crowd = await gathered(stage, folder, plan.members, edits, plan.takes_s)
        stage.told.forget()
        with lag.idle_beside() as idle_s:
            told = await loaded(crowd, per_s, plan.seconds, say)
        return await _evidence(crowd, told, [each * 1000 for each in idle_s])


async def _evidence(crowd: Crowd, told: Told, idle_ms: list[float]) -> Evidence:
    stage, acks = crowd.stage, Acks(crowd.stage.street)
    await acks.fetch()
    rows = [Row(*row) for row in stage.rows(ROWS.format(ended=ended()))]
    return Evidence(
        sent=len(crowd.edits) + len(crowd.looks),
        edits=acks.edits,
        acks_ms=[each * 1000 for each in acks.taken_s],
        late_ms=told.late_ms,
        idle_ms=idle_ms,
        collected_ms=told.collected_ms,
        rss_bytes=told.rss_bytes,
        rows=rows,
        events=stage.discord.events(),
    )
