import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import log

BOT_TOKEN = "MTA5" + "x" * 20 + "." + "GaBcDe" + "." + "y" * 38
REPLY_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5OnNlY3JldA"
SECRET = "s3cret/key+for=a-provider"

ROOT = Path(__file__).parents[1]

Setup = Callable[..., io.StringIO]


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Setup]:
    """Set logging up as the bot does, its output in a buffer, and put everything back after."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in log._QUIET}
    monkeypatch.setattr(log, "_secrets", set())

    def start(level: str = "INFO", *, json: bool = False) -> io.StringIO:
        buffer = io.StringIO()
        monkeypatch.setattr(sys, "stderr", buffer)
        log.setup_logging(level, json)
        return buffer

    yield start
    root.handlers = handlers
    root.setLevel(level)
    for name, old in levels.items():
        logging.getLogger(name).setLevel(old)


LEAKS = {
    "webhook": (f"PATCH /webhooks/12/{REPLY_TOKEN}/messages/@original", REPLY_TOKEN),
    "webhook of another shape": ("POST /api/v10/webhooks/12/Ab-c_D?wait=1", "Ab-c_D"),
    "callback": ("POST /interactions/12/Ab-c_D/callback", "Ab-c_D"),
    "reply token": (f"stored {REPLY_TOKEN} for later", REPLY_TOKEN),
    "bot token": (f"logging in as {BOT_TOKEN}", BOT_TOKEN),
    "header": ("Authorization: Bot abc-def", "abc-def"),
    "header in a dict": ("{'Authorization': 'Bearer abc-def'}", "abc-def"),
    "header as bytes": ("[(b'authorization', b'Basic abc-def')]", "abc-def"),
    "key header": ("{'x-api-key': 'abc-def'}", "abc-def"),
    "bearer alone": ("sent Bearer abcdefgh.ijk", "abcdefgh.ijk"),
    "query": ("GET /paint?task=k3f9&token=abc-def", "abc-def"),
    "media link": ("GET https://a.example/media/AbCd-ef_hijklmnopqrstu/t1/mask.png", "AbCd-ef"),
    "webhook path": ("POST /hooks/some-one/t1/AbCd-ef_hijklmnopqrst", "AbCd-ef"),
    "signed for a cloud": (
        "GET https://a.example/1?X-Amz-Expires=6&X-Amz-Signature=abc-def",
        "abc-def",
    ),
    "credential of a cloud": ("GET https://a.example/1?X-Amz-Credential=abc-def&x=1", "abc-def"),
    "signed by a cloud front": ("GET https://a.example/1?Policy=abc-def", "abc-def"),
    "signed for storage": ("GET https://a.example/1?se=2026&sig=abc-def", "abc-def"),
    "signed by Discord": ("GET https://cdn.example/a/1/2/3.png?ex=6&is=5&hm=abc-def&", "abc-def"),
    "painting link": ("opened https://a.example/edit/#t=AbCd-ef_123", "AbCd-ef"),
    "secret": (f"key {SECRET} refused", SECRET),
    "secret in base64": (
        f"sent {b64encode(SECRET.encode()).decode()}",
        "czNjcmV0L2tleStmb3I9YS1wcm92aWRlc",
    ),
    "secret in a URL of small letters": ("GET /?k=s3cret%2fkey%2bfor%3da-provider", "a-provider"),
    "secret in a URL": ("GET /?k=s3cret%2Fkey%2Bfor%3Da-provider", "a-provider"),
}


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize("level", ["DEBUG", "INFO", "ERROR"])
@pytest.mark.parametrize(("message", "leak"), LEAKS.values(), ids=LEAKS)
def test_a_token_never_reaches_the_output(
    logs: Setup, message: str, leak: str, level: str, as_json: bool
) -> None:
    buffer = logs("DEBUG", json=as_json)
    log.redact(SECRET)
    logging.getLogger("bot.x").log(
        logging.getLevelName(level), "%s", message, extra={"url": message}
    )
    assert leak not in buffer.getvalue()
    assert buffer.getvalue().count(log.REDACTED) == 2


@pytest.mark.parametrize(("message", "leak"), LEAKS.values(), ids=LEAKS)
def test_the_same_record_leaks_without_the_filter(logs: Setup, message: str, leak: str) -> None:
    buffer = logs()
    (handler,) = (each for each in logging.getLogger().handlers if each.name == log.HANDLER_NAME)
    handler.removeFilter(log.scrub)
    logging.getLogger("bot.x").info("%s", message)
    assert leak in buffer.getvalue()


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_traceback_is_redacted_too(logs: Setup, as_json: bool) -> None:
    buffer = logs(json=as_json)
    log.redact(SECRET)
    try:
        raise ValueError(f"no such key: {SECRET}")
    except ValueError:
        logging.getLogger("bot.x").exception("broke", stack_info=True)
    assert SECRET not in buffer.getvalue()
    assert "Traceback" in buffer.getvalue()
    assert f"no such key: {log.REDACTED}" in buffer.getvalue()


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_a_prompt_is_dropped_from_info_on(logs: Setup, as_json: bool) -> None:
    buffer = logs("DEBUG", json=as_json)
    extra = {"prompt": "a red fox", "provider": "local"}
    logging.getLogger("bot.x").info("task made", extra=extra)
    assert "fox" not in buffer.getvalue()
    assert "local" in buffer.getvalue()
    logging.getLogger("bot.x").debug("task made", extra=extra)
    assert "a red fox" in buffer.getvalue()


def test_a_prompt_is_cut_out_of_the_text_around_it(logs: Setup) -> None:
    buffer = logs()
    try:
        raise ValueError("refused: a red fox")
    except ValueError:
        logging.getLogger("bot.x").exception(
            "cannot do %s", "a red fox", extra={"prompt": "a red fox", "body": "[a red fox]"}
        )
    assert "fox" not in buffer.getvalue()
    assert buffer.getvalue().count("[prompt]") >= 3


def test_ordinary_text_passes_unchanged(logs: Setup) -> None:
    buffer = logs()
    text = "GET https://cdn.example/attachments/1/2/photo.png?width=512 took 12.5 ms"
    logging.getLogger("bot.x").info(text)
    assert text in buffer.getvalue()


def test_a_wrong_placeholder_breaks_nothing_and_leaks_nothing(logs: Setup) -> None:
    logs()
    log.redact(SECRET)
    record = logging.makeLogRecord(
        {"msg": "took %d ms", "args": (SECRET,), "levelno": logging.INFO}
    )
    assert log.scrub(record)
    assert record.getMessage() == f"took %d ms ('{log.REDACTED}',)"


def test_a_secret_too_short_to_hide_changes_nothing(logs: Setup) -> None:
    buffer = logs()
    for short in ("", "key"):
        log.redact(short)
    logging.getLogger("bot.x").info("a key to everything")
    assert "a key to everything" in buffer.getvalue()


def test_each_record_names_its_task(logs: Setup) -> None:
    buffer = logs()
    logger = logging.getLogger("bot.x")
    with log.task_context("k3f9"):
        logger.info("inside")
    logger.info("outside")
    inside, outside = buffer.getvalue().splitlines()
    assert "[k3f9] inside" in inside
    assert "[-] outside" in outside


async def test_tasks_side_by_side_keep_their_own_ids(logs: Setup) -> None:
    buffer = logs()

    async def work(task: str) -> None:
        with log.task_context(task):
            await asyncio.sleep(0)
            logging.getLogger("bot.x").info("by %s", task)

    await asyncio.gather(work("one"), work("two"))
    lines = buffer.getvalue().splitlines()
    assert ["[one] by one" in lines[0], "[two] by two" in lines[1]] == [True, True]


def test_json_is_one_object_a_line(logs: Setup) -> None:
    buffer = logs(json=True)
    with log.task_context("k3f9"):
        logging.getLogger("bot.x").warning('says "%s"', "hi\nthere", extra={"took_ms": 12})
    (line,) = buffer.getvalue().splitlines()
    record = json.loads(line)
    assert record.pop("time")
    assert record == {
        "level": "WARNING",
        "logger": "bot.x",
        "task": "k3f9",
        "message": 'says "hi\nthere"',
        "took_ms": 12,
    }


def test_libraries_that_log_tokens_stay_quiet_at_debug(logs: Setup) -> None:
    buffer = logs("DEBUG")
    logging.getLogger("discord.http").debug("sent a token")
    logging.getLogger("httpx").info("HTTP Request: GET")
    logging.getLogger("aiosqlite").debug("executing")
    assert buffer.getvalue() == ""
    logging.getLogger("discord.gateway").info("connected")
    assert "connected" in buffer.getvalue()


def test_a_second_setup_replaces_the_first(logs: Setup) -> None:
    first, second = logs(), logs("WARNING")
    logging.getLogger("bot.x").info("too quiet")
    logging.getLogger("bot.x").warning("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1
    assert "too quiet" not in second.getvalue()


def test_every_line_of_a_real_process_is_json(tmp_path: Path) -> None:
    """Libraries' records and their tracebacks too, at the level that says most."""
    command = [sys.executable, "-m", "bot", "db", "upgrade", "--data", str(tmp_path / "data")]
    told = {**os.environ, "LOG_JSON": "1", "LOG_LEVEL": "DEBUG"}
    ended = subprocess.run(command, check=True, cwd=ROOT, env=told, capture_output=True, text=True)
    records = [json.loads(line) for line in ended.stderr.splitlines()]
    assert {"filelock", "bot.db.migrate"} <= {record["logger"] for record in records}
    assert all({"time", "level", "task", "message"} <= record.keys() for record in records)


def broken(what: str, at_s: float) -> logging.LogRecord:
    try:
        raise OSError(what)
    except OSError:
        record = logging.LogRecord("bot", 40, "", 0, "a loop broke", None, sys.exc_info())
    record.created = at_s
    log.scrub(record)
    return record


def test_the_same_traceback_is_written_once_a_minute() -> None:
    repeats, begun_s = log.Repeats(), 1_800_000_000.0
    records = [broken("no room", begun_s + second) for second in range(121)]
    assert all(map(repeats, records))
    whole = [n for n, record in enumerate(records) if record.exc_text]
    assert whole == [0, 60, 120]
    at = time.strftime("%H:%M:%S", time.localtime(begun_s + 60))
    assert records[61].getMessage() == f"a loop broke (traceback as at {at})"
    assert records[61].exc_info is None


def test_a_clock_that_is_set_back_keeps_no_traceback_away() -> None:
    repeats, begun_s = log.Repeats(), 1_800_000_000.0
    records = [broken("no room", begun_s + second) for second in (0, -3600, -3590, -3540)]
    assert all(map(repeats, records))
    assert [bool(record.exc_text) for record in records] == [True, True, False, True]


def test_another_traceback_is_written_at_once() -> None:
    repeats = log.Repeats()
    records = [broken("no room", 10), broken("no file", 11), broken("no room", 12)]
    assert all(map(repeats, records))
    assert [bool(record.exc_text) for record in records] == [True, True, False]


def test_tracebacks_that_differ_each_time_take_no_more_and_more_memory() -> None:
    repeats = log.Repeats()
    for n in range(3 * log.TRACES_MAX):
        assert repeats(broken(f"no room for {n}", n))
    assert len(repeats._written_s) <= log.TRACES_MAX


def test_what_the_log_shows_of_a_loop_that_breaks_is_short(logs: Setup) -> None:
    buffer = logs()
    for _ in range(5):
        try:
            raise OSError("no room")
        except OSError:
            logging.getLogger("bot.test").exception("a loop broke")
    assert buffer.getvalue().count("Traceback (most recent") == 1
    assert buffer.getvalue().count("a loop broke") == 5
