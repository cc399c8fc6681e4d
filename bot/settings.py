"""All settings, and the only reader of the environment; nothing is read at import."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import BadSettings

MIB = 1024 * 1024


class Settings(BaseSettings):
    """One operator's choices. Units stand last in each name; empty means "not set"."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    discord_token: SecretStr = Field(
        SecretStr(""), description="The bot's token from Discord's developer portal."
    )
    data_dir: Path = Field(Path("data"), description="Folder of the database and the pictures.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = Field(False, description="One JSON object a line instead of readable lines.")
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
        1000, ge=0, description="Credits a member gets with the first edit in a server."
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
    guild_ids_synced: Annotated[tuple[int, ...], NoDecode] = Field(
        (),
        description="Servers that get the commands at once, for developing; empty: everywhere.",
    )

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / "inpaint-bot.sqlite3"


def load_settings(**overrides: object) -> Settings:
    """Read the environment and `.env`; raises BadSettings naming every wrong one."""
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        )
        raise BadSettings(f"These settings are wrong: {wrong}.") from None
