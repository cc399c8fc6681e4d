"""A server's blocked words in what members write: whole words, however they are cased."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

WORD_LENGTH_MAX = 60
WORDS_MAX = 200


def parse_words(text: str) -> tuple[str, ...]:
    """Words and phrases parted by commas or lines, each once, in the order given."""
    parts = (" ".join(part.split()) for part in re.split(r"[,\n]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def found_word(words: Sequence[str], texts: Iterable[str]) -> str | None:
    """The first of the words that stands in one of the texts, as the admin wrote it."""
    if not words:
        return None
    plain = [_plain(text) for text in texts]
    for word in words:
        pattern = r"\s+".join(map(re.escape, _plain(word).split()))
        whole = re.compile(rf"(?<!\w){pattern}(?!\w)")
        if pattern and any(whole.search(text) for text in plain):
            return word
    return None


def _plain(text: str) -> str:
    """The same for every case and width, without characters that nobody sees."""
    seen = (char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen)).casefold()
