"""Every way into the bot, with what goes in: commands, autocomplete, buttons, menus and forms."""

from collections.abc import Callable, Mapping
from typing import Any

from PIL import ImageChops
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.domain import TaskState
from bot.services.access import Use
from tests import assets
from tests.cogs.entering import Entrance, Things, button, command, form, menu, typing
from tests.cogs.going_on import GOING_ON, drafted, forms_of, going_on
from tests.cogs.pausing import pause, resume
from tests.cogs.picking import PICKING, asked, pictures
from tests.cogs.staff import copies, hand_out, promote
from tests.cogs.world import World
from tests.services.scripted import hang

INVERTED = ("mask.png", assets.encoded(ImageChops.invert(assets.mask(96, 64)), "PNG"))
S = TaskState


def other(things: Things) -> list[ChannelHandle]:
    return [things.other_channel]


def role(things: Things) -> list[Any]:
    return [things.staff_role]


Given = Callable[[Things], Any]
TASK: dict[str, Given] = {"task": lambda things: things.done_id}
WORDS: dict[str, Given] = {"prompt": lambda _: "a paper boat"}
WHO: dict[str, Given] = {"member": lambda things: things.world.bob}
WHY: dict[str, Given] = {"reason": lambda _: "a test"}
GRANT: dict[str, Given] = {**WHO, **WHY, "amount": lambda _: 1}

ENTRANCES: Mapping[str, Entrance] = {
    "command inpaint": command("inpaint", Use.EDIT),
    **PICKING,
    **GOING_ON,
    "command imagine": command("imagine", Use.EDIT, WORDS),
    "command task list": command("task list", Use.LOOK),
    "command task show": command("task show", Use.LOOK, TASK),
    "command task cancel": command("task cancel", Use.TAKE_BACK, TASK),
    "command settings": command("settings", Use.LOOK),
    "command providers": command("providers", Use.LOOK),
    "command help": command("help", Use.LOOK),
    "command about": command("about", Use.LOOK),
    "command server settings": command("server settings", Use.ADMIN),
    "command server log": command("server log", Use.ADMIN),
    "command server blocked": command("server blocked", Use.ADMIN),
    "command server block": command("server block", Use.ADMIN, WHO),
    "command server unblock": command("server unblock", Use.ADMIN, WHO),
    "command credits balance": command("credits balance", Use.LOOK),
    "command credits history": command("credits history", Use.LOOK),
    "command credits give": command("credits give", Use.LOOK, {**WHO, "amount": lambda _: 1}),
    "command credits leaderboard": command("credits leaderboard", Use.LOOK),
    "command credits stats": command("credits stats", Use.LOOK),
    "command credits sponsor": command("credits sponsor", Use.LOOK),
    "command credits-admin grant": command("credits-admin grant", Use.ADMIN, GRANT),
    "command credits-admin take": command("credits-admin take", Use.ADMIN, GRANT),
    "command credits-admin set": command(
        "credits-admin set", Use.ADMIN, {**WHO, **WHY, "level": lambda _: 3}
    ),
    "command credits-admin pool": command("credits-admin pool", Use.ADMIN),
    "command credits-admin prices": command("credits-admin prices", Use.ADMIN),
    "command credits-admin report": command("credits-admin report", Use.ADMIN),
    "command credits-admin export": command("credits-admin export", Use.ADMIN),
    "command privacy export": command("privacy export", Use.TAKE_BACK),
    "command privacy delete": command("privacy delete", Use.TAKE_BACK),
    "typing credits sponsor until": typing("credits sponsor", "until", Use.LOOK),
    "typing credits-admin prices provider": typing("credits-admin prices", "provider", Use.ADMIN),
    "button history": button("credits balance", "history", Use.LOOK),
    "button ranks": button("credits leaderboard", "ranks", Use.LOOK),
    "button chart": button("credits stats", "chart", Use.LOOK),
    "button give": button("gift", "give", Use.LOOK),
    "button unsponsor": button("sponsored", "unsponsor", Use.TAKE_BACK),
    "button books": button("credits-admin pool", "books", Use.ADMIN),
    "typing inpaint where": typing("inpaint", "where", Use.EDIT),
    "typing inpaint parent": typing("inpaint", "parent", Use.EDIT),
    "typing inpaint provider": typing("inpaint", "provider", Use.EDIT),
    "typing inpaint model": typing("inpaint", "model", Use.EDIT),
    "typing inpaint extra": typing("inpaint", "extra", Use.EDIT),
    "typing imagine provider": typing("imagine", "provider", Use.EDIT),
    "typing imagine model": typing("imagine", "model", Use.EDIT),
    "typing imagine extra": typing("imagine", "extra", Use.EDIT),
    "typing providers provider": typing("providers", "provider", Use.LOOK),
    "typing task show task": typing("task show", "task", Use.LOOK),
    "typing task cancel task": typing("task cancel", "task", Use.TAKE_BACK),
    "typing server block until": typing("server block", "until", Use.ADMIN),
    "button invert": button("draft", "invert", Use.EDIT, writes=True),
    "button go": button("draft", "go", Use.EDIT, writes=True),
    "button take": button("paused draft", "take", Use.EDIT, writes=True),
    "button again": button("card", "again", Use.EDIT, writes=True),
    "button upscale": button("imagined", "upscale", Use.EDIT, writes=True),
    "button vary": button("imagined", "vary", Use.EDIT, writes=True),
    "button cancel": button("running", "cancel", Use.TAKE_BACK),
    "button mine": button("task list", "mine", Use.LOOK),
    "button all": button("task list", "all", Use.LOOK),
    "button providers": button("one provider", "providers", Use.LOOK),
    "button changes": button("server settings", "changes", Use.ADMIN),
    "button blocked": button("server settings", "blocked", Use.ADMIN),
    "button server": button("server log", "server", Use.ADMIN),
    "button limits": button("server settings", "limits", Use.ADMIN),
    "button words": button("server settings", "words", Use.ADMIN),
    "button restore": button("first report", "restore", Use.MODERATE),
    "button remove": button("second report", "remove", Use.MODERATE),
    "menu ping": menu("settings", "ping", Use.LOOK, lambda _: ["always"]),
    "menu askfirst": menu("settings", "askfirst", Use.LOOK, lambda _: ["ask"]),
    "menu replies": menu("settings", "replies", Use.LOOK, lambda _: ["go"]),
    "menu favorite": menu("settings", "favorite", Use.LOOK, lambda _: ["plain"]),
    "menu ranked": menu("settings", "ranked", Use.LOOK, lambda _: ["no"]),
    "menu provider": menu("providers", "provider", Use.LOOK, lambda _: ["plain"]),
    "menu topic": menu("help", "topic", Use.LOOK, lambda _: ["mask"]),
    "menu default": menu("server settings", "default", Use.ADMIN, lambda _: ["plain"]),
    "menu providers": menu("server settings", "providers", Use.ADMIN, lambda _: ["plain"]),
    "menu reports": menu(
        "server settings", "reports", Use.ADMIN, lambda things: [things.other_channel]
    ),
    "form words": form("words", blocked_words="vase", words_sentence="Read the rules."),
    "form limits": form("limits", live_member_max="2"),
    # These change the rules that others are asked by, so they come last.
    "menu channels": menu(
        "server settings", "channels", Use.ADMIN, lambda things: [things.other_channel]
    ),
    "menu roles": menu("server settings", "roles", Use.ADMIN, role),
    "button pause": button("server settings", "pause", Use.ADMIN),
    "button resume": button("paused", "resume", Use.ADMIN),
    "button report": button("card", "report", Use.REPORT),
    "button delete": button("card", "delete", Use.TAKE_BACK),
    "button forget": button("privacy delete", "forget", Use.TAKE_BACK),
}


PAGES = (
    "task list",
    "settings",
    "help",
    "providers",
    "server settings",
    "server log",
    "credits balance",
    "credits leaderboard",
    "credits stats",
    "credits-admin pool",
    "privacy delete",
)


async def prepare(world: World) -> Things:
    """Everything that can be pressed, opened while all was allowed."""
    alice = world.alice
    elsewhere = world.guild.create_text_channel("elsewhere")
    staff = promote(world, alice, manage_guild=True)
    await world.env.settle()
    hand_out(world, alice, "server")
    hand_out(world, alice, "credits-admin")
    await world.inpaint()
    done_id = (await world.in_state(S.DONE)).id
    await copies(world, 8)
    card = world.card()
    posted, opened = await pictures(world)
    messages = {
        "card": card,
        **posted,
        **await _reports(world, elsewhere),
        **await _imagined(world),
        **await _edits(world),
        **await _pages(world),
        **await _money(world),
        "asked": await asked(world, card),
    }
    messages |= await going_on(world, done_id, messages["imagined"])
    messages |= await drafted(world, messages["draft"])
    forms = opened | await forms_of(world, card, messages["draft"])
    forms |= {
        kind: await alice.click(messages[f"button {kind}"], custom_id=f"{kind}:-")
        for kind in ("limits", "words")
    }
    return Things(world, alice, staff, elsewhere, messages, forms, done_id)


async def _imagined(world: World) -> dict[str, Any]:
    await world.alice.slash(world.channel, "imagine", prompt="a paper boat")
    await world.in_state(S.DONE)
    return {"imagined": world.cards()[-1]}


async def _reports(world: World, channel: ChannelHandle) -> dict[str, Any]:
    """Two cards of Bob's, reported by him."""
    await world.app.desk.guilds.change(world.guild.id, world.bob.id, report_channel=channel.id)
    for n in (1, 2):
        await world.inpaint(world.bob, prompt="bob's boat")
        await world.in_state(S.DONE)
        await world.bob.click(world.cards()[n], label="Report")
        await world.until(lambda: len(world.cards(channel)) == n)  # noqa: B023
    first, second = world.cards(channel)
    return {"first report": first, "second report": second}


async def _edits(world: World) -> dict[str, Any]:
    world.provider.polls = [hang]
    await pause(world, "scripted")
    paused = await world.inpaint(provider="scripted")
    await resume(world, "scripted")
    draft = await world.inpaint(mask=INVERTED)
    await world.inpaint(prompt="a slow boat")
    await world.in_state(S.RUNNING)
    drafts = {"draft": draft.response, "paused draft": paused.response}
    return {**drafts, "running": world.cards()[-1]}


async def _pages(world: World) -> dict[str, Any]:
    pages = {
        name: await _opened(world, each.on) for name, each in ENTRANCES.items() if each.on in PAGES
    }
    alice, guilds = world.alice, world.app.desk.guilds
    await guilds.change(world.guild.id, alice.id, paused=True)
    pages["button resume"] = await _opened(world, "server settings")
    await guilds.change(world.guild.id, alice.id, paused=False)
    pages["one provider"] = await _opened(world, "providers", provider="plain")
    pages["button all"] = await _opened(world, "task list", whose="mine")
    pages["button mine"] = await _opened(world, "task list", whose="all")
    return pages


async def _money(world: World) -> dict[str, Any]:
    """A gift that waits for its confirmation, and a thread that Alice pays for."""
    gift = await world.alice.slash(world.channel, "credits give", member=world.bob, amount=200)
    paid = await world.alice.slash(world.thread(), "credits sponsor", amount=5)
    return {"gift": gift.response, "sponsored": paid.response}


async def _opened(world: World, path: str, **options: str) -> ResponseMessage:
    result = await world.alice.slash(world.channel, path, **options)
    assert result.response is not None
    return result.response
