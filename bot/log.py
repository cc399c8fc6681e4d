"""Logging: the task's id in every record, and nothing secret or private in any of them.

Secrets and tokens are cut out at every level; prompts are kept at DEBUG only, and only when they
are passed as ``extra={"prompt": ...}``.
"""

import json
import logging
import re
import time
from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from urllib.parse import quote

REDACTED = "[redacted]"
HANDLER_NAME = "inpaint-bot"
SECRET_CHARS_MIN = 6  # a shorter one would blank out ordinary words
TRACE_EVERY_S = 60.0
TRACES_MAX = 100

task_id: ContextVar[str] = ContextVar("task_id", default="-")

# Their chatter holds tokens (discord), whole URLs (httpx, aiohttp) or bound values (the database).
_QUIET = {
    "discord": logging.INFO,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
    "PIL": logging.INFO,
}

_PATTERNS = (
    # Interaction and webhook URLs end in a token that answers in the bot's name.
    re.compile(r"(?P<kept>/(?:webhooks|interactions)/\d+/)[^/\s?\"'<>]+"),
    # An interaction token by itself: base64 of "interaction:" and more.
    re.compile(r"(?P<kept>)\baW50ZXJhY3Rpb246[\w+/=-]*"),
    # A bot token: user id, time and signature, each in base64.
    re.compile(r"(?P<kept>)\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"),
    # Headers as text, as a dict or as pairs of bytes.
    re.compile(
        r"(?P<kept>\b(?:authorization|x-api-key|api[-_]key)\b['\"]?\s*[:=,]\s*(?:b?['\"])?)"
        r"(?:(?:bot|bearer|basic|token|key)\s+)?[^\s'\",;}\])]+",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<kept>\bBearer\s+)[\w.~+/=-]{8,}"),
    # What leads to a picture of ours, or to where a provider may call us.
    re.compile(r"(?P<kept>/(?:media|hooks/[\w-]+/[\w-]+)/)[\w-]{20,}"),
    # The painting page's, which stands where no server sees it.
    re.compile(r"(?P<kept>/edit/#t=)[\w-]+"),
    # What signs an address, as the clouds and Discord name it.
    re.compile(
        r"(?P<kept>[?&;](?:[\w.-]*(?:token|key|secret|signature|credential|policy|password)|sig|hm)=)"
        r"[^&\s\"'<>]+",
        re.IGNORECASE,
    ),
)

_secrets: set[str] = set()
_standard = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "task_id"}


def redact(secret: str) -> None:
    """Keep this secret out of every later record, as it is, inside a URL and in base64."""
    if len(secret) >= SECRET_CHARS_MIN:
        quoted, packed = quote(secret, safe=""), b64encode(secret.encode()).decode()
        small = re.sub("%..", lambda sign: sign[0].lower(), quoted)
        _secrets.update({secret, quoted, small, packed.rstrip("=")})


def clean(text: str) -> str:
    """Cut registered secrets and everything that looks like a token out of a text."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<kept>{REDACTED}", text)
    return text


@contextmanager
def task_context(task: str) -> Generator[None]:
    """Name the task that records made inside the block, and in what it starts, belong to."""
    token = task_id.set(task)
    try:
        yield
    finally:
        task_id.reset(token)


def stamp(record: logging.LogRecord) -> bool:
    """Give a record the id of the task that is being worked on."""
    record.task_id = getattr(record, "task_id", task_id.get())
    return True


def scrub(record: logging.LogRecord) -> bool:
    """Rewrite a record in place so that no handler after this can show what must not be seen."""
    prompt = _take_prompt(record)
    record.msg = _without(prompt, clean(_message(record)))
    record.args = None
    if record.exc_info and not record.exc_text:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
    record.exc_text = record.exc_text and _without(prompt, clean(record.exc_text))
    record.stack_info = record.stack_info and clean(record.stack_info)
    for name, value in extras(record).items():
        setattr(record, name, _cleaned(prompt, value))
    return True


class Repeats:
    """Writes the same traceback out once a minute at most, and after that only where to find it.

    A loop that breaks every second would fill what is left of a disk.
    """

    def __init__(self) -> None:
        self._written_s: dict[str, float] = {}

    def __call__(self, record: logging.LogRecord) -> bool:
        """Shorten a record that has been scrubbed, in place."""
        if not (trace := record.exc_text):
            return True
        written_s = self._written_s.get(trace, -TRACE_EVERY_S)
        # A clock that was set back would keep tracebacks away until it has caught up.
        if 0 <= record.created - written_s < TRACE_EVERY_S:
            at = time.strftime("%H:%M:%S", time.localtime(written_s))
            record.msg = f"{record.msg} (traceback as at {at})"
            record.exc_info = record.exc_text = None
        else:
            self._remember(trace, record.created)
        return True

    def _remember(self, trace: str, at_s: float) -> None:
        if len(self._written_s) >= TRACES_MAX:
            self._written_s.clear()
        self._written_s[trace] = at_s


def _message(record: logging.LogRecord) -> str:
    """Return the record's message; a wrong placeholder must not break the caller."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"


def _take_prompt(record: logging.LogRecord) -> str:
    """Remove the prompt from a record above DEBUG and return it, or nothing where it may stay."""
    if record.levelno <= logging.DEBUG:
        return ""
    return str(record.__dict__.pop("prompt", None) or "")


def _without(prompt: str, text: str) -> str:
    return text.replace(prompt, "[prompt]") if prompt else text


def _cleaned(prompt: str, value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    return _without(prompt, clean(str(value)))


def extras(record: logging.LogRecord) -> dict[str, object]:
    """Return what the caller passed as ``extra``."""
    return {name: value for name, value in vars(record).items() if name not in _standard}


class TextFormatter(logging.Formatter):
    """One line a record for people: time, level, logger, task, message, extras."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s [%(task_id)s] %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        """Add the extras to the line, before any traceback."""
        pairs = (f" {name}={value!r}" for name, value in extras(record).items())
        return super().formatMessage(record) + "".join(pairs)


class JsonFormatter(logging.Formatter):
    """One JSON object a record for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON; the traceback is a field."""
        fields: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "task": getattr(record, "task_id", "-"),
            "message": record.getMessage(),
            **extras(record),
        }
        trace = "\n".join(filter(None, (record.exc_text, record.stack_info)))
        return json.dumps(fields | ({"trace": trace} if trace else {}), default=str)


def setup_logging(level: str, json: bool) -> None:
    """Send all records from this level on to stderr; calling it again replaces the first set-up."""
    handler = logging.StreamHandler()
    handler.set_name(HANDLER_NAME)
    handler.setFormatter(JsonFormatter() if json else TextFormatter())
    handler.addFilter(stamp)
    handler.addFilter(scrub)
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers = [old for old in root.handlers if old.get_name() != HANDLER_NAME]
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name, quietest in _QUIET.items():
        logging.getLogger(name).setLevel(max(quietest, root.level))
