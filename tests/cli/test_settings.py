"""Where settings come from, and the sentence for each one that is wrong."""

from pathlib import Path

import pytest

from bot.settings import Settings, read_settings


def problems() -> tuple[str, ...]:
    return read_settings().problems


def test_the_command_line_beats_the_environment_which_beats_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("DATA_DIR=filed\nLOG_JSON=true\nDRAFT_MINUTES=5\n")
    monkeypatch.setenv("DATA_DIR", "environment")
    monkeypatch.setenv("draft_minutes", "6")
    given = read_settings(data_dir="line")
    assert given.problems == ()
    assert (given.settings.data_dir, given.settings.log_json) == (Path("line"), True)
    assert given.settings.draft_minutes == 6
    sources = {name: given.sources.get(name) for name in ("data_dir", "log_json", "draft_minutes")}
    assert sources == {
        "data_dir": "command line",
        "log_json": ".env",
        "draft_minutes": "environment",
    }
    assert "pixels_max" not in given.sources


def test_an_empty_value_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("LIVE_TASKS_MEMBER_MAX=\nDISCORD_TOKEN=\n")
    monkeypatch.setenv("WORKERS_SHORT", "")
    given = read_settings()
    assert (given.problems, dict(given.sources)) == ((), {})


WRONG = {
    "DRAFT_MINUTES": ("1.5", "DRAFT_MINUTES (environment): '1.5' is not a whole number."),
    "IMAGE_BYTES_MAX": ("-4", "IMAGE_BYTES_MAX (environment): '-4' must be more than 0."),
    "WORKERS_SHORT": ("-1", "WORKERS_SHORT (environment): '-1' must be at least 0."),
    "PING_AFTER_S": ("soon", "PING_AFTER_S (environment): 'soon' is not a number."),
    "LOG_JSON": ("perhaps", "LOG_JSON (environment): 'perhaps' is neither true nor false."),
    "LOG_LEVEL": (
        "loud",
        "LOG_LEVEL (environment): 'LOUD' is not one of 'DEBUG', 'INFO', 'WARNING' or 'ERROR'.",
    ),
    "GUILDS": (
        "12, x",
        "GUILDS (environment): '12, x' is not a list of Discord ids, parted by commas.",
    ),
    "GUILD_IDS_SYNCED": (
        "0",
        "GUILD_IDS_SYNCED (environment): '0' is not a list of Discord ids, parted by commas.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    value, sentence = WRONG[name]
    monkeypatch.setenv(name, value)
    assert problems() == (sentence,)
    default = Settings.model_fields[name.lower()].default
    assert getattr(read_settings().settings, name.lower()) == default


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (value, _) in WRONG.items():
        monkeypatch.setenv(name, value)
    assert set(problems()) == {sentence for _, sentence in WRONG.values()}


def test_ids_are_parted_by_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUILDS", "81384788765712384, 5 6,")
    assert read_settings().settings.guilds == (81384788765712384, 5, 6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("DISCORD_TOKN=x", ["DISCORD_TOKN in .env is no setting. Did you mean DISCORD_TOKEN?"]),
        ("FAVORITE_COLOR=red", ["FAVORITE_COLOR in .env is no setting."]),
        ("export GUILD=5", ["GUILD in .env is no setting. Did you mean GUILDS?"]),
        ("COMPOSE_PROJECT_NAME=bot", []),
        ("# a comment\n\nLOG_LEVEL=debug # here too", []),
        ("\ufeffLOG_LEVEL=debug", []),
        ("DISCORD TOKEN=x", ["Line 1 of .env cannot be read; write NAME=value."]),
        ("LOG_LEVEL=info\n=5", ["Line 2 of .env cannot be read; write NAME=value."]),
    ],
)
def test_names_in_the_file_that_are_no_settings_are_mistakes(text: str, said: list[str]) -> None:
    Path(".env").write_text(f"{text}\n", "utf-8")
    assert list(problems()) == said


@pytest.mark.parametrize("name", ["DISCORD_TOKN", "DISCORDTOKEN", "DATA_DIRR", "LOGLEVEL"])
def test_a_near_miss_in_the_environment_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    (problem,) = problems()
    assert problem.startswith(f"{name} in the environment is no setting. Did you mean ")


@pytest.mark.parametrize("name", ["EDITOR", "LANG_LEVEL", "XDG_DATA_DIRS", "TOKEN", "GUILD_WARS"])
def test_other_programs_variables_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    assert problems() == ()


def test_a_near_miss_beside_the_real_one_is_another_programs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOGLEVEL", "9")
    monkeypatch.setenv("LOG_LEVEL", "info")
    assert problems() == ()


def test_a_file_that_cannot_be_read_is_a_mistake_and_not_a_crash() -> None:
    Path(".env").write_bytes(b"LOG_LEVEL=\xff\xfe")
    assert problems() == (".env cannot be read: it is not UTF-8.",)
    Path(".env").unlink()
    Path(".env").mkdir()
    assert problems() == (".env cannot be read: Is a directory.",)
