from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ServerDisconnectedError
from discord import InteractionResponseType, app_commands, ui

from bot import errors
from bot.delivery.forms import Form, submitted
from bot.delivery.reply import (
    AWAY,
    FORBIDDEN,
    NOT_ALLOWED,
    STALE_COMMAND,
    SafeButton,
    SafeSelect,
    explain,
    tell,
)
from bot.services.access import Use
from tests.delivery import layouts
from tests.delivery.test_faults import refused


def every(kind: type[errors.BotError]) -> Iterator[type[errors.BotError]]:
    """Those of the tree; a service's own, with words made of figures, may be imported or not."""
    for sub in kind.__subclasses__():
        if sub.__module__ == errors.__name__:
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


@pytest.mark.parametrize(
    "kind", [errors.UserError, *every(errors.UserError)], ids=lambda kind: kind.__name__
)
def test_the_refusal_of_an_edit_says_that_it_costs_nothing(kind: type[errors.UserError]) -> None:
    assert explain(kind(), Use.EDIT).text == f"{kind.default}\nNothing was charged."
    assert "charged" not in kind.default
    assert "charged" not in explain(kind(), Use.ADMIN).text


def test_it_is_said_once_and_last_whatever_the_sentence_says() -> None:
    told = explain(errors.BadMask("It is empty. Nothing was charged. Draw it."), Use.EDIT).text
    assert told == "It is empty. Draw it.\nNothing was charged."


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


@dataclass
class FakeInteraction:
    """Notes how a member was answered: response, edit or follow-up; `rule` is in their way."""

    type: InteractionResponseType | None = None
    fails: Exception | None = None
    answers: list[tuple[str, str]] = field(default_factory=list)
    rule: Exception | None = None
    forms: dict[str, Form] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    user: Any = field(default_factory=lambda: SimpleNamespace(id=77))
    channel: None = None
    channel_id: int = 6
    guild_id: int = 5

    @property
    def client(self) -> SimpleNamespace:
        desk = SimpleNamespace(access=self)
        return SimpleNamespace(app=SimpleNamespace(desk=desk), forms=self.forms)

    async def ask(self, who: object, use: Use) -> None:
        if self.rule:
            raise self.rule

    @property
    def response(self) -> "FakeInteraction":
        return self

    @property
    def followup(self) -> "FakeInteraction":
        return self

    def is_done(self) -> bool:
        return self.type is not None

    async def send_message(self, text: str, *, ephemeral: bool) -> None:
        assert ephemeral
        self._answer("response", text)

    async def send(self, text: str, *, ephemeral: bool) -> None:
        assert ephemeral
        self._answer("followup", text)

    async def edit_original_response(self, *, view: ui.LayoutView, attachments: list[Any]) -> None:
        self._answer("edit", layouts.text(view))

    def _answer(self, how: str, text: str) -> None:
        self.answers.append((how, text))
        if self.fails:
            raise self.fails


WAYS = [
    (None, "response"),
    (InteractionResponseType.deferred_channel_message, "edit"),
    (InteractionResponseType.deferred_message_update, "followup"),
    (InteractionResponseType.channel_message, "followup"),
]


@pytest.mark.parametrize(("already", "how"), WAYS)
async def test_a_member_is_answered_the_way_that_is_left(
    already: InteractionResponseType | None, how: str
) -> None:
    asked: Any = FakeInteraction(already)
    await tell(asked, "hello")
    assert asked.answers == [(how, "hello")]


@pytest.mark.parametrize(
    "error", [refused(404, 10062), refused(404, 10015), refused(401, 50027), refused(400, 40060)]
)
async def test_an_answer_that_comes_too_late_is_no_error(error: Exception) -> None:
    asked: Any = FakeInteraction(fails=error)
    await tell(asked, "hello")


def test_what_was_over_before_it_was_answered_is_no_bug() -> None:
    assert explain(refused(404, 10062)).ref is None
    assert explain(refused(400, 50035)).ref is not None


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (refused(500, 0), AWAY),
        (refused(429, 0), AWAY),
        (ServerDisconnectedError(), AWAY),
        (refused(403, 50013), FORBIDDEN),
        (refused(403, 50001), FORBIDDEN),
    ],
    ids=["500", "429", "disconnected", "permission", "access"],
)
def test_what_discord_does_not_do_is_no_bug_of_ours(error: Exception, text: str) -> None:
    reply = explain(error, Use.EDIT)
    assert reply.text == text
    assert reply.ref is None


def test_a_file_that_is_missing_is_a_bug_of_ours() -> None:
    assert explain(FileNotFoundError("result.webp")).ref


async def test_another_failure_of_an_answer_is_one() -> None:
    asked: Any = FakeInteraction(fails=refused(500, 0))
    with pytest.raises(Exception, match="500"):
        await tell(asked, "hello")


class Button(SafeButton, template="button:.*"):
    async def may_press(self, interaction: Any) -> bool:
        if self.custom_id == "button:mine":
            raise errors.NotYours
        return True

    async def pressed(self, interaction: Any) -> None:
        raise errors.TaskGone


class Select(SafeSelect, template="select:.*"):
    async def may_choose(self, interaction: Any) -> bool:
        raise errors.NotYours

    async def chosen(self, interaction: Any, values: list[str]) -> None:
        raise KeyError(values)


async def test_a_buttons_errors_reach_the_member() -> None:
    mine: Any = FakeInteraction()
    assert not await Button(ui.Button(custom_id="button:mine")).interaction_check(mine)
    assert mine.answers == [("response", errors.NotYours.default)]
    other: Any = FakeInteraction()
    button = Button(ui.Button(custom_id="button:other"))
    assert await button.interaction_check(other)
    await button.callback(other)
    assert other.answers == [("response", errors.TaskGone.default)]


async def test_a_selects_errors_reach_the_member() -> None:
    asked: Any = FakeInteraction()
    select = Select(ui.Select(custom_id="select:1"))
    assert not await select.interaction_check(asked)
    await select.callback(asked)
    assert asked.answers[0] == ("response", errors.NotYours.default)
    assert "Something broke" in asked.answers[1][1]


async def sent(interaction: Any, values: Any) -> None:
    raise errors.BadOption(f"I cannot read {values['days']}.")


def filled_in(custom_id: str, **asked: Any) -> Any:
    text = {"type": 4, "custom_id": "days", "value": "many"}
    parts = [{"type": 18, "component": text}]
    return FakeInteraction(data={"custom_id": custom_id, "components": parts}, **asked)


async def test_a_forms_errors_reach_the_member() -> None:
    asked = filled_in("form:days", forms={"days": Form(Use.LOOK, sent)})
    await submitted(asked)
    assert asked.answers == [("response", "I cannot read many.")]


async def test_a_form_that_no_version_knows_answers_kindly() -> None:
    asked = filled_in("form:older")
    await submitted(asked)
    assert asked.answers == [("response", errors.TaskGone.default)]
    foreign = filled_in("somebody-elses")
    await submitted(foreign)
    assert foreign.answers == []


async def test_the_servers_rules_stand_before_every_control() -> None:
    rule = errors.NotAllowed("You are blocked.")
    asked: Any = FakeInteraction(rule=rule)
    assert not await Button(ui.Button(custom_id="button:other")).interaction_check(asked)
    assert not await Select(ui.Select(custom_id="select:1")).interaction_check(asked)
    form = filled_in("form:days", rule=rule, forms={"days": Form(Use.LOOK, sent)})
    await submitted(form)
    assert [*asked.answers, *form.answers] == [("response", "You are blocked.")] * 3
