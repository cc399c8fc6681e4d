"""The invite link asks for what cards need, and the README says the same."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.delivery.invite import PERMISSIONS, invite_url
from bot.delivery.permissions import missing_permissions

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


@pytest.mark.parametrize("in_thread", [False, True])
def test_what_is_asked_for_is_enough(in_thread: bool) -> None:
    assert missing_permissions(PERMISSIONS, in_thread) == []


@pytest.mark.parametrize("flag", [name for name, asked in PERMISSIONS if asked])
def test_nothing_is_asked_for_in_vain(flag: str) -> None:
    less = discord.Permissions(PERMISSIONS.value)
    less.update(**{flag: False})
    assert missing_permissions(less, False) + missing_permissions(less, True)


def test_the_readme_shows_this_very_link() -> None:
    shown = re.search(r"https://discord\.com/oauth2/authorize\?[^`]+", README)
    assert shown is not None
    made = urlsplit(invite_url(123))
    told = urlsplit(shown[0].replace("APPLICATION_ID", "123"))
    assert (told.netloc, told.path) == (made.netloc, made.path)
    assert parse_qs(told.query) == parse_qs(made.query)
