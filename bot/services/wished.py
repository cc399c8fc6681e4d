"""What a reply says: which picture, if it names one, and what is wished; pure."""

import re
from dataclasses import dataclass

_MENTION = re.compile(r"<@!?(\d{1,20})>")
_NUMBER = re.compile(r"#?(\d{1,2})\s*[:.)](?!\d)\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wished:
    """`n` is the number of the picture; `called`: the bot was named in the text itself."""

    text: str
    n: int | None
    called: bool


def wished(content: str, bot_id: int) -> Wished:
    """Read a reply's text, such as "@bot 2: a red boat"."""
    called = any(int(found) == bot_id for found in _MENTION.findall(content))
    text = _MENTION.sub(lambda m: "" if int(m[1]) == bot_id else m[0], content).strip()
    match = _NUMBER.fullmatch(text)
    if match and int(match[1]):
        return Wished(match[2].strip(), int(match[1]), called)
    return Wished(text, None, called)
