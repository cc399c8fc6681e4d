"""`providers`: what is there, and whether it works as it is set up."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain import Op
from bot.errors import AuthFailed, BadAnswer, ProviderError, QuotaSpent, Unavailable
from bot.providers import PROVIDERS, Factory
from bot.providers.base import Balance, Price, PricedPer
from bot.providers.parts import keyless
from tests.cli.conftest import Run
from tests.services.scripted import SPEC, Scripted, at_hand


class Accounted(Scripted):
    """A provider that says what is left, or why it cannot."""

    async def balance(self) -> Balance | None:
        """Do as the script says."""
        (answer,) = self.submits
        if isinstance(answer, Exception):
            raise answer
        return Balance(Decimal(12), "credits")


def these(*providers: Scripted) -> list[Factory]:
    """Only these, and one that lacks its key."""
    off = replace(SPEC, slug="keyless", title="Keyless", needs=("KEYLESS_API_KEY",))
    return [*map(at_hand, providers), lambda _parts: keyless(off)]


def named(slug: str, **changes: object) -> Accounted:
    """A provider by another name."""
    return Accounted(spec=replace(SPEC, slug=slug, title=slug.title(), **changes))  # pyright: ignore[reportArgumentType]


def test_every_registered_provider_is_listed(run: Run) -> None:
    ended = run("providers", "list")
    assert (ended.code, ended.err) == (0, "")
    listed = [line.split()[0] for line in ended.out.splitlines()[1:]]
    assert "local" in listed
    assert len(listed) == len(PROVIDERS) == len(set(listed))


def test_a_list_says_what_each_does_and_costs(run: Run) -> None:
    op = SPEC.ops[Op.INPAINT]
    ops = {
        Op.INPAINT: replace(op, price=Price(Decimal(4), PricedPer.JOB)),
        Op.ERASE: replace(op, price=Price(Decimal("1.5"), PricedPer.JOB)),
    }
    listed = run("providers", "list", providers=these(named("cheap"), named("jobs", ops=ops)))
    rows = listed.out.splitlines()
    assert rows[1].split() == ["cheap", "Cheap", "inpaint,", "outpaint", "7", "credits", "yes"]
    assert "1.5 to 4 credits a job" in rows[2]
    assert "set KEYLESS_API_KEY" in rows[3]


def test_a_check_asks_each_that_is_set_up(run: Run) -> None:
    ended = run("providers", "check", providers=these(named("good")))
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "good: works; 12 credits left"
    assert "keyless: Keyless is off: set KEYLESS_API_KEY" in ended.out


def test_a_key_that_does_not_work_is_found(run: Run) -> None:
    wrong = named("wrong")
    wrong.submits = [AuthFailed(log="status 401")]
    ended = run("providers", "check", providers=these(named("good"), wrong))
    assert ended.code == 1
    assert "good: works" in ended.out
    assert "wrong: This provider's key does not work." in ended.out
    assert "status 401" in ended.out


def test_local_works_where_its_library_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "local: works" in run("providers", "check").out
    monkeypatch.setattr("patchmatch.patchmatch_available", False)
    ended = run("providers", "check")
    assert "local: works" not in ended.out
    assert "local: " in ended.out


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (AuthFailed(), "Set WRONG_API_KEY anew; keys are at https://example.invalid."),
        (QuotaSpent(), "Add credit at https://example.invalid."),
        (BadAnswer(), "See whether WRONG_BASE_URL is right."),
        (Unavailable(), "Look whether it is down, and try again. Is WRONG_BASE_URL right?"),
    ],
)
def test_a_check_names_what_would_mend_it(run: Run, error: ProviderError, fix: str) -> None:
    wrong = named("wrong", needs=("WRONG_API_KEY",))
    wrong.submits = [error]
    ended = run("providers", "check", providers=these(wrong))
    assert ended.code == 1
    # What a member would be told to do now is nothing for the operator.
    what = error.sentence.partition(" You were not charged.")[0]
    assert ended.out.splitlines()[0] == f"wrong: {what} {fix}"


class Empty(Accounted):
    """One whose account is empty."""

    async def balance(self) -> Balance | None:
        """Nothing is left."""
        return Balance(Decimal(0), "credits")


def test_an_empty_account_does_not_work(run: Run) -> None:
    ended = run("providers", "check", providers=these(Empty(spec=replace(SPEC, slug="empty"))))
    assert ended.code == 1
    assert "0 credits left" in ended.out


def test_a_list_says_what_a_running_bot_has_paused(run: Run) -> None:
    three = these(named("shaky"), named("spent"), named("well"))
    assert run("db", "upgrade").code == 0
    file = next(Path("data").glob("*.sqlite3"))
    far = 4_102_444_800_000_000
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany(
            "INSERT INTO provider_pauses VALUES (?, ?, 0, ?, 1, ?)",
            [("shaky", "faults", far, "auth"), ("spent", "limit", far, "")],
        )
    rows = run("providers", "list", providers=three).out.splitlines()
    until = "2100-01-01 00:00 UTC"
    assert f"paused since 1970-01-01 00:00 UTC (auth), tried again {until}" in rows[1]
    assert f"paused until {until}: DAILY_LIMIT_SPENT is used up" in rows[2]
    assert rows[3].endswith("yes")
