"""The search finds what it is there to find."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest

from tests.secrecy.planted import LINK_KEY, key_of, told

KEY = key_of("some")
HIDDEN = {
    "as it is": f"key {KEY} refused",
    "in JSON": json.dumps({"said": f'"{KEY}"'}),
    "in a URL": f"?key={quote(KEY, safe='')}",
    "in a URL of small letters": f"?key={quote(KEY, safe='').lower()}".replace("rv7", "Rv7"),
    "in a form": quote_plus(KEY),
    "alone in base64": b64encode(KEY.encode()).decode(),
    "as somebody's password": b64encode(f"me:{KEY}".encode()).decode(),
    "in a base64 body": b64encode(json.dumps({"a": "bc", "key": KEY}).encode()).decode(),
    "in the other base64": urlsafe_b64encode(f"u:{KEY}".encode()).decode(),
    "in hex": KEY.encode().hex(),
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_a_secret_is_found_in_every_form(text: str) -> None:
    assert told({"there": text, "not there": "key refused"}, {"key": KEY}) == [("there", "key")]


@pytest.mark.parametrize("text", [LINK_KEY.hex(), repr(LINK_KEY)[2:-1]])
def test_bytes_are_found_as_well(text: str) -> None:
    assert told({"there": text}, {"bytes": LINK_KEY, "text": LINK_KEY.decode()})
