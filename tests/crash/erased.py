"""What must hold for members who wished to be forgotten: nothing of theirs is left anywhere."""

from collections.abc import Iterator

from tests.crash.checks import Evidence, created, is_forgotten, name_of
from tests.crash.plans import FORGET
from tests.crash.rows import Row
from tests.standin.shapes import GUILD_ID

GRANTED = 1_000_000
EMPTIED = ("picture_blob", "mask_blob", "mask_core_blob", "overlay_blob", "prompt", "error_text")


def erased(evidence: Evidence) -> Iterator[str]:
    """Every wish was carried out once, in the rows, in the accounts and at Discord."""
    for task in evidence.tasks:
        if is_forgotten(evidence.plans[task["request_key"]]):
            for line in (*_rows(evidence, task), *_credits(evidence, task), *_left(evidence, task)):
                yield f"{name_of(task)}: {line}"
    told = {person["discord_id"] for person in evidence.people}
    for plan in evidence.plans.values():
        if is_forgotten(plan) and plan.user_id in told:
            yield f"member {plan.user_id} still has a row"


def _rows(evidence: Evidence, task: Row) -> Iterator[str]:
    done = [e["done_at"] for e in evidence.erasures if e["person_id"] == task["person_id"]]
    if len(done) != 1 or done[0] is None:
        yield f"its member's wish is {done}"
    if kept := [column for column in EMPTIED if task[column]]:
        yield f"still has {kept}"


def _credits(evidence: Evidence, task: Row) -> Iterator[str]:
    """The rest went to the pool, once; what was spent before stays spent."""
    codes = {account["id"]: account["code"] for account in evidence.accounts}
    moved = [
        (codes[t["from_id"]], codes[t["to_id"]], t["amount"], t["key"] == f"forget:{t['from_id']}")
        for t in evidence.transfers
        if t["purpose"] == FORGET and t["actor_id"] == task["person_id"]
    ]
    own = [t["from_id"] for t in evidence.transfers if t["actor_id"] == task["person_id"]][-1:]
    spent = task["settled"] if task["payer_account_id"] in own else 0
    wanted = [(f"deleted:{own[0] if own else None}", f"pool:{GUILD_ID}", GRANTED - spent, True)]
    if moved != wanted:
        yield f"its member's credits went {moved}, not {wanted}"


def _left(evidence: Evidence, task: Row) -> Iterator[str]:
    deleted = {event["message"] for event in evidence.events if event["what"] == "delete"}
    for is_ping in (False, True):
        nonces = {task["id"], f"p-{task['id']}"[:25]}
        theirs = [e for e in created(evidence, is_ping=is_ping) if e["nonce"] in nonces]
        if still := [event["message"] for event in theirs if event["message"] not in deleted]:
            yield f"{'ping' if is_ping else 'card'} {still} is still in the channel"
