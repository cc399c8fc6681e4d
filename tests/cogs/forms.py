"""All forms of the bot, each opened as a member opens it, and what may be sent with them."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st
from simcord.results import InteractionResult

from bot.domain import Task, TaskState
from bot.services import findings
from bot.services.grants import grant
from bot.services.guild_rules import GuildRules
from bot.services.ledger import user_code
from tests import assets
from tests.cogs.entering import ids_of
from tests.cogs.finding import INVERTED, finished
from tests.cogs.picking import EDIT
from tests.cogs.staff import promote
from tests.cogs.test_hostile_words import NASTY
from tests.cogs.world import MASK, PHOTO, World

S = TaskState
EXAMPLES = 20 if os.environ.get("EXAMPLES") else 3
RULES = ("limits", "words")
MENU = ("same", "paint", "expand")
PIECES = (
    *(words[:80] for name, words in NASTY.items() if name != "half"),
    "", " ", "\n", "\u3000", "\u200b", "\u0085\u2028", "\u202e\u2066", "a red boat", "boat, boat",
    "0", "1", "-1", "3", "1e3", "1,000", "٣", "²", "½", "nan", "inf", "-inf", "9" * 9, "100%",
    "left 25%", "up 1e9%", "left nan%", "all sides 101%", "center 40%", "B2, C2-D3", "same",
    "inverse", "same as zzzzzzzzzz", "`", "``` @everyone", "<@1>", "[a](https://evil.example)",
    "https://evil.example", "x" * 61,
)  # fmt: skip
HALVES = ("Cs",)  # of letters, which none of Discord's JSON holds


class Typed(NamedTuple):
    """A text to type; `over`: again and again, as far as its field goes."""

    text: str
    over: bool = False

    def within(self, length_max: int) -> str:
        """What Discord lets through."""
        whole = self.text * (length_max // len(self.text) + 1) if self.over else self.text
        return whole[:length_max]


ODD = st.text(st.characters(exclude_categories=HALVES), max_size=6)
ONCE = st.just(False)
TYPED = (
    st.builds(Typed, st.lists(st.sampled_from(PIECES) | ODD, max_size=5).map("".join), ONCE)
    | st.builds(Typed, st.sampled_from(PIECES), ONCE)
    | st.builds(Typed, st.sampled_from([each for each in PIECES if each]), st.just(True))
)
FILES = {
    "a mask": MASK,
    "no picture": ("mask.png", b"\x89PNG and no more"),
    "another shape": ("../../mask\u202e.png", assets.encoded(assets.mask(64, 96), "PNG")),
}
NUMBERS = ("live_member_max", "live_guild_max", "prompt_length_max", "retention_days")
PROMPT = st.fixed_dictionaries({"prompt": TYPED})
SENT: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "edit": PROMPT,
    "same": PROMPT,
    "paint": PROMPT,
    "expand": st.fixed_dictionaries({"prompt": TYPED, "where": TYPED}),
    "prompt": PROMPT,
    "pick": st.fixed_dictionaries(
        {"prompt": TYPED, "way": st.sampled_from(["file", "where", "clear"])},
        optional={
            "where": TYPED,
            "provider": st.sampled_from([["-"], ["scripted"], ["plain"], []]),
            "mask": st.sampled_from([*FILES]),
        },
    ),
    "limits": st.fixed_dictionaries({}, optional=dict.fromkeys(NUMBERS, TYPED)),
    "words": st.fixed_dictionaries({"blocked_words": TYPED, "words_sentence": TYPED}),
}


class Stage:
    """A finished edit, a picture and the server's settings in front of Alice."""

    def __init__(self, world: World, card: Any, picture: Any, page: Any) -> None:
        self.world, self.card, self.picture, self.page = world, card, picture, page

    async def opened(self, kind: str) -> InteractionResult:
        """A form that is open; Discord takes each once."""
        alice, world = self.world.alice, self.world
        match kind:
            case "pick":
                return await alice.context_menu(world.channel, EDIT, self.picture)
            case "prompt":
                draft = (await world.inpaint(mask=INVERTED)).response
                return await alice.click(draft, label="Prompt")
            case "edit":
                return await alice.click(self.card, custom_id=self._id("edit:"))
            case _ if kind in MENU:
                return await alice.select(self.card, [kind], custom_id=self._id("pick/more:"))
            case _:
                return await alice.click(self.page, custom_id=f"{kind}:-")

    def _id(self, begin: str) -> str:
        return next(each for each in ids_of(self.card) if each.startswith(begin))

    async def at_rest(self) -> list[Task]:
        """All rows, once nobody works at one and all is shown."""
        while True:
            tasks = await self.world.tasks()
            if all(_rests(task) for task in tasks):
                return tasks
            await self.world.clock.advance(1)

    async def spent(self) -> int:
        """What Alice has paid so far; the books are right, and nothing is held."""
        async with self.world.app.db.read() as session:
            assert (await findings.look(session)).sound
        tasks = await self.at_rest()
        assert sum(task.held for task in tasks) == 0
        return sum(task.settled for task in tasks)

    async def rules(self) -> GuildRules:
        """What the server's admins have chosen."""
        return (await self.world.app.desk.guilds.overview(self.world.guild.id)).rules

    async def tidy(self) -> None:
        """No rule, no draft, and no press so recent that the next might be its twin."""
        guild_id, alice_id = self.world.guild.id, self.world.alice.id
        fresh = dict.fromkeys(NUMBERS) | {"blocked_words": (), "words_sentence": ""}
        await self.world.app.desk.guilds.change(guild_id, alice_id, **fresh)
        await self.world.clock.advance(2 * 3600)
        await self.world.app.tasks.expire_drafts()


def _rests(task: Task) -> bool:
    shown = task.view_posted >= task.view_rev
    return task.state is S.DRAFT or (task.state.is_terminal and (shown or not task.held))


async def staged(world: World) -> Stage:
    """Everything that forms are opened from; Alice may Manage Server, and is rich."""
    alice = world.alice
    promote(world, alice, manage_guild=True)
    async with world.app.db.write() as session:
        code = user_code(world.guild.id, alice.id)
        await grant(session, world.app.ledger, code, 100_000, "forms")
    await world.env.settle()
    await finished(world)
    page = (await alice.slash(world.channel, "server settings")).response
    picture = await world.bob.send(world.channel, attachments=[PHOTO])
    return Stage(world, world.card(), picture, page)


def cut(form: InteractionResult, values: Mapping[str, Any]) -> dict[str, Any]:
    """What Discord lets through: no text is longer than its field."""
    assert form.modal
    controls = {each["custom_id"]: each for each in fields_of(form.modal)}
    return {
        name: value.within(controls[name]["max_length"])
        if isinstance(value, Typed)
        else FILES.get(str(value), value)
        for name, value in values.items()
    }


def fields_of(modal: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The controls of a form."""
    return [each["component"] for each in modal["components"]]
