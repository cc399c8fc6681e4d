"""A server's own rules in the intake, where nothing gets past them, and how they are changed."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.domain import Options, Task, TaskState
from bot.errors import BadOption, LimitReached, NotAllowed
from bot.services.guild_rules import GuildRules
from tests import assets
from tests.services.engine import ALICE, BOB, CHANNEL, GUILD, purse, request, who
from tests.services.scripted import Scripted

ROLE = 501
ENTRANCES: dict[str, Callable[[App, Task, Task, Path], Awaitable[Task]]] = {
    "command": lambda app, _draft, _old, folder: app.intake.submit(request(folder, "k9")),
    "go": lambda app, draft, _old, _folder: app.intake.go(draft.id, who()),
    "invert": lambda app, draft, _old, _folder: app.intake.invert(draft.id, who()),
    "again": lambda app, _draft, old, _folder: app.intake.again(old.id, who(), "k9"),
}
RULES: dict[str, tuple[dict[str, Any], str]] = {
    "a role": ({"roles": (ROLE,)}, "is for <@&501> only"),
    "a channel": ({"channels": (CHANNEL + 1,)}, "works only in <#78>"),
    "a pause": ({"paused": True}, "paused new edits"),
    "a word": ({"blocked_words": ("VASE",)}, "does not allow “VASE”"),
    "a word with a sentence": (
        {"blocked_words": ("vase",), "words_sentence": "Read our rules."},
        "Read our rules.\nWrite it differently",
    ),
}


async def draft_and_old(app: App, folder: Path) -> tuple[Task, Task]:
    """A draft, and an edit that is over."""
    inverted = assets.save(assets.mask(64, 48, (0, 0, 64, 36)), folder / "mask.png")
    draft = await app.intake.submit(request(folder, "k1", mask=inverted))
    old = await app.intake.submit(request(folder, "k2"))
    await app.tasks.cancel(old.id, ALICE, may_manage=False)
    return draft, old


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("entrance", ENTRANCES)
async def test_a_rule_is_asked_by_the_intake_itself(
    idle: App, tmp_path: Path, rule: str, entrance: str
) -> None:
    draft, old = await draft_and_old(idle, tmp_path)
    values, sentence = RULES[rule]
    await idle.desk.guilds.change(GUILD, BOB, **values)
    with pytest.raises(NotAllowed) as refused:
        await ENTRANCES[entrance](idle, draft, old, tmp_path)
    assert sentence in refused.value.sentence
    assert "charged" not in refused.value.sentence
    assert await idle.tasks.get(draft.id) == draft
    assert (await purse(idle))[1] == 0


@pytest.mark.parametrize("entrance", ENTRANCES)
async def test_a_blocked_member_is_kept_out_until_the_time_is_over(
    idle: App, tmp_path: Path, entrance: str
) -> None:
    draft, old = await draft_and_old(idle, tmp_path)
    until = idle.clock.now() + timedelta(days=30)
    await idle.desk.guilds.block(GUILD, BOB, ALICE, until, " too \n loud ")
    with pytest.raises(NotAllowed, match=f"until <t:{int(until.timestamp())}:f>. Reason: too loud"):
        await ENTRANCES[entrance](idle, draft, old, tmp_path)
    await idle.desk.guilds.block(GUILD, BOB, ALICE, idle.clock.now(), "")
    assert await ENTRANCES[entrance](idle, draft, old, tmp_path)


async def test_rules_that_fit_let_in(idle: App, tmp_path: Path) -> None:
    rules = {"roles": (ROLE,), "channels": (5, CHANNEL), "blocked_words": ("va", "red vases")}
    await idle.desk.guilds.change(GUILD, BOB, **rules)
    wish = replace(request(tmp_path), role_ids=frozenset({ROLE, 3}))
    assert (await idle.intake.submit(wish)).state is TaskState.QUEUED


async def test_a_thread_counts_as_the_channel_that_it_is_in(idle: App, tmp_path: Path) -> None:
    await idle.desk.guilds.change(GUILD, BOB, channels=(CHANNEL,))
    thread = {"channel_id": 900, "place_ids": frozenset({900, CHANNEL})}
    assert await idle.intake.submit(request(tmp_path, **thread))
    elsewhere = {"channel_id": 901, "place_ids": frozenset({900, CHANNEL})}
    with pytest.raises(NotAllowed):
        await idle.intake.submit(request(tmp_path, "k2", **elsewhere))


async def test_another_servers_rules_do_not_count(idle: App, tmp_path: Path) -> None:
    await idle.desk.guilds.change(GUILD + 1, BOB, paused=True)
    await idle.desk.guilds.block(GUILD + 1, BOB, ALICE, None, "")
    assert await idle.intake.submit(request(tmp_path))


async def test_words_are_asked_of_all_that_a_member_writes(idle: App, tmp_path: Path) -> None:
    await idle.desk.guilds.change(GUILD, BOB, blocked_words=("boat",))
    for options in (Options(negative_prompt="no boat"), Options(extra={"style": "boat"})):
        with pytest.raises(NotAllowed, match="boat"):
            await idle.intake.submit(request(tmp_path, options=options))


async def test_a_servers_limits_are_never_above_the_operators(idle: App, tmp_path: Path) -> None:
    await idle.desk.guilds.change(GUILD, BOB, prompt_length_max=5, live_member_max=99)
    with pytest.raises(LimitReached, match="10 characters, and 5 fit"):
        await idle.intake.submit(request(tmp_path))
    await idle.desk.guilds.change(GUILD, BOB, prompt_length_max=None)
    for n in range(3):
        await idle.intake.submit(request(tmp_path, f"n{n}"))
    with pytest.raises(LimitReached, match="already have 3 edits"):
        await idle.intake.submit(request(tmp_path, "n9"))
    await idle.desk.guilds.change(GUILD, BOB, live_guild_max=3)
    with pytest.raises(LimitReached, match="server already has 3 edits"):
        await idle.intake.submit(request(tmp_path, "n9", user_id=BOB))


async def test_the_live_limit_of_a_server_is_asked_when_credits_are_held_too(
    idle: App, tmp_path: Path
) -> None:
    draft, _ = await draft_and_old(idle, tmp_path)
    await idle.intake.submit(request(tmp_path, "k3"))
    await idle.desk.guilds.change(GUILD, BOB, live_member_max=1)
    with pytest.raises(LimitReached, match="already have 1 edit running"):
        await idle.intake.go(draft.id, who())


async def test_the_length_of_a_prompt_is_asked_again_at_go(idle: App, tmp_path: Path) -> None:
    draft, old = await draft_and_old(idle, tmp_path)
    await idle.desk.guilds.change(GUILD, BOB, prompt_length_max=5)
    for pressed in (idle.intake.go(draft.id, who()), idle.intake.again(old.id, who(), "k3")):
        with pytest.raises(LimitReached, match="10 characters, and 5 fit"):
            await pressed


async def test_every_change_is_written_down_once(idle: App) -> None:
    await idle.desk.guilds.change(GUILD, ALICE, channels=(5, 6), paused=True)
    await idle.desk.guilds.change(GUILD, ALICE, channels=(5, 6), paused=True)
    await idle.desk.guilds.change(GUILD, BOB, channels=(), live_member_max=2)
    page = await idle.desk.guilds.changes(GUILD, 1)
    told = [(each.name, each.before, each.after, each.actor_id) for each in page.items]
    assert told == [
        ("live_member_max", "", "2", BOB),
        ("channels", "<#5>, <#6>", "", BOB),
        ("paused", "no", "yes", ALICE),
        ("channels", "", "<#5>, <#6>", ALICE),
    ]
    assert all(each.at <= idle.clock.now() for each in page.items)
    assert (await idle.desk.guilds.changes(GUILD + 1, 1)).items == ()


async def test_blocks_are_written_down_with_their_end(idle: App) -> None:
    guilds = idle.desk.guilds
    await guilds.block(GUILD, BOB, ALICE, None, "spam")
    assert [each.user_id for each in (await guilds.blocked(GUILD, 1)).items] == [ALICE]
    assert (await guilds.overview(GUILD)).blocked == 1
    assert await guilds.unblock(GUILD, BOB, ALICE)
    assert not await guilds.unblock(GUILD, BOB, ALICE)
    page = await guilds.changes(GUILD, 1)
    assert [(each.name, each.after) for each in page.items] == [
        ("Member let in again", ""),
        ("Member blocked", f"<@{ALICE}> for good: spam"),
    ]
    assert (await guilds.blocked(GUILD, 1)).items == ()


async def test_an_upload_limit_that_was_learned_survives_a_change(idle: App) -> None:
    await idle.cards.limit_lowered(GUILD, 1000)
    await idle.desk.guilds.change(GUILD, BOB, paused=True)
    await idle.cards.limit_lowered(GUILD, 900)
    assert await idle.cards.upload_limit(GUILD) == 900
    assert (await idle.desk.guilds.overview(GUILD)).rules == GuildRules(paused=True)


async def test_a_default_that_is_not_allowed_any_more_goes(idle: App, provider: Scripted) -> None:
    slug = provider.spec.slug
    with pytest.raises(BadOption, match="no provider `nobody`"):
        await idle.desk.guilds.change(GUILD, BOB, default_provider="nobody")
    rules = await idle.desk.guilds.change(GUILD, BOB, default_provider=slug, providers=(slug,))
    assert rules.default_provider == slug
    assert rules.allows(slug)
    assert not rules.allows("other")
