"""Admins and moderators, and what all sorts of answers say."""

from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import RoleHandle
from simcord.results import InteractionResult
from sqlalchemy import insert, select

from bot.db.models import TaskRow
from bot.domain import CardState, TaskState
from bot.services.rows import new_id
from tests.cogs.world import World, text_of


def promote(world: World, member: MemberActor, **permissions: bool) -> RoleHandle:
    """Give a member a role with these permissions."""
    role = world.guild.create_role("staff", permissions=discord.Permissions(**permissions))
    world.env.backend.add_member_role(world.guild.id, member.id, role.id)
    return role


def demote(world: World, member: MemberActor, role: RoleHandle) -> None:
    world.env.backend.remove_member_role(world.guild.id, member.id, role.id)


def hand_out(world: World, member: MemberActor, name: str) -> None:
    """Let Discord show a command to a member whatever their permissions are, as admins can."""
    backend = world.env.backend
    shown = backend.visible_commands(user_id=member.id, channel_id=world.channel.id)
    (command_id,) = [int(each["id"]) for each in shown if each["name"] == name]
    world.guild.set_command_permissions(command_id, {member: True})


async def admin(world: World) -> MemberActor:
    """Somebody who may Manage Server."""
    member = world.guild.add_member(world.env.create_user("mara"))
    promote(world, member, manage_guild=True)
    await world.env.settle()
    return member


def said(result: InteractionResult) -> str:
    """Everything that a member reads in answer; a form counts by its title."""
    messages = [result.response, *result.followups]
    texts = [text_of(each) for each in messages if each is not None]
    return "\n".join([*texts, str((result.modal or {}).get("title", ""))])


async def copies(world: World, count: int, **changes: Any) -> list[str]:
    """More rows like the newest one, without a card, so that lists get long."""
    gone = {"card_state": CardState.LOST, "message_id": None, "state": TaskState.DONE}
    unique = {"client_ref": None, "remote_id": None, "reply_token": None}
    async with world.app.db.write() as session:
        newest = select(TaskRow.__table__).order_by(TaskRow.seq.desc()).limit(1)
        row = dict((await session.execute(newest)).mappings().one())
        del row["seq"]
        made = [new_id() for _ in range(count)]
        for n, task_id in enumerate(made):
            own = {"id": task_id, "request_key": f"copy-{task_id}", "prompt": f"copy {n}"}
            await session.execute(
                insert(TaskRow).values({**row, **gone, **unique, **own, **changes})
            )
    return made
