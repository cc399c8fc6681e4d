"""Words in links that nobody can guess: signed, for one purpose and one thing, over at a time.

A token is `kid(1) expiry(4) subject(16) mac(16)` as base64url, 50 characters: nothing has to be
kept for it, and it stays good over a restart. A stamp is the mac alone, for addresses that live as
long as what they name.
"""

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from hashlib import sha256
from math import ceil
from pathlib import Path

from bot.errors import BadFolder
from bot.log import redact
from bot.services.ports import Clock

KEY_FILE = "link.key"
KEY_BYTES = 32
SUBJECT_BYTES = MAC_BYTES = 16
TOKEN_CHARS = 50
# kid, expiry, subject and mac.
_TOKEN_BYTES = 1 + 4 + SUBJECT_BYTES + MAC_BYTES


class Tokens:
    """Makes and reads them; the first key signs, every key opens."""

    def __init__(self, keys: Sequence[bytes], clock: Clock) -> None:
        self._key = keys[0]
        self._by_kid = {_kid(key): key for key in reversed(keys)}
        self._clock = clock

    def make(self, purpose: str, subject: bytes, life_s: float) -> str:
        """A token about 16 bytes (see `subject_of`), good for this purpose and so long."""
        if len(subject) != SUBJECT_BYTES:
            raise ValueError(f"a subject has {SUBJECT_BYTES} bytes")
        ends_at_s = ceil(self._clock.now().timestamp() + life_s)
        signed = _kid(self._key) + ends_at_s.to_bytes(4, "big") + subject
        return _text(signed + _mac(self._key, "token", purpose.encode(), signed))

    def read(self, purpose: str, token: str) -> bytes | None:
        """The subject; None for whatever was not made here for this purpose, or is over."""
        data = _bytes(token)
        if data is None or (key := self._by_kid.get(data[:1])) is None:
            return None
        signed, mac = data[:-MAC_BYTES], data[-MAC_BYTES:]
        if not hmac.compare_digest(mac, _mac(key, "token", purpose.encode(), signed)):
            return None
        ends_at_s = int.from_bytes(signed[1:5], "big")
        return signed[5:] if self._clock.now().timestamp() < ends_at_s else None

    def stamp(self, purpose: str, *about: str) -> str:
        """22 characters, always the same for the same things."""
        return _text(_mac(self._key, "stamp", purpose.encode(), subject_of(*about)))

    def is_stamp(self, stamp: str, purpose: str, *about: str) -> bool:
        """Whether any of our keys made it for these things."""
        made = [
            _text(_mac(key, "stamp", purpose.encode(), subject_of(*about)))
            for key in self._by_kid.values()
        ]
        given = stamp.encode("utf-8", "replace")
        # Each is compared: which of the keys it was must not be seen from outside.
        return sum(hmac.compare_digest(given, each.encode()) for each in made) > 0


def subject_of(*about: str) -> bytes:
    """The 16 bytes that stand for these words, in this order."""
    parts = [each.encode("utf-8", "surrogatepass") for each in about]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return sha256(framed).digest()[:SUBJECT_BYTES]


def new_key() -> bytes:
    """A key of this process alone."""
    return secrets.token_bytes(KEY_BYTES)


def open_keys(folder: Path) -> tuple[bytes, ...]:
    """The keys in the data folder, one a line, newest first; made where there is none.

    Raises BadFolder.
    """
    file = folder / KEY_FILE
    try:
        if not file.exists():
            _write(file, new_key())
        keys = tuple(bytes.fromhex(line) for line in file.read_text("ascii").split())
    except (OSError, ValueError) as error:
        raise _unreadable(file) from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise _unreadable(file)
    for key in keys:
        redact(key.hex())
    return keys


def _unreadable(file: Path) -> BadFolder:
    return BadFolder(
        f"{file} cannot be read as link keys. Remove it: a new one is made, and links that are out "
        "end."
    )


def _write(file: Path, key: bytes) -> None:
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"{key.hex()}\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)


def _kid(key: bytes) -> bytes:
    return sha256(b"kid\0" + key).digest()[:1]


def _mac(key: bytes, kind: str, purpose: bytes, data: bytes) -> bytes:
    """What `data` is signed with; no two kinds or purposes share a message."""
    message = kind.encode() + b"\0" + len(purpose).to_bytes(4, "big") + purpose + data
    return hmac.digest(key, message, "sha256")[:MAC_BYTES]


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(token: str) -> bytes | None:
    """The bytes of a token in its one spelling."""
    if len(token) != TOKEN_CHARS or not token.isascii():
        return None
    try:
        data = urlsafe_b64decode(f"{token}{'=' * (-len(token) % 4)}")
    except (NotBase64, ValueError):
        return None
    return data if len(data) == _TOKEN_BYTES and _text(data) == token else None
