"""An unmodified discord.py lives on the stand-in's gateway as on Discord's."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import discord
import pytest
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket

from tests.standin.knobs import Knobs
from tests.standin.member import Did, Member, Street
from tests.standin.png import png
from tests.standin.pointing import point_at
from tests.standin.server import Parts, serving
from tests.standin.shapes import APPLICATION_ID, GUILD_ID

TOKEN = "a.b.c"
OTHER_GUILD = GUILD_ID + (1 << 22)  # the next shard's
Start = Callable[..., Awaitable["Stage"]]


class Form(ui.Modal, title="Words"):
    what: ui.Label["Form"] = ui.Label(text="What", component=ui.TextInput(custom_id="what"))
    file: ui.Label["Form"] = ui.Label(
        text="File", component=ui.FileUpload(custom_id="file", required=False)
    )

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        assert isinstance(self.what.component, ui.TextInput)
        assert isinstance(self.file.component, ui.FileUpload)
        sizes = [len(await each.read()) for each in self.file.component.values]
        await interaction.response.send_message(f"{self.what.component.value} {sizes}")


class Buttons(ui.LayoutView):
    row = ui.ActionRow["Buttons"]()

    @row.button(label="form", custom_id="form")
    async def form(self, interaction: discord.Interaction, _: object) -> None:
        await interaction.response.send_modal(Form(custom_id="the-form"))

    @row.button(label="more", custom_id="more")
    async def more(self, interaction: discord.Interaction, _: object) -> None:
        await interaction.response.edit_message(view=ui.LayoutView().add_item(ui.TextDisplay("ok")))

    @row.button(label="defer", custom_id="defer")
    async def defer(self, interaction: discord.Interaction, _: object) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()


class Bot(discord.AutoShardedClient):
    """One of everything that an interaction can be."""

    def __init__(self, intents: discord.Intents, silence_s_max: float) -> None:
        super().__init__(
            intents=intents,
            max_messages=None,
            heartbeat_timeout=silence_s_max,
            guild_ready_timeout=0.5,
        )
        self.tree = app_commands.CommandTree(self)
        self.tree.command()(look)
        self.tree.command()(wait)
        self.tree.command()(pick)
        self.heard: list[str] = []

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait 5 s: here nobody limits how often."""

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        data = interaction.data or {}
        self.heard.append(str(data.get("name") or data.get("custom_id")))

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message.content)


async def look(
    interaction: discord.Interaction, picture: discord.Attachment, who: discord.Member, n: int = 1
) -> None:
    """Show what was given."""
    allowed = interaction.app_permissions.attach_files
    data = await picture.read()
    where = interaction.channel.name if isinstance(interaction.channel, discord.TextChannel) else ""
    words = f"{len(data)} {who.id} {n} {allowed} {where}"
    await interaction.response.send_message(view=Buttons().add_item(ui.TextDisplay(words)))


async def wait(interaction: discord.Interaction) -> None:
    """Answer in two steps."""
    await interaction.response.defer(ephemeral=True)
    await interaction.edit_original_response(content="done")
    await interaction.followup.send("and more", ephemeral=True)


async def colors(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    found = [each for each in ("red", "blue") if each.startswith(current)]
    return [app_commands.Choice(name=each, value=each) for each in found]


@app_commands.autocomplete(what=colors)
async def pick(interaction: discord.Interaction, what: str) -> None:
    """Choose a color."""


class Stage:
    """A stand-in, a bot and a member."""

    def __init__(self, parts: Parts, bot: Bot, member: Member) -> None:
        self.parts, self.bot, self.member = parts, bot, member
        self.street = member.street

    def counts(self) -> dict[str, int]:
        return self.parts.rest.journal.counts()

    async def until(self, what: str, count: int = 1) -> None:
        async with asyncio.timeout(45):
            while self.counts().get(what, 0) < count:  # noqa: ASYNC110 (the journal has no bell)
                await asyncio.sleep(0.01)


@asynccontextmanager
async def playing(
    intents: discord.Intents | None = None, silence_s_max: float = 60.0, **knobs: object
) -> AsyncIterator[Stage]:
    async with serving(Knobs(**knobs)) as parts, Street(parts.base_url) as street:  # pyright: ignore[reportArgumentType]
        await street.guilds({"id": OTHER_GUILD, "channels": [888]})
        point_at(parts.base_url)
        chosen = intents or discord.Intents(guilds=True, guild_messages=True)
        bot = Bot(chosen, silence_s_max)
        async with bot:
            running = asyncio.create_task(bot.start(TOKEN))
            stage = Stage(parts, bot, Member(street, 5))
            try:
                with suppress(TimeoutError):
                    done, _ = await asyncio.wait(
                        {running, asyncio.ensure_future(street.connected(45))},
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if running in done:
                        running.result()
                yield stage
            finally:
                await bot.close()
                await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(autouse=True)
def _address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put discord.py's own addresses back afterwards."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


async def test_a_client_logs_in_and_sees_its_guilds_as_they_are() -> None:
    async with playing() as stage:
        await stage.bot.wait_until_ready()
        assert {guild.id for guild in stage.bot.guilds} == {GUILD_ID, OTHER_GUILD}
        channel = stage.bot.get_channel(888)
        assert isinstance(channel, discord.TextChannel)
        allowed = channel.permissions_for(channel.guild.me)
        assert (allowed.send_messages, allowed.manage_messages) == (True, False)
        assert stage.counts()["identify"] == 1


async def test_a_command_with_a_file_is_answered_and_its_buttons_work() -> None:
    async with playing() as stage:
        picture = await stage.street.upload(png(8, 8, (1, 2, 3)))
        did = await stage.member.command("look", picture=picture, who={"user": 6}, n=3)
        await did.answered()
        assert did.text == f"{len(png(8, 8, (1, 2, 3)))} 6 3 True channel-777"
        assert did.acknowledged_s is not None
        opened = await (await stage.member.press("form", of=did)).acknowledged()
        sent = await stage.member.fill_in(opened, what="hi", file=[picture])
        assert (await sent.answered()).text.startswith("hi [")
        pressed = await (await stage.member.press("more", of=did)).acknowledged()
        assert (await did.answered()).text == pressed.text == "ok"


async def test_a_deferred_answer_is_shown_to_its_member_alone() -> None:
    async with playing() as stage:
        did = await stage.member.command("wait")
        await did.until(lambda each: "and more" in each.text)
        assert did.text == "done\nand more"
        assert did.about["ephemeral"] is True
        assert await stage.street.messages(777) == []


async def test_what_was_said_while_away_is_told_once_on_resuming() -> None:
    async with playing() as stage:
        assert await stage.street.weather("drop", away_s=0.2, hangs=True) == 1
        did = await stage.member.command("wait")
        await stage.member.say("a", reply_to=None)
        await did.until(lambda each: "and more" in each.text)
        assert stage.bot.heard == ["wait", ""]  # without the intent for what it says
        counts = stage.counts()
        assert (counts["identify"], counts["resume"], counts["callback"]) == (1, 1, 1)


async def test_a_zombie_connection_is_noticed_and_resumed() -> None:
    async with playing(heartbeat_s=0.3, silence_s_max=1.0) as stage:
        assert await stage.street.weather("mute") == 1
        did = await stage.member.command("wait")
        await did.answered()
        # On a machine that is silent itself for a second it comes back more than once.
        assert stage.counts()["resume"] >= 1
        assert (stage.counts()["identify"], stage.bot.heard) == (1, ["wait"])


async def test_reconnect_and_a_resumable_session_are_resumed() -> None:
    async with playing() as stage:
        await stage.street.weather("reconnect")
        await stage.until("resume")
        await stage.street.connected()
        await stage.street.weather("invalidate", resumable=True)
        await stage.until("resume", 2)
        assert stage.counts()["identify"] == 1


@pytest.mark.parametrize("resume_s", [120.0, 0.0], ids=["told", "too late"])
async def test_a_session_that_is_over_begins_anew(resume_s: float) -> None:
    async with playing(resume_s=resume_s) as stage:
        if resume_s:
            await stage.street.weather("invalidate")
        else:
            await stage.street.weather("drop", away_s=0.1, hangs=True)
        await stage.until("identify", 2)
        assert stage.counts().get("resume", 0) == 0
        await (await stage.member.command("wait")).answered()


async def test_a_late_or_second_answer_is_refused() -> None:
    async with playing() as stage:
        old: Did = await stage.member.command("wait", age_s=4.0)
        await old.until(lambda each: each.about["refused"] == [10062])
        did = await (await stage.member.command("wait")).answered()
        interaction = stage.parts.interactions.by_id[did.id]
        session = stage.bot.http._HTTPClient__session  # type: ignore[attr-defined]
        url = f"{stage.parts.base_url}/api/v10/interactions/{did.id}/{interaction.token}/callback"
        async with session.post(url, json={"type": 5}) as answer:
            assert (await answer.json())["code"] == 40060
        assert stage.counts()["refused_callback"] == 2


async def test_a_token_dies() -> None:
    async with playing(token_s=0.0) as stage:
        did = await (await stage.member.command("wait")).acknowledged()
        token = stage.parts.interactions.by_id[did.id].token
        hook = discord.Webhook.partial(APPLICATION_ID, token, client=stage.bot)
        with pytest.raises(discord.HTTPException) as caught:
            await hook.edit_message("@original", content="x")  # pyright: ignore[reportArgumentType]
        assert caught.value.code == 50027


async def test_typing_is_offered_choices_and_what_is_not_there_cannot_be_pressed() -> None:
    async with playing() as stage:
        typed = await stage.member.complete("pick", "what", what="r")
        assert (await typed.acknowledged()).choices == [{"name": "red", "value": "red"}]
        did = await (await stage.member.command("wait")).answered()
        with pytest.raises(ValueError, match="no component"):
            await stage.member.press("no-such", of=did)


async def test_without_the_intent_only_what_mentions_the_bot_is_read() -> None:
    async with playing() as stage:
        await stage.member.say("secret")
        await stage.member.say(f"<@{APPLICATION_ID}> please")
        await (await stage.member.command("wait")).answered()
        assert stage.bot.heard == ["", f"<@{APPLICATION_ID}> please", "wait"]


async def test_a_wrong_token_and_a_refused_intent_end_the_client() -> None:
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with playing(discord.Intents(guilds=True, message_content=True)):
            pass
    with pytest.raises(discord.LoginFailure):
        async with playing(token="x.y.z"):
            pass


async def test_every_shard_hears_of_its_own_guilds() -> None:
    async with playing(shards=2) as stage:
        await stage.until("identify", 2)
        await stage.bot.wait_until_ready()
        assert {guild.id: guild.shard_id for guild in stage.bot.guilds} == {
            GUILD_ID: (GUILD_ID >> 22) % 2,
            OTHER_GUILD: (OTHER_GUILD >> 22) % 2,
        }
        await (await stage.member.command("wait")).answered()
        assert stage.bot.heard == ["wait"]
