"""What cannot be done is said in one sentence, costs nothing and leaves nothing behind."""

from typing import Any

import discord
import pytest
from PIL import Image
from simcord.results import InteractionResult

from bot.domain import TaskState
from tests import assets
from tests.cogs.world import MASK, PHOTO, SIMCORD, World, text_of
from tests.services.scripted import hang

pytestmark = SIMCORD

S = TaskState


def png(name: str, image: Image.Image) -> tuple[str, bytes]:
    return name, assets.encoded(image, "PNG")


def mask_of(value: int) -> tuple[str, bytes]:
    return png("mask.png", Image.new("L", (96, 64), value))


TABLE: dict[str, tuple[dict[str, Any], str]] = {
    "neither image nor parent": ({"image": None, "mask": None}, "Attach a picture as `image`"),
    "both image and parent": ({"parent": "k3f9x2abcd"}, "either `image` or `parent`, not both"),
    "a result without a parent": ({"result": 1}, "`result` says which picture of a `parent`"),
    "not an image": ({"image": ("a.png", b"hello, world" * 9)}, "not an image"),
    "not an image by its type": ({"image": ("a.txt", b"hello")}, "not an image but `text/plain`"),
    "a HEIC picture": ({"image": ("IMG_1.HEIC", b"\0" * 40)}, "is HEIC. Save it as JPEG or PNG"),
    "an AVIF picture": ({"image": ("a.avif", b"\0" * 40)}, "is AVIF. Save it as JPEG, PNG or WebP"),
    "a HEIC mask": ({"mask": ("m.heic", b"\0" * 40)}, "Your mask is HEIC"),
    "a truncated picture": (
        {"image": (PHOTO[0], PHOTO[1][: len(PHOTO[1]) // 2])},
        "is cut off: the",
    ),
    "a mask of another shape": ({"mask": png("m.png", assets.mask(64, 96))}, "shape"),
    "an empty mask": ({"mask": mask_of(0)}, "empty"),
    "a full mask": ({"mask": mask_of(255)}, "whole picture"),
    "no mask": ({"mask": None}, "Tell me where to edit"),
    "an unknown parent": (
        {"image": None, "mask": None, "parent": "zzzzzzzzzz"},
        "I do not know that task here",
    ),
    "an option of no provider": ({"steps": 20}, "`steps`"),
    "an option out of range": ({"strength": 7.5}, "from 0 to 1"),
    "an unreadable extra": ({"extra": "bold"}, "pairs like `name=value`"),
    "an unknown extra": ({"extra": "sauce=hot"}, "`sauce`"),
    "an option that the chosen provider lacks": (
        {"provider": "plain", "strength": 0.5},
        "Plain does not take `strength`. Scripted can.",
    ),
    "more pictures than the chosen provider makes": (
        {"provider": "plain", "count": 3},
        "makes 1",
    ),
    "an unknown provider": ({"provider": "nobody"}, "no provider `nobody` here"),
    "a prompt too long": ({"prompt": "x" * 1001}, "1,001 characters"),
}


def says_once_that_it_is_free(said: InteractionResult) -> bool:
    text = text_of(said.response).rstrip()
    return text.endswith("\nNothing was charged.") and text.count("charged") == 1


@pytest.mark.parametrize(
    ("options", "sentence"), [pytest.param(*case, id=name) for name, case in TABLE.items()]
)
async def test_bad_input_gets_its_sentence(
    world: World, options: dict[str, Any], sentence: str
) -> None:
    said = await world.inpaint(**options)
    assert said.ephemeral
    assert sentence in text_of(said.response)
    assert "Something broke" not in text_of(said.response)
    assert says_once_that_it_is_free(said)
    await world.clock.advance(60)
    assert await world.tasks() == []
    assert world.cards() == []
    assert world.leftovers() == []
    assert [path for path in (world.folder / "blobs").rglob("*") if path.is_file()] == []


async def test_a_picture_over_25_mb_is_refused_before_it_is_downloaded(world: World) -> None:
    huge = ("big.png", b"\0" * (25 * 2**20 + 1))
    said = await world.inpaint(image=huge)
    assert "25.1 MB; the most I take is 25 MB" in text_of(said.response)
    assert says_once_that_it_is_free(said)
    assert world.leftovers() == []


async def test_a_decompression_bomb_is_refused(world: World) -> None:
    bomb = png("bomb.png", Image.new("1", (20_000, 20_000)))
    said = await world.inpaint(image=bomb)
    assert "megapixels" in text_of(said.response)
    assert says_once_that_it_is_free(said)


async def test_an_unfinished_parent_is_refused(world: World) -> None:
    world.provider.polls = [hang]
    await world.inpaint()
    running = await world.in_state(S.RUNNING)
    said = await world.inpaint(image=None, mask=None, parent=running.id)
    assert "not finished yet" in text_of(said.response)
    assert says_once_that_it_is_free(said)


async def test_a_parent_in_a_channel_that_the_member_cannot_view_is_unknown(world: World) -> None:
    hidden = world.hidden_from(world.bob)
    await world.env.settle()
    await world.inpaint(channel=hidden)
    secret = await world.in_state(S.DONE)
    said = await world.inpaint(world.bob, image=None, mask=None, parent=secret.id)
    assert "I do not know that task here" in text_of(said.response)
    said = await world.inpaint(world.alice, image=None, mask=None, parent=secret.id)
    assert "I do not know" not in text_of(said.response)


async def test_a_parent_of_another_server_is_unknown(world: World) -> None:
    await world.inpaint()
    theirs = await world.in_state(S.DONE)
    other = world.env.create_guild("Other")
    place = other.create_text_channel("elsewhere")
    eve = other.add_member(world.env.create_user("eve"))
    await world.env.settle()
    said = await world.inpaint(eve, place, image=None, mask=None, parent=theirs.id)
    assert "I do not know that task here" in text_of(said.response)


async def test_a_member_may_have_three_running(world: World) -> None:
    world.provider.polls = [hang]
    for _ in range(3):
        await world.inpaint()
    said = await world.inpaint()
    assert "already have 3 edits running" in text_of(said.response)
    assert says_once_that_it_is_free(said)
    assert len(await world.tasks()) == 3


PERMISSIONS = [
    ({"send_messages": False}, "**Send Messages**"),
    ({"attach_files": False}, "**Attach Files**"),
    ({"read_message_history": False}, "**Read Message History**"),
    (
        {"attach_files": False, "read_message_history": False},
        "permissions in this channel: **Attach Files, Read Message History**",
    ),
]


@pytest.mark.parametrize(("denied", "named"), PERMISSIONS)
async def test_a_missing_permission_is_named(
    world: World, denied: dict[str, bool], named: str
) -> None:
    overwrites: Any = {world.guild.default_role: discord.PermissionOverwrite(**denied)}
    strict = world.guild.create_text_channel("strict", overwrites=overwrites)
    await world.env.settle()
    said = await world.inpaint(channel=strict, image=PHOTO, mask=MASK)
    assert named in text_of(said.response)
    assert says_once_that_it_is_free(said)
    assert await world.tasks() == []


async def test_a_bug_shows_only_its_reference(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("a secret")

    world.app.intake.submit = broken  # pyright: ignore[reportAttributeAccessIssue]
    world.bugs = (KeyError,)
    said = await world.inpaint()
    assert "Something broke, ref `" in text_of(said.response)
    assert "secret" not in text_of(said.response)
    ref = text_of(said.response).split("`")[1]
    assert any(ref in record.getMessage() for record in caplog.records)
