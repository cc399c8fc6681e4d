"""Secrets that are easy to find again, in every form in which they might be told."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA.GcAnRy.planted-bot-token-Hk3vQ8xZ1wP0rT5y"
PROMPT = "a marzipan lighthouse zq9"
SIGNATURE = "planted0signature9Zk4Yx7Qw2Lm"
SIGNED = f"https://cdn.example.com/1.png?X-Amz-Expires=60&X-Amz-Signature={SIGNATURE}"
LINK_KEY = b"planted-link-key-0123456789abcde"
SCENARIO_SECRET = "standin-secret"


def key_of(slug: str) -> str:
    """The key of the operator's account there; its signs look otherwise inside a URL."""
    return f"planted+{slug}/key=Rv7"


def forms(secret: str | bytes) -> set[str]:
    """A secret as it is, in JSON, in a URL, in hex, and within whatever is base64."""
    raw = secret if isinstance(secret, bytes) else secret.encode()
    found = {raw.hex(), raw.hex().upper(), *_base64(raw)}
    if isinstance(secret, str):
        found |= {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
        found |= {re.sub("%..", lambda sign: sign[0].lower(), each) for each in set(found)}
    return found


def _base64(raw: bytes) -> Iterable[str]:
    """The signs that belong to these bytes alone, wherever they begin in a text."""
    for before in range(3):
        text = b64encode(bytes(before) + raw).decode()
        own = text[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        yield from (own, own.replace("+", "-").replace("/", "_"))


def told(where: Mapping[str, str], secrets: Mapping[str, str | bytes]) -> list[tuple[str, str]]:
    """Which secrets stand where, by their names."""
    return [
        (place, name)
        for name, secret in secrets.items()
        for place, text in where.items()
        if any(form in text for form in forms(secret))
    ]
