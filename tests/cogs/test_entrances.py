"""Each rule is asked at every entrance that it holds for, after it changed, and at no other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord
import pytest
from discord import app_commands
from sqlalchemy import text

from bot.delivery.buttons import LOOKS
from bot.delivery.client import COGS, build_bot, use_of
from bot.delivery.menus import PICKS
from bot.delivery.selects import USES
from bot.services.access import Use
from tests.cogs.entering import NOTHING_OFFERED, Entrance, Things
from tests.cogs.entrances import ENTRANCES, prepare
from tests.cogs.staff import demote
from tests.cogs.world import SIMCORD, World

pytestmark = [*(SIMCORD,), pytest.mark.timeout(180)]

WATCHED = ("tasks", "accounts", "guild_settings", "guild_blocks", "guild_changes", "reports")


async def block(things: Things) -> None:
    guild, alice = things.world.guild.id, things.alice.id
    await things.world.app.desk.guilds.block(guild, things.world.bob.id, alice, None, "too loud")


async def take_role(things: Things) -> None:
    demote(things.world, things.alice, things.staff_role)


async def change_operators_list(things: Things) -> None:
    await things.world.restart(guilds=(1,))


def rules(**values: Any) -> Callable[[Things], Awaitable[object]]:
    async def change(things: Things) -> object:
        guilds = things.world.app.desk.guilds
        return await guilds.change(things.world.guild.id, things.world.bob.id, **values)

    return change


@dataclass(frozen=True)
class Rule:
    """What comes in between, the sentence that it has, and what it refuses."""

    change: Callable[[Things], Awaitable[object]]
    sentence: str
    refuses: Callable[[Entrance], bool]


def of(*uses: Use) -> Callable[[Entrance], bool]:
    return lambda entrance: entrance.use in uses


EVERYTHING = of(*Use)
RULES = {
    "a blocked member": Rule(
        block, "do not let you use this bot", of(Use.EDIT, Use.LOOK, Use.REPORT)
    ),
    "a role": Rule(rules(roles=(7,)), "is for <@&7> only", of(Use.EDIT, Use.LOOK)),
    "a channel": Rule(rules(channels=(8,)), "only in <#8>", of(Use.EDIT, Use.LOOK)),
    "a pause": Rule(rules(paused=True), "have paused new edits", of(Use.EDIT)),
    "a word": Rule(
        rules(blocked_words=("BOAT",), words_sentence="No boats."),
        "No boats.\nWrite it differently and send it again.\nNothing was charged.",
        lambda entrance: entrance.writes,
    ),
    "a lost permission": Rule(
        take_role, "is for members who may **Manage", of(Use.ADMIN, Use.MODERATE)
    ),
    "the operator's list": Rule(
        change_operators_list, "not switched on for this server", EVERYTHING
    ),
}


async def rows(world: World) -> list[list[Any]]:
    """All that an entrance could have changed; what the bot goes on with by itself is left out."""
    async with world.app.db.read() as session:
        kept = "SELECT id, state, hidden, card_state, message_id, mask_blob FROM tasks ORDER BY id"
        queries = [kept, *(f"SELECT * FROM {name}" for name in WATCHED[1:])]  # noqa: S608
        queries.append("SELECT * FROM member_preferences")
        return [list((await session.execute(text(query))).all()) for query in queries]


@pytest.mark.parametrize("name", RULES)
async def test_a_rule_is_asked_at_every_entrance(world: World, name: str) -> None:
    rule, things = RULES[name], await prepare(world)
    await rule.change(things)
    before = await rows(world)
    refused = {each: entrance for each, entrance in ENTRANCES.items() if rule.refuses(entrance)}
    answers = {each: await entrance.enter(things, each) for each, entrance in refused.items()}
    wrong = {each: answer for each, answer in answers.items() if not shut(each, answer, rule)}
    assert wrong == {}
    assert await rows(world) == before
    others = {each: ENTRANCES[each] for each in ENTRANCES if each not in refused}
    let_in = {each: await entrance.enter(things, each) for each, entrance in others.items()}
    wrong = {each: answer for each, answer in let_in.items() if unfit(answer, rule)}
    assert wrong == {}


def unfit(answer: str, rule: Rule) -> bool:
    return rule.sentence in answer or "Something broke" in answer


def shut(name: str, answer: str, rule: Rule) -> bool:
    return answer == NOTHING_OFFERED if name.startswith("typing") else rule.sentence in answer


async def test_the_table_has_every_entrance_that_there_is(world: World) -> None:
    bot = build_bot(world.app)
    for cog in COGS:
        await bot.load_extension(cog)
    commands = [each for each in bot.tree.walk_commands() if isinstance(each, app_commands.Command)]
    found = {f"command {each.qualified_name}": use_of(each) for each in commands}
    found["reply"] = Use.EDIT
    menus = bot.tree.get_commands(type=discord.AppCommandType.message)
    found |= {f"message {each.name}": use_of(each) for each in menus}
    for each in commands:
        typed = [option.name for option in each.parameters if option.autocomplete]
        found |= {f"typing {each.qualified_name} {option}": use_of(each) for option in typed}
    found |= {f"button {verb}": look.use for verb, look in LOOKS.items()}
    found |= {f"menu {what}": use for what, use in USES.items()}
    found |= {f"pick {what}": use for what, use in PICKS.items()}
    found |= {f"form {kind}": form.use for kind, form in bot.forms.items()}
    assert found == {name: entrance.use for name, entrance in ENTRANCES.items()}


async def test_without_a_rule_everybody_is_let_in(world: World) -> None:
    things = await prepare(world)
    answers = {name: await each.enter(things, name) for name, each in ENTRANCES.items()}
    sentences = ["Something broke", *(rule.sentence for rule in RULES.values())]
    assert [name for name, said in answers.items() if any(each in said for each in sentences)] == []
    nothing = {name for name, said in answers.items() if said == NOTHING_OFFERED}
    # No provider here has models.
    assert nothing == {"typing inpaint model", "typing imagine model"}
