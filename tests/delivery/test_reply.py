from collections.abc import Iterator
from typing import Any

import pytest
from discord import app_commands

from bot import errors
from bot.delivery.reply import NOT_ALLOWED, STALE_COMMAND, explain


def every(kind: type[errors.BotError]) -> Iterator[type[errors.BotError]]:
    for sub in kind.__subclasses__():
        yield sub
        yield from every(sub)


@pytest.mark.parametrize("kind", list(every(errors.BotError)), ids=lambda kind: kind.__name__)
def test_every_expected_error_has_its_words(kind: type[errors.BotError]) -> None:
    reply = explain(kind())
    assert reply.text
    if issubclass(kind, errors.StartupError):
        assert reply.ref  # a member never reads what is meant for the operator
    else:
        assert reply.text == kind.default
        assert reply.ref is None


def test_an_error_of_its_own_words_keeps_them() -> None:
    assert explain(errors.BadMask("The mask is empty.", log="0 px")).text == "The mask is empty."


def test_a_bug_shows_only_a_reference_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    reply = explain(KeyError("secret"))
    assert reply.ref
    assert reply.ref in reply.text
    assert "secret" not in reply.text
    record = caplog.records[-1]
    assert reply.ref in record.getMessage()
    assert record.exc_info
    assert isinstance(record.exc_info[1], KeyError)


def test_two_bugs_have_two_references() -> None:
    assert explain(KeyError()).ref != explain(KeyError()).ref


class Named:
    name = "inpaint"
    qualified_name = "inpaint"
    _attr = None


def invoked(error: Exception) -> app_commands.CommandInvokeError:
    command: Any = Named()
    return app_commands.CommandInvokeError(command, error)


def test_the_cause_inside_a_commands_error_counts() -> None:
    assert explain(invoked(errors.BadPicture())).text == errors.BadPicture.default


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (app_commands.CommandNotFound("inpaint", []), STALE_COMMAND),
        (app_commands.CheckFailure(), NOT_ALLOWED),
    ],
)
def test_what_the_library_raises_has_words_too(error: Exception, text: str) -> None:
    assert explain(error).text == text
