"""All settings, and the only reader of the environment; nothing is read at import."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode, SettingsConfigDict

from bot.provider_settings import ProviderSettings
from bot.web_settings import WebSettings

MIB = 1024 * 1024
ENV_FILE = Path(".env")
# Byte order marks come from Windows' editors.
ENV_ENCODING = "utf-8-sig"
# Docker Compose reads the same file for its own settings.
NOT_OURS = "COMPOSE_"
NEAR_MISS = 0.9
SHOWN_CHARS_MAX = 60


def _ids(value: object) -> object:
    """Discord ids from a text, parted by commas or spaces."""
    if not isinstance(value, str):
        return value
    parts = value.replace(",", " ").split()
    if not all(part.isascii() and part.isdecimal() and int(part) > 0 for part in parts):
        raise ValueError("is not a list of Discord ids, parted by commas")
    return tuple(int(part) for part in parts)


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _web_url(value: object) -> object:
    if value and not str(value).startswith(("https://", "http://")):
        raise ValueError("is not an address that begins with https://")
    return value


WebUrl = Annotated[str, BeforeValidator(_web_url)]
Ids = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_ids)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]


class Settings(ProviderSettings, WebSettings):
    """One operator's choices. Units stand last in each name; empty means "not set"."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding=ENV_ENCODING,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    discord_token: SecretStr = Field(
        SecretStr(""), description="The bot's token from Discord's developer portal."
    )
    data_dir: Path = Field(Path("data"), description="Folder of the database and the pictures.")
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = Field(False, description="One JSON object a line instead of readable lines.")
    message_content: bool = Field(
        False,
        description=(
            "The bot has Discord's privileged Message Content intent, so that a reply that "
            "mentions it can edit anybody's picture."
        ),
    )
    guilds: Ids = Field(
        (), description="Ids of the servers that may use the bot, parted by commas; empty: all."
    )
    default_provider: str = Field(
        "", description="Provider taken when the member names none; empty picks one that can."
    )
    image_bytes_max: int = Field(
        25 * MIB, gt=0, description="Largest picture or mask file taken, in bytes."
    )
    pixels_max: int = Field(40_000_000, gt=0, description="Largest picture taken, in pixels.")
    prompt_length_max: int = Field(1000, gt=0, description="Longest prompt, in characters.")
    live_tasks_member_max: int = Field(3, gt=0, description="Edits one member may have running.")
    live_tasks_guild_max: int = Field(20, gt=0, description="Edits one server may have running.")
    first_grant_credits: int = Field(
        1000,
        ge=0,
        description="Credits a member gets at first in a server; out of its pool, unless at home.",
    )
    home_guilds: Ids = Field(
        (),
        description=(
            "Servers whose admins may make credits, parted by commas; in all others every grant "
            "comes out of the server's pool, which `ledger grant` fills."
        ),
    )
    draft_minutes: int = Field(60, gt=0, description="Minutes after which an unused draft expires.")
    ping_after_s: float = Field(
        30.0, ge=0, description="An edit that took longer pings its member when done."
    )
    stop_grace_s: float = Field(
        60.0, ge=0, description="Most seconds that a submit in flight gets when stopping."
    )
    reconcile_s: float = Field(
        60.0, gt=0, description="Seconds between two looks for stranded tasks."
    )
    retention_days: int = Field(
        30, gt=0, description="Days after which an ended edit's pictures and prompt are let go."
    )
    privacy_url: WebUrl = Field(
        "", description="Address of your privacy page, which `/about` links to; empty: no link."
    )
    disk_limit_gb: float = Field(
        5.0, gt=0, description="Most the data folder may hold, in GB; then nothing new is taken."
    )
    workers_short: int = Field(
        0, ge=0, description="Worker processes for short picture work; 0 takes cores - 1."
    )
    workers_fill: int = Field(
        0, ge=0, description="Worker processes for local inpainting; 0 takes cores - 1."
    )
    worker_memory_mib: int = Field(
        3072, ge=0, description="Most memory one worker may map, in MiB; 0 sets no limit."
    )
    guild_ids_synced: Ids = Field(
        (),
        description="Servers that get the commands at once, for developing; empty: everywhere.",
    )

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "inpaint-bot.sqlite3"


@dataclass(frozen=True, slots=True)
class Given:
    """The settings, where each that is not the default came from, and what is wrong with them.

    A setting that is wrong has its default here, so that whoever looks on can find more mistakes.
    """

    settings: Settings
    sources: Mapping[str, str]
    problems: tuple[str, ...]


def read_settings(**overrides: object) -> Given:
    """Read the environment and `.env`; `overrides` are what the command line says."""
    filed, unreadable = _filed()
    sources = _sources(filed, overrides)
    problems = [*unreadable, *_unknown(filed, sources)]
    values: dict[str, Any] = {**overrides, **({} if filed else {"_env_file": None})}
    try:
        settings = Settings(**values)
    except ValidationError as error:
        wrong = {str(each["loc"][0]): each for each in reversed(error.errors())}
        fields = {name: each for name, each in Settings.model_fields.items() if name in wrong}
        problems += [_said(name, wrong[name], sources) for name in fields]
        settings = Settings(**{**values, **{name: each.default for name, each in fields.items()}})
    return Given(settings, sources, tuple(problems))


def _filed() -> tuple[dict[str, str | None], list[str]]:
    """What stands in `.env`, and what cannot be read of it."""
    if not ENV_FILE.exists():
        return {}, []
    # Its warnings name a line and not the file; ours do both.
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    try:
        text = ENV_FILE.read_text(ENV_ENCODING)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        return {}, [f"{ENV_FILE} cannot be read: {why}."]
    broken = [each.original.line for each in parse_stream(StringIO(text)) if each.error]
    problems = [f"Line {n} of {ENV_FILE} cannot be read; write NAME=value." for n in broken]
    return dict(dotenv_values(stream=StringIO(text))), problems


def _sources(filed: Mapping[str, str | None], overrides: Mapping[str, object]) -> dict[str, str]:
    """Where each setting comes from; the later of these three wins."""
    layers = ((".env", filed), ("environment", os.environ), ("command line", overrides))
    return {
        key.lower(): source
        for source, values in layers
        for key, value in values.items()
        if key.lower() in Settings.model_fields and value not in ("", None)
    }


def _unknown(filed: Mapping[str, str | None], sources: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none."""
    strangers = [
        name
        for name in filed
        if name.lower() not in Settings.model_fields and not name.startswith(NOT_OURS)
    ]
    in_file = [f"{name} in {ENV_FILE} is no setting.{_hint(_meant(name))}" for name in strangers]
    # A stranger in the environment may be another program's: said only where ours is missing.
    return in_file + [
        f"{name} in the environment is no setting.{_hint(meant)}"
        for name in os.environ
        if name.lower() not in Settings.model_fields
        and (meant := _meant(name))
        and meant not in sources
    ]


def _meant(name: str) -> str | None:
    """The setting that was probably meant."""
    found = get_close_matches(name.lower(), Settings.model_fields, n=1, cutoff=NEAR_MISS)
    return found[0] if found else None


def _hint(meant: str | None) -> str:
    return f" Did you mean {meant.upper()}?" if meant else ""


def _said(name: str, error: ErrorDetails, sources: Mapping[str, str]) -> str:
    """One sentence about a wrong value; a secret is not shown."""
    where = f"{name.upper()} ({sources.get(name, 'default')})"
    if isinstance(Settings.model_fields[name].default, SecretStr):
        return f"{where} is not a text."
    return f"{where}: {str(error['input'])[:SHOWN_CHARS_MAX]!r} {_why(error)}."


def _why(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "int_parsing" | "int_from_float" | "int_type":
            return "is not a whole number"
        case "float_parsing" | "float_type" | "finite_number" | "decimal_parsing":
            return "is not a number"
        case "bool_parsing" | "bool_type":
            return "is neither true nor false"
        case "greater_than":
            return f"must be more than {context['gt']:g}"
        case "greater_than_equal":
            return f"must be at least {context['ge']:g}"
        case "less_than":
            return f"must be less than {context['lt']:g}"
        case "less_than_equal":
            return f"must be at most {context['le']:g}"
        case "literal_error":
            return f"is not one of {context['expected']}"
        case "value_error":
            return str(context["error"])
        case _:
            return f"does not fit: {error['msg']}"
