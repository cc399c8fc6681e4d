"""All commands and their arguments; `act` names the function that does the work."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bot.services.version import version

if TYPE_CHECKING:
    # The name that argparse gives to what add_subparsers answers.
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # pyright: ignore[reportPrivateUsage]

WIDEN_MAX_PX = 512
FIRST_PORT, PACE_S = 8650, 5.0
COUNT_MAX = 8
PAGE = 50
DAYS = 30


def build_parser() -> argparse.ArgumentParser:
    """Every command; what it works with is imported when it runs."""
    parser = argparse.ArgumentParser(
        prog="inpaint-bot", description="A Discord bot that edits parts of pictures."
    )
    parser.add_argument("--version", action="version", version=f"inpaint-bot {version()}")
    commands = parser.add_subparsers(required=True, metavar="command")
    for add in (_run, _sandbox, _standins, _edit, _config, _sync, _providers, _db, _ledger):
        add(commands)
    return parser


def _command(
    commands: "Commands", name: str, act: str, about: str, **defaults: object
) -> argparse.ArgumentParser:
    """A command that works on a data folder."""
    command = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    command.add_argument("--data", metavar="FOLDER", help="data folder; overrides DATA_DIR")
    standard = {"act": f"bot.cli.{act}", "quiet": True, "lists_mistakes": False}
    command.set_defaults(**{**standard, **defaults})
    return command


def _group(commands: "Commands", name: str, about: str) -> "Commands":
    group = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    return group.add_subparsers(required=True, metavar="command")


def _run(commands: "Commands") -> None:
    about = "run the bot on Discord; needs DISCORD_TOKEN"
    _command(commands, "run", "serving:run", about, quiet=False, lists_mistakes=True)


def _sandbox(commands: "Commands") -> None:
    about = "try the bot in a browser, without token or key; stand-ins take the providers' place"
    command = _command(
        commands, "sandbox", "serving:sandbox", about, quiet=False, lists_mistakes=True
    )
    command.add_argument("--port", type=int, default=8642, help="port of the page on this machine")
    command.add_argument("--no-browser", action="store_true", help="do not open a browser")
    _add_pace(command)


def _standins(commands: "Commands") -> None:
    about = "serve stand-ins for the providers here, and print the settings that lead to them"
    command = _command(commands, "standins", "standins:serve", about, lists_mistakes=True)
    first = "port of the first one, the others follow; 0 takes any that are free (8650)"
    command.add_argument("--port", type=_port, default=FIRST_PORT, help=first)
    _add_pace(command)


def _add_pace(command: argparse.ArgumentParser) -> None:
    about = "how long the providers' stand-ins take for a job (5)"
    command.add_argument("--pace", type=_seconds, default=PACE_S, metavar="SECONDS", help=about)


def _edit(commands: "Commands") -> None:
    about = "edit one picture here; on a database of its own unless --data names one"
    command = _command(commands, "edit", "editing:edit", about, lists_mistakes=True)
    picture = command.add_mutually_exclusive_group(required=True)
    picture.add_argument("photo", nargs="?", type=Path, metavar="PHOTO", help="picture to change")
    picture.add_argument("--demo", action="store_true", help="take a picture made for trying")
    add = command.add_argument
    add("--out", type=Path, required=True, metavar="FILE", help="result: .png, .webp or .jpg")
    add("--mask", type=Path, help="picture of the same shape: white changes, black stays")
    where = "place in words: center 40%%, top left, B2, left 25%% (adds room there)"
    add("--where", default="", metavar="PLACE", help=where)
    add("--prompt", default="", help="what should be there")
    add("--provider", help="who does it; left out, one that can is picked")
    add(
        "--count",
        type=_count,
        default=1,
        metavar="N",
        help="how many pictures; FILE then becomes FILE-1 and on",
    )
    add("--seed", type=_natural, help="the same seed gives the same picture again")
    add("--invert", action="store_true", help="turn the mask around")
    add("--grow", type=_widening, metavar="PX", help="widen the mask by this many pixels")
    add("--feather", type=_widening, metavar="PX", help="soften the mask's edge over these pixels")
    add("--force", action="store_true", help="overwrite FILE, and take a doubtful mask as it is")


def _config(commands: "Commands") -> None:
    about = "show every setting, where it comes from, and what is wrong"
    command = _command(commands, "config", "config:show", about, lists_mistakes=True)
    form = command.add_mutually_exclusive_group()
    form.add_argument("--table", action="store_true", help="print the table of docs/operating.md")
    form.add_argument("--example", action="store_true", help="print .env.example")


def _sync(commands: "Commands") -> None:
    _command(commands, "sync", "syncing:sync", "send the commands to Discord now")


def _providers(commands: "Commands") -> None:
    group = _group(commands, "providers", "the services that edits are sent to")
    _command(group, "list", "offers:show", "list them, with what they do and cost")
    _command(group, "check", "offers:check", "ask each whether it works as it is set up")


def _db(commands: "Commands") -> None:
    group = _group(commands, "db", "the database")
    about = "make it, or bring it to the newest revision after a copy; the bot must be stopped"
    _command(group, "upgrade", "database:upgrade", about)
    _command(group, "current", "database:current", "print its revision")
    about = "look whether it is whole: its pages, references, revision and balances"
    _command(group, "check", "database:check", about)
    backup = _command(group, "backup", "database:backup", "copy it while the bot may be running")
    backup.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="left out, one in the backups folder"
    )
    backup.add_argument("--force", action="store_true", help="overwrite FILE")


def _ledger(commands: "Commands") -> None:
    group = _group(commands, "ledger", "credits")
    _command(group, "check", "books:check", "recompute the books from the transfers")
    grant = _command(group, "grant", "money:grant", "issue credits to a member or a server")
    grant.add_argument(
        "account", metavar="ACCOUNT", help="user:<server id>:<member id> or pool:<server id>"
    )
    grant.add_argument("amount", type=int, metavar="CREDITS", help="how many")
    grant.add_argument("--key", help="the same key again changes nothing; left out, a new one")
    about = "what providers told of their charges, beside what was recorded, by day"
    charged = _command(group, "charges", "books:compare", about)
    charged.add_argument("--days", type=_positive, default=DAYS, help="how many; the last 30")
    told = _command(group, "statement", "money:statement", "print an account's transfers")
    told.add_argument("account", metavar="ACCOUNT", help="such as user:<server id>:<member id>")
    told.add_argument("--limit", type=_positive, default=PAGE, help="rows; at most 500")
    told.add_argument("--before", type=_positive, metavar="ID", help="go on from this row")


def _port(text: str) -> int:
    return _between(text, 0, 65_000)


def _seconds(text: str) -> float:
    return float(_between(text, 0, 3600))


def _natural(text: str) -> int:
    return _between(text, 0, None)


def _positive(text: str) -> int:
    return _between(text, 1, None)


def _count(text: str) -> int:
    return _between(text, 1, COUNT_MAX)


def _widening(text: str) -> int:
    return _between(text, 0, WIDEN_MAX_PX)


def _between(text: str, least: int, most: int | None) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if number < least or (most is not None and number > most):
        upper = "" if most is None else f" to {most}"
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least}{upper}")
    return number
