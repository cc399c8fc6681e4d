"""What must hold after the last run; each broken promise is one line."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot.domain import MOVES, TaskState
from tests.crash.deeds import asked_with
from tests.crash.gateway_feed import named
from tests.crash.plans import DEEDS, FORGET, LEAVERS_FROM
from tests.crash.provider import CREDITS_PER_PICTURE, slug
from tests.crash.rows import DATABASE, TERMINAL, Row, broken, owes_ping, query
from tests.standin.plans import Plan

_OUTCOMES = {"failed": "failed", "filtered": "failed"}
FIRST = ("queued", "draft")  # a draft where its provider was paused
FREE = frozenset({"failed", "unknown", "cancelled", "expired"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """The database's rows, and what the stand-in counted."""

    plans: dict[str, Plan]
    tasks: list[Row]
    accounts: list[Row]
    transfers: list[Row]
    task_events: list[Row]
    people: list[Row]
    erasures: list[Row]
    results: list[Row]
    broken: list[str]
    delivered: Counter[str]
    state: Row
    events: list[Row]


def gather(
    data: Path, plans: dict[str, Plan], state: Row, events: list[Row], early: list[str]
) -> Evidence:
    """Read everything once; `early` are rows that were found to name files that are not there."""
    database = data / DATABASE
    results = query(database, "SELECT * FROM results WHERE state = 'ok'")
    return Evidence(
        plans=plans,
        tasks=named(query(database, "SELECT * FROM tasks"), events),
        accounts=query(database, "SELECT * FROM accounts"),
        transfers=query(database, "SELECT * FROM transfers ORDER BY id"),
        task_events=query(database, "SELECT * FROM task_events ORDER BY id"),
        people=query(database, "SELECT * FROM people"),
        erasures=query(database, "SELECT * FROM erasures"),
        results=results,
        broken=[*broken(data), *early],
        delivered=Counter(result["task_id"] for result in results),
        state=state,
        events=events,
    )


def is_forgotten(plan: Plan) -> bool:
    """Whether this request's member wished to be forgotten."""
    return plan.user_id >= LEAVERS_FROM


def lost(evidence: Evidence) -> Iterator[str]:
    """Every key has exactly one task, and it ended."""
    keys = Counter(task["request_key"] for task in evidence.tasks)
    for key in evidence.plans.keys() | keys.keys():
        if keys[key] != 1 or key not in evidence.plans:
            yield f"{key} has {keys[key]} tasks"
    for task in evidence.tasks:
        if task["state"] not in TERMINAL:
            yield f"{name_of(task)} is still {task['state']}"


def moved(evidence: Evidence) -> Iterator[str]:
    """Every task went along the arrows, and ended once."""
    moves: dict[str, list[Row]] = {}
    for event in evidence.task_events:
        moves.setdefault(event["task_id"], []).append(event)
    for task in evidence.tasks:
        trail = [event["to_state"] for event in moves[task["id"]]]
        pairs = list(pairwise([TaskState(state) for state in trail]))
        if trail[0] not in FIRST or any(to not in MOVES[from_] for from_, to in pairs):
            yield f"{name_of(task)} went {' -> '.join(trail)}"
        if trail[-1] != task["state"] or task["attempt"] != trail.count("submitting"):
            yield f"{name_of(task)} went {' -> '.join(trail)} and has attempt {task['attempt']}"


def submitted_twice(evidence: Evidence) -> Iterator[str]:
    """The provider has booked at most one job for each reference."""
    for ref, jobs in evidence.state["started"].items():
        if jobs > 1:
            yield f"{ref} was started {jobs} times"
    refs = {task["client_ref"]: task for task in evidence.tasks if task["client_ref"]}
    for ref in evidence.state["started"].keys() - refs.keys():
        yield f"{ref} was started and no task knows it"
    for ref, task in refs.items():
        calls = evidence.state["calls"].get(ref, 0)
        if calls > task["attempt"] and task["provider"] != slug("key"):
            yield f"{name_of(task)} was sent {calls} times on {task['attempt']} intents"
        if task["state"] == "done" and not evidence.state["started"].get(ref):
            yield f"{name_of(task)} is done and was never started"


def ended(evidence: Evidence) -> Iterator[str]:
    """Each task ended as its plan says; unknown is only allowed where nobody could be asked."""
    for task in evidence.tasks:
        plan = evidence.plans[task["request_key"]]
        fine = {"failed" if plan.submit == "refuse" else _OUTCOMES.get(plan.outcome, "done")}
        fine |= {"unknown"} if plan.variant == "none" else set()
        fine |= {"cancelled"} if plan.cancel_after_s is not None else set()
        if task["state"] not in fine:
            yield f"{name_of(task)} is {task['state']} ({task['error_code']}), not {sorted(fine)}"


def unpaid(evidence: Evidence) -> Iterator[str]:
    """Each task has one hold and one resolution, for exactly what was delivered."""
    holds = {t["id"]: t for t in evidence.transfers if t["kind"] == "hold"}
    resolved = Counter(t["resolves_id"] for t in evidence.transfers if t["kind"] == "resolve")
    by_task = Counter(hold["task_seq"] for hold in holds.values())
    amounts = {
        holds[t["resolves_id"]]["task_seq"]: t for t in evidence.transfers if t["resolves_id"]
    }
    for hold in holds.values():
        if resolved[hold["id"]] != 1:
            yield f"hold {hold['id']} was resolved {resolved[hold['id']]} times"
    for task in evidence.tasks:
        due = 0 if task["state"] in FREE else CREDITS_PER_PICTURE * evidence.delivered[task["id"]]
        paid = amounts[task["seq"]]["amount"] if task["seq"] in amounts else None
        if by_task[task["seq"]] != 1 or not paid == task["settled"] == due or task["held"]:
            yield f"{name_of(task)} owes {due}, settled {task['settled']}, transferred {paid}"
        if task["quoted"] != CREDITS_PER_PICTURE * task["count"]:
            yield f"{name_of(task)} was quoted {task['quoted']}"
        plan = evidence.plans[task["request_key"]]
        if task["state"] == "done" and evidence.delivered[task["id"]] != plan.delivered:
            has = evidence.delivered[task["id"]]
            yield f"{name_of(task)} has {has} of {plan.delivered} pictures"


def by_hand(evidence: Evidence) -> Iterator[str]:
    """What was done by hand moved once, between whom and as much as was asked."""
    codes = {account["id"]: account["code"] for account in evidence.accounts}
    found: dict[str, list[tuple[tuple[str, str], int]]] = {}
    for transfer in evidence.transfers:
        if transfer["purpose"] in DEEDS and transfer["purpose"] != FORGET:
            between = codes[transfer["from_id"]], codes[transfer["to_id"]]
            found.setdefault(transfer["key"], []).append((between, transfer["amount"]))
    for plan in evidence.plans.values():
        asked = asked_with(plan.key, plan.user_id)
        if asked.kind == FORGET:
            continue  # see erased.py
        if found.pop(asked.key, []) != [(asked.accounts, asked.amount)]:
            yield f"{asked.key} did not move {asked.amount} once between {asked.accounts}"
    for key in found:
        yield f"{key} moved what nobody asked for"


def drift(evidence: Evidence) -> Iterator[str]:
    """The transfers explain every balance, nothing is held, and nothing came from nowhere."""
    available: Counter[int] = Counter()
    holds = {t["id"]: t for t in evidence.transfers if t["kind"] == "hold"}
    for transfer in evidence.transfers:
        amount = transfer["amount"]
        if transfer["kind"] == "hold":
            available[transfer["from_id"]] -= amount
            continue
        available[transfer["to_id"]] += amount
        available[transfer["from_id"]] -= amount
        if transfer["kind"] == "resolve":
            available[transfer["from_id"]] += holds[transfer["resolves_id"]]["amount"]
    for account in evidence.accounts:
        explained = available[account["id"]]
        if account["held"] or account["available"] != explained:
            has = f"{account['available']} available and {account['held']} held"
            yield f"{account['code']} has {has}, the transfers say {explained} and 0"
    if sum(account["available"] for account in evidence.accounts):
        yield "the accounts do not sum to zero"
    for variant in ("none", "lookup", "key"):
        settled = sum(t["settled"] for t in evidence.tasks if t["provider"] == slug(variant))
        house = [a["available"] for a in evidence.accounts if a["code"] == f"house:{slug(variant)}"]
        if sum(house) != settled:
            yield f"house:{slug(variant)} has {house}, settled were {settled}"


def pictures(evidence: Evidence) -> Iterator[str]:
    """Whatever was delivered is there, until its member is forgotten."""
    tasks = {task["id"]: task for task in evidence.tasks}
    for result in evidence.results:
        task = tasks[result["task_id"]]
        if (result["blob"] is None) != is_forgotten(evidence.plans[task["request_key"]]):
            yield f"{name_of(task)}: the file of picture {result['n']} is {result['blob']}"


def cards(evidence: Evidence) -> Iterator[str]:
    """One card for each task, which shows the end: told by nonce, by buttons and by the row."""
    by_nonce, by_button = Counter[str](), Counter[str]()
    for event in created(evidence, is_ping=False):
        by_nonce[event["nonce"]] += 1
        by_button.update({each.rpartition(":")[2] for each in event["custom_ids"]})
    last = {event["message"]: event for event in evidence.events if "attachments" in event}
    for task in evidence.tasks:
        due = not is_forgotten(evidence.plans[task["request_key"]])
        if not due <= by_nonce[task["id"]] <= 1 or by_button[task["id"]] > 1:
            yield f"{name_of(task)} has {by_nonce[task['id']]} cards"
        if is_forgotten(evidence.plans[task["request_key"]]):
            continue
        shown = last.get(task["message_id"])
        wanted = evidence.delivered[task["id"]]
        if shown is None or shown["attachments"] < wanted:
            yield f"{name_of(task)}: its card does not show {wanted} pictures"


def pings(evidence: Evidence) -> Iterator[str]:
    """One ping for each task that is owed one: a reply to its card for its member alone."""
    found: dict[str, list[Row]] = {}
    cards = {event["nonce"]: event["message"] for event in created(evidence, is_ping=False)}
    for event in created(evidence, is_ping=True):
        found.setdefault(event["nonce"], []).append(event)
    for task in evidence.tasks:
        posted = found.pop(f"p-{task['id']}"[:25], [])
        plan = evidence.plans[task["request_key"]]
        member, may_lack = [plan.user_id], is_forgotten(plan)
        if len(posted) > owes_ping(task) or len(posted) < (owes_ping(task) and not may_lack):
            yield f"{name_of(task)} has {len(posted)} pings"
        elif posted and (
            posted[0]["reply_to"] != cards.get(task["id"]) or posted[0]["mentions"] != member
        ):
            yield f"{name_of(task)}: its ping is {json.dumps(posted[0])}"
    for nonce in found:
        yield f"a ping of no task: {nonce}"


def created(evidence: Evidence, *, is_ping: bool) -> list[Row]:
    """What Discord was asked to make, and made."""
    return [
        event
        for event in evidence.events
        if event["what"] == "create" and bool(event["reply_to"]) is is_ping
    ]


def files(evidence: Evidence) -> Iterator[str]:
    """The database is sound, and its files are there and were at each kill."""
    yield from evidence.broken


def strays(evidence: Evidence) -> Iterator[str]:
    """The bot asked for nothing that the stand-in does not know."""
    for event in evidence.events:
        if event["what"] == "stray":
            yield f"{event['method']} {event['path']}"


def name_of(task: Row) -> str:
    """The task, its request and its provider."""
    return f"task {task['id']} ({task['request_key']}, {task['provider']})"
