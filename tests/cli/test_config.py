"""What `config` shows, and that the written documents say the same as the code."""

import re
from pathlib import Path

import pytest
from dotenv import dotenv_values
from pydantic import SecretStr

from bot.cli import settings_docs
from bot.cli.settings_docs import DOCS, EXAMPLE, example, markdown, names, placed
from bot.settings import Settings, read_settings
from tests.cli.conftest import Run
from tests.rights import ROOT

MEND = "run `make settings` and commit what it wrote"


def test_every_setting_is_shown_with_its_value_and_place(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text("DRAFT_MINUTES=7\n")
    monkeypatch.setenv("GUILDS", "5,6")
    ended = run("config", "--data", "elsewhere")
    assert (ended.code, ended.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in ended.out.splitlines()[1:]}
    assert list(rows) == [name.upper() for name in names()]
    assert rows["DRAFT_MINUTES"] == ["7", ".env"]
    assert rows["GUILDS"] == ["5,6", "environment"]
    assert rows["DATA_DIR"] == ["elsewhere", "command", "line"]
    assert rows["LOG_JSON"] == ["false", "default"]
    assert rows["DISCORD_TOKEN"] == ["(empty)", "default"]


def test_no_secret_is_ever_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = [n for n, f in Settings.model_fields.items() if isinstance(f.default, SecretStr)]
    assert "discord_token" in secrets
    for name in secrets:
        monkeypatch.setenv(name.upper(), "do-not-show-this")
    ended = run("config")
    assert "do-not-show" not in ended.out + ended.err
    for name in secrets:
        assert re.search(rf"^{name.upper()} +\*+ +environment$", ended.out, re.MULTILINE)


def test_mistakes_stand_below_the_values(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEFAULT_PROVIDER", "nobody")
    monkeypatch.setenv("DRAFT_MINUTES", "x")
    ended = run("config")
    assert ended.code == 2
    assert "DRAFT_MINUTES" in ended.out
    assert ended.err.startswith("There are 2 things to mend first:\n- DRAFT_MINUTES (environment)")
    assert "- DEFAULT_PROVIDER: there is no provider 'nobody'. There is local" in ended.err


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("apifrane=2", "CREDITS_PER_UNIT: there is no provider 'apifrane'"),
        ("apiframe", "is not like apiframe=2.5,scenario=4"),
        ("apiframe=-1", "is not like apiframe=2.5,scenario=4"),
        ("apiframe=NaN", "is not like apiframe=2.5,scenario=4"),
        ("apiframe=1,apiframe=2", "is not like apiframe=2.5,scenario=4"),
    ],
)
def test_a_price_that_fits_nobody_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    monkeypatch.setenv("CREDITS_PER_UNIT", value)
    ended = run("config")
    assert ended.code == 2
    assert said in ended.err


def test_prices_are_shown_as_they_are_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITS_PER_UNIT", "APIFRAME=2.5, scenario=4")
    ended = run("config")
    assert (ended.code, ended.err) == (0, "")
    assert re.search(r"^CREDITS_PER_UNIT +apiframe=2.5,scenario=4 ", ended.out, re.MULTILINE)


def test_the_table_in_the_docs_is_that_of_the_code(run: Run) -> None:
    page = (ROOT / DOCS).read_text("utf-8")
    assert placed(page) == page, MEND
    assert run("config", "--table").out.strip() == markdown()


def test_the_example_is_that_of_the_code(run: Run) -> None:
    assert (ROOT / EXAMPLE).read_text("utf-8") == example(), MEND
    assert run("config", "--example").out == example()


def test_the_example_copied_and_uncommented_is_the_defaults() -> None:
    Path(".env").write_text(re.sub(r"^# ([A-Z0-9_]+=)", r"\1", example(), flags=re.MULTILINE))
    assert list(dotenv_values(".env")) == [name.upper() for name in names()]
    given = read_settings()
    assert given.problems == ()
    assert given.settings == Settings(_env_file=None)  # pyright: ignore[reportCallIssue]


def test_the_example_as_it_is_sets_nothing() -> None:
    Path(".env").write_text(example())
    given = read_settings()
    assert (given.problems, dict(given.sources)) == ((), {})


def test_the_token_comes_first_and_none_is_left_out() -> None:
    assert names()[0] == "discord_token"
    assert sorted(names()) == sorted(Settings.model_fields)


def test_every_setting_says_what_it_does_in_a_sentence() -> None:
    silent = [
        name
        for name, field in Settings.model_fields.items()
        if not re.fullmatch(r"[A-Z*].+\.", field.description or "", re.DOTALL)
    ]
    assert silent == []


def test_writing_them_anew_changes_only_what_is_between_the_marks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    old = f"before\n{settings_docs.BEGIN}\nstale\n{settings_docs.END}\nafter\n"
    (tmp_path / DOCS).write_text(old)
    settings_docs.write()
    page = (tmp_path / DOCS).read_text("utf-8")
    assert page == old.replace("stale", markdown())
    assert (tmp_path / EXAMPLE).read_text("utf-8") == example()
    with pytest.raises(ValueError, match="settings: begin"):
        placed("a page without marks")
