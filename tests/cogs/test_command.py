"""The shape of the commands, as Discord is told of it."""

from typing import Any

import discord
import pytest

from bot.app import App
from bot.delivery.buttons import LOOKS
from bot.delivery.client import COGS, InpaintBot, build_bot
from bot.delivery.selects import USES
from tests.cogs.world import SIMCORD, World

OPTIONS = (
    "image mask where prompt parent result provider model count negative_prompt seed strength "
    "guidance steps invert grow feather extra"
)
OPTION_TYPES = {"image": 11, "mask": 11, "count": 4, "seed": 4, "strength": 10, "invert": 5}
AUTOCOMPLETED = {"where", "parent", "provider", "model", "extra"}


@pytest.fixture
async def payload(app: App) -> dict[str, Any]:
    bot = build_bot(app)
    for name in COGS:
        await bot.load_extension(name)
    command = bot.tree.get_command("inpaint")
    assert command
    return command.to_dict(bot.tree)


async def test_inpaint_has_its_eighteen_options_for_good(payload: dict[str, Any]) -> None:
    options = {option["name"]: option for option in payload["options"]}
    assert " ".join(options) == OPTIONS
    assert len(options) == 18
    assert not any(option.get("required") for option in options.values())
    assert {name for name in options if options[name].get("autocomplete")} == AUTOCOMPLETED
    assert {name: options[name]["type"] for name in OPTION_TYPES} == OPTION_TYPES


async def test_inpaint_stays_under_eight_thousand_characters(payload: dict[str, Any]) -> None:
    assert characters(payload) <= 8000


async def test_inpaint_is_for_servers_only(payload: dict[str, Any]) -> None:
    assert payload["contexts"] == [0]
    assert payload["integration_types"] == [0]


def characters(part: dict[str, Any]) -> int:
    """Names, descriptions and values, as Discord counts them."""
    own = sum(len(str(part.get(key, ""))) for key in ("name", "description", "value"))
    return own + sum(
        characters(each) for key in ("options", "choices") for each in part.get(key, ())
    )


async def test_the_bot_asks_for_the_least(app: App) -> None:
    bot = build_bot(app)
    assert bot.intents == discord.Intents(guilds=True, guild_messages=True)
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict() == {"parse": []}
    assert list(bot.cached_messages) == []


def synced(world: World) -> int:
    return sum(method == "PUT" and "commands" in path for method, path in world.requests())


@SIMCORD
async def test_commands_are_synced_only_when_they_changed(world: World) -> None:
    assert synced(world) == 1
    await world.restart()
    assert synced(world) == 1
    await world.app.state.set(f"commands:{world.bot.application_id}:all", "older")
    await world.restart()
    assert synced(world) == 2


@SIMCORD
async def test_a_sync_that_fails_does_not_keep_the_bot_from_starting(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.app.state.set(f"commands:{world.bot.application_id}:all", "older")
    world.env.inject_error("PUT", "/applications/*/commands", status=503, times=1)
    await world.restart()
    assert "could not be synced" in caplog.text
    await world.restart()
    assert synced(world) == 3


@SIMCORD
async def test_a_command_may_be_synced_to_one_server_at_once(world: World) -> None:
    await world.restart(guild_ids_synced=(world.guild.id,))
    paths = [path for method, path in world.requests() if method == "PUT"]
    assert paths[-1].endswith(f"/guilds/{world.guild.id}/commands")


async def test_every_control_has_a_cog_that_does_it(app: App) -> None:
    bot: InpaintBot = build_bot(app)
    for name in COGS:
        await bot.load_extension(name)
    assert set(bot.presses) == set(LOOKS)
    assert set(bot.choosers) == set(USES)
    assert set(bot.forms) >= {"limits", "words", "pick"}


async def test_every_command_is_short_and_for_servers_only(app: App) -> None:
    bot = build_bot(app)
    for name in COGS:
        await bot.load_extension(name)
    payloads = [command.to_dict(bot.tree) for command in bot.tree.get_commands()]
    assert {each["name"] for each in payloads} >= {"task", "settings", "server", "help", "about"}
    assert all(characters(each) <= 8000 for each in payloads)
    assert all(each["contexts"] == [0] for each in payloads)
    locked = {each["name"]: each["default_member_permissions"] for each in payloads}
    for name in ("server", "credits-admin"):
        assert locked.pop(name) == discord.Permissions(manage_guild=True).value
    assert set(locked.values()) == {None}
