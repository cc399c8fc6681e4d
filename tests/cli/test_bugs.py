"""What breaks unforeseen tells where, and repeats nothing of what it was given."""

import traceback

import pytest

from bot.domain import Options
from bot.providers import Off, Parts
from bot.providers.base import Done
from bot.services.records import from_json
from tests.cli.conftest import Run
from tests.secrecy.planted import PROMPT, SIGNATURE, SIGNED, TOKEN


def test_a_broken_command_is_logged_without_its_secrets(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)

    def broken(_parts: Parts) -> Off:
        raise RuntimeError(f"GET {SIGNED} as {TOKEN}")

    ended = run("providers", "list", providers=[broken])
    assert ended.code == 1
    assert "RuntimeError: GET https://cdn.example.com/1.png" in ended.err
    assert SIGNATURE not in ended.err
    assert TOKEN not in ended.err


@pytest.mark.parametrize(
    ("kind", "columns"),
    [
        (Done, {"pictures": [{"url": [SIGNED]}]}),
        (Options, {"seed": PROMPT, "extra": SIGNED}),
    ],
)
def test_columns_that_do_not_fit_are_named_without_their_values(
    kind: type[object], columns: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=f"no {kind.__name__}: ") as caught:
        from_json(kind, columns)
    said = "".join(traceback.format_exception(caught.value))
    assert SIGNATURE not in said
    assert PROMPT not in said
