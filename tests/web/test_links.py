"""Every kind of link that the bot makes: whatever is not exactly one of ours opens nothing."""

from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from bot.errors import TaskGone
from bot.services.painting import Painting
from bot.web.editor import PURPOSE, Editor
from bot.web.listen import HEADERS
from bot.web.media import LIFE_S
from bot.web.public import Links, make_links, publishing
from bot.web.webhooks import Webhooks
from tests.fakes import FakeClock
from tests.figures import counted
from tests.web.wire import Answer, Wire, wire

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BESIDE = ("=", "+", "~", "%00", "%2B", "%C3%A9", "")
KEY, FOREIGN = b"k" * 32, b"f" * 32
TASK, FILE = "t1", "picture.png"


class Nobody:
    """A painting page whose every draft is gone, which only whoever has a link learns."""

    async def look(self, task_id: str) -> None:
        raise TaskGone(f"{task_id} is gone.")


@dataclass
class Street:
    """A public server with every kind of route, and one connection to it."""

    links: Links
    clock: FakeClock
    wire: Wire
    hurried: list[str]
    work: Path

    def foreign(self) -> Links:
        """Another bot's links for the same things."""
        return make_links("http://127.0.0.1", self.work, [FOREIGN], self.clock)


def takes_everything(headers: object, body: bytes, secret: str) -> bool:
    return True


@pytest.fixture
async def street(tmp_path: Path) -> AsyncGenerator[Street]:
    clock, work, hurried = FakeClock(), tmp_path / "work", list[str]()
    (work / TASK).mkdir(parents=True)
    (work / TASK / FILE).write_bytes(b"png")
    links = make_links("http://127.0.0.1", work, [KEY], clock)
    hooks = Webhooks(links.hooks, {"some": takes_everything}, hurried.append)
    editor = Editor(links.edits, cast(Painting, Nobody()), clock)
    routes = (*links.media.routes(), *hooks.routes(), *editor.routes())
    async with publishing(routes, "127.0.0.1", 0) as address, wire(address) as opened:
        yield Street(links, clock, opened, hurried, work)


@dataclass(frozen=True)
class Kind:
    """How a link of a kind is made and followed; `good` and `bad` are the two answers there are."""

    word: Callable[[Links], str]
    ask: Callable[[str], str]
    good: int
    bad: int


def media_word(links: Links) -> str:
    link = links.media.link(links.media._work / TASK / FILE)  # pyright: ignore[reportPrivateUsage]
    assert link is not None
    return link.split("/")[-3]


def page_word(links: Links) -> str:
    return links.tokens.make(PURPOSE, TASK.encode().ljust(16, b"\0"), LIFE_S)


def hook_word(links: Links) -> str:
    return links.hooks.url("some", TASK).rpartition("/")[2]


KINDS = {
    "media": Kind(media_word, lambda word: f"GET /media/{word}/{TASK}/{FILE}", 200, 404),
    "webhook": Kind(hook_word, lambda word: f"POST /hooks/some/{TASK}/{word}", 200, 404),
    "page": Kind(page_word, lambda word: f"GET /edit/api/draft\n{word}", 410, 401),
}
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


async def follow(street: Street, kind: Kind, word: str) -> Answer:
    line, _, token = kind.ask(word).partition("\n")
    shown = f"Authorization: Bearer {token}\r\n" if token else ""
    answer = await street.wire.ask(f"{line} HTTP/1.1\r\nHost: x\r\n{shown}\r\n".encode())
    assert answer is not None
    assert (
        HEADERS.items() <= {name: answer.headers.get(name.lower(), "") for name in HEADERS}.items()
    )
    return answer


def altered(word: str) -> Iterator[str]:
    """Each position with its neighbors in the alphabet, the other case, and what is no letter."""
    for n, letter in enumerate(word):
        at = ALPHABET.index(letter)
        others = (ALPHABET[at - 1], ALPHABET[(at + 1) % 64], letter.swapcase(), *BESIDE)
        yield from (f"{word[:n]}{other}{word[n + 1 :]}" for other in others if other != letter)


def cut(word: str) -> Iterator[str]:
    """Each beginning, each end, and more than all of it."""
    for n in range(1, len(word)):
        yield from (word[:n], word[n:])
    yield from (word + "A", "A" + word, word + word, word + "=", word + "%0A")


@kinds
async def test_a_link_of_ours_is_followed(street: Street, kind: Kind) -> None:
    assert (await follow(street, kind, kind.word(street.links))).status == kind.good


@kinds
@pytest.mark.parametrize("spoil", [altered, cut])
async def test_what_is_not_exactly_ours_opens_nothing(
    street: Street, kind: Kind, spoil: Callable[[str], Iterator[str]]
) -> None:
    word = kind.word(street.links)
    spoiled = list(spoil(word))
    assert len(spoiled) >= 2 * len(word)
    opened = [each for each in spoiled if (await follow(street, kind, each)).status != kind.bad]
    assert opened == []
    assert street.hurried == []
    counted("links", spoiled=len(spoiled), opened=len(opened))


@kinds
async def test_another_bot_s_link_opens_nothing(street: Street, kind: Kind) -> None:
    assert (await follow(street, kind, kind.word(street.foreign()))).status == kind.bad
    counted("links", foreign=1)


@kinds
async def test_a_word_of_one_kind_opens_no_other(street: Street, kind: Kind) -> None:
    for other in KINDS.values():
        if other is not kind:
            assert (await follow(street, kind, other.word(street.links))).status == kind.bad
            counted("links", of_another_kind=1)


@pytest.mark.parametrize("name", ["media", "page"])
async def test_a_link_that_is_over_opens_nothing(street: Street, name: str) -> None:
    kind = KINDS[name]
    word = kind.word(street.links)
    await street.clock.advance(LIFE_S - 1)
    assert (await follow(street, kind, word)).status == kind.good
    await street.clock.advance(2)
    assert (await follow(street, kind, word)).status == kind.bad
    counted("links", expired=1)
