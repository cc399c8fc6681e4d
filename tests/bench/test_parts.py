"""Every part of the bench runs, with counts too small to say anything about time."""

import pytest

from bench import ack, channel, edit, engine, rss, stages, start
from bench.figures import Figure


def named(figures: list[Figure]) -> dict[str, float]:
    return {figure.what.strip(): figure.value for figure in figures}


async def test_edit_compares_an_edit_with_its_floor() -> None:
    found = named(await edit.run(sides_px=(256,), rounds=1))
    floor_ms, edit_ms = found["its floor at 256 px"], found["CPU of one edit at 256 px"]
    assert 0 < floor_ms < edit_ms
    assert 0 < found["of it in the bot's process at 256 px"] < edit_ms
    assert found["edit / floor at 256 px"] == pytest.approx(edit_ms / floor_ms)


async def test_stages_add_up_to_the_whole_way() -> None:
    found = named(await stages.run(sides_px=(256,), rounds=1))
    parts_ms = [found[what] for what in stages.NAMES.values()]
    assert sum(parts_ms) == pytest.approx(found["command to card at 256 px"])
    assert min(parts_ms[:4]) > 0
    assert found["statements of one edit"] > found["in transactions"] > 5
    assert found["whole picture / crop, CPU at 256 px"] > 0


async def test_engine_compares_tasks_with_their_bare_statements() -> None:
    found = named(await engine.run(tasks=3, rounds=1))
    assert found["tasks a second"] > 0
    # Booked, admitted, submitted, running and done: five that write, and what is read between.
    assert found["transactions of one task"] >= 5
    assert found["statements of one task"] > found["transactions of one task"]
    assert found["CPU of one look at a card"] > 0


async def test_start_resumes_and_weighs_the_bot() -> None:
    found = named(await start.run(tasks=3, rounds=1, loaded=2))
    assert found["first SELECT to 3 drives scheduled"] > 0
    assert found["its CPU"] > 0
    if rss.is_told:
        assert found["memory at rest"] > found["of the short worker"] > 5
        assert "memory of a task in flight" in found


async def test_channel_counts_calls_and_waits_for_finals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "WINDOW_S", 0.0)
    found = named(await channel.run(cards=2, every_s=0.1, lengths_s=(4,)))
    assert 0 < found["final with 2 live cards, p50"] <= found["the slowest"]
    # The card, one progress and the final at least; a short task pings nobody.
    assert 3 <= found["channel calls of a 4 s task"] <= 6
    assert found["edits of the answer of a 4 s task"] >= 2


async def test_ack_answers_commands_while_tasks_are_in_flight() -> None:
    found = named(await ack.run(commands=5, in_flight=2, side_px=256))
    assert found["acknowledgement, p50 of 5"] > 0
    assert found["event loop late, p50"] >= 0
