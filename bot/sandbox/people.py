"""The sample server: who is there and what they read first."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import discord
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.delivery.words import price
from bot.domain import Op
from bot.providers.base import ProviderSpec, Travel
from bot.sandbox.samples import SAMPLES
from bot.services.pricing import quote

BOT_NAME = "inpaint-bot"
SERVER_NAME = "Sample server"
CHANNEL_NAME = "pictures"
ADMIN_NAME = "Mara (sample admin)"
MEMBER_NAME = "Ben (sample member)"
GUIDE_NAME = "Guide (sample)"


@dataclass(frozen=True, slots=True)
class People:
    """Handles of what was built."""

    channel: ChannelHandle
    admin: MemberActor
    member: MemberActor
    guide: MemberActor


async def build_people(env: Env) -> People:
    """Build the server, always in this order, so that every run gives everybody the same id."""
    # A time of its own, because ids count up within one and the bot's commands take some too.
    await env.advance_time(60)
    if env.bot.user is not None:
        await env.bot.user.edit(username=BOT_NAME)
    admin, member, guide = (
        env.create_user(name.split()[0].lower(), global_name=name)
        for name in (ADMIN_NAME, MEMBER_NAME, GUIDE_NAME)
    )
    guild = env.create_guild(SERVER_NAME)
    role = guild.create_role("Admin", permissions=discord.Permissions(administrator=True))
    channel = guild.create_text_channel(CHANNEL_NAME, topic="Try the bot here: type /inpaint")
    people = People(
        channel,
        guild.add_member(admin, roles=[role]),
        guild.add_member(member),
        guild.add_member(guide),
    )
    await env.settle()
    return people


async def welcome(people: People, folder: Path, specs: Iterable[ProviderSpec]) -> None:
    """Post the guide's messages; `folder` holds the samples, `specs` are the providers here."""
    ways = "\n".join(f"- `{each.photo}` with `{each.mask}`: {each.idea}" for each in SAMPLES)
    await people.guide.send(
        people.channel,
        "Type `/inpaint`, press Enter, and pick **image** and **mask** from its options: a photo "
        "and a mask that belongs to it. White in the mask marks what to change.\n"
        "At the top, “Viewing as” switches between an admin and a member.\n"
        f"Try these, from `{folder}`:\n{ways}",
    )
    await people.guide.send(
        people.channel,
        "The built-in **Local** erases. To try a service that reads your **prompt**, pick it as "
        f"**provider**: {_offers(specs)}.\n"
        "Here they are stand-ins on this machine: nothing is sent or paid, their prices are made "
        "up, and what they paint is tinted in the color that the prompt names. `#nsfw`, "
        "`#failed`, `#fewer` or `#endless` in the prompt shows what happens then.",
    )


def _offers(specs: Iterable[ProviderSpec]) -> str:
    """The services by name, with what one edit costs."""
    return ", ".join(f"`{spec.slug}` ({_offer(spec)})" for spec in specs if spec.needs)


def _offer(spec: ProviderSpec) -> str:
    op = spec.ops[Op.INPAINT]
    cost = price(quote(spec, Op.INPAINT, op.makes or 1).credits)
    return f"{cost}, begins with `/imagine`" if op.image is Travel.PARENT else cost
