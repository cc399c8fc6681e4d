"""Ways to break a file, chosen by dice; pure."""

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.parts import mended, split

LENGTHS = (0, 1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
BYTES_MAX = 2_000_000
# What any file may gain by accident or malice.
FOREIGN = (b"PK\x03\x04", b"<html>", b"%PDF-1.7\n", b"\xff\xd9", b"IEND", b"\0" * 64, b"\xff" * 64)
Mutation = Callable[[bytes, Random, Sequence[bytes]], bytes]


def mutated(data: bytes, dice: Random, others: Sequence[bytes]) -> tuple[str, bytes]:
    """The file broken in one to three ways, and their names."""
    names: list[str] = []
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3))):
        mutation = dice.choice(MUTATIONS)
        data = mutation(data, dice, others)[:BYTES_MAX]
        names.append(mutation.__name__)
    return "+".join(names), data


def flip_bits(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """A few bits anywhere."""
    broken = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8, 64))):
        if broken:
            broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
    return bytes(broken)


def flip_early(data: bytes, dice: Random, others: Sequence[bytes]) -> bytes:
    """The same where headers are."""
    return flip_bits(data[:128], dice, others) + data[128:]


def set_bytes(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """A run of one value."""
    at, length = _place(data, dice), dice.choice((1, 4, 16, 256))
    return data[:at] + bytes([dice.choice((0, 1, 127, 128, 255))]) * length + data[at + length :]


def cut_off(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """The end is missing."""
    return data[: _place(data, dice)]


def leave_out(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """A piece is missing."""
    at = _place(data, dice)
    return data[:at] + data[at + dice.choice((1, 3, 16, 300)) :]


def repeat(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """A piece comes again, often."""
    at, length = _place(data, dice), dice.choice((1, 8, 64, 512))
    return data[:at] + data[at : at + length] * dice.choice((2, 2, 50, 1000)) + data[at + length :]


def insert(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """Something else in the middle."""
    at, noise = _place(data, dice), dice.randbytes(dice.choice((1, 4, 64, 1024)))
    return data[:at] + dice.choice((*FOREIGN, noise)) + data[at:]


def swap_halves(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """The end first, or behind the first bytes."""
    keep, at = dice.choice((0, 16, 64)), _place(data, dice)
    return data[:keep] + data[max(at, keep) :] + data[keep:at]


def splice(data: bytes, dice: Random, others: Sequence[bytes]) -> bytes:
    """One file's beginning, another's end."""
    other = dice.choice(others)
    return data[: _place(data, dice)] + other[_place(other, dice) :]


def append(data: bytes, dice: Random, others: Sequence[bytes]) -> bytes:
    """Another file behind this one."""
    return data + dice.choice((*others, *FOREIGN))


def lie_about_length(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """A number where a number may be."""
    size, value = dice.choice((1, 2, 4)), dice.choice(LENGTHS)
    number = (value % (1 << 8 * size)).to_bytes(size, dice.choice(("big", "little")))
    at = dice.randrange(min(len(data), 400)) if data and dice.random() < 0.7 else _place(data, dice)
    return data[:at] + number + data[at + size :]


def shuffle_parts(data: bytes, dice: Random, _others: Sequence[bytes]) -> bytes:
    """Chunks, segments or blocks in another order, twice, or not at all."""
    parts = split(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        at, to = dice.randrange(len(parts)), dice.randrange(len(parts))
        what = dice.randrange(4)
        if what == 0:
            parts[at], parts[to] = parts[to], parts[at]
        elif what == 1:
            parts[to:to] = [parts[at]] * dice.choice((1, 2, 300))
        elif what == 2 and len(parts) > 1:
            del parts[at]
        else:
            parts.insert(to, parts[at][:8] + dice.randbytes(20))
    return _joined(parts, dice)


def break_part(data: bytes, dice: Random, others: Sequence[bytes]) -> bytes:
    """The inside of one part, its checksum made good again."""
    parts = split(data)
    at = dice.randrange(len(parts))
    inner = dice.choice((flip_bits, set_bytes, leave_out, lie_about_length))
    parts[at] = parts[at][:8] + inner(parts[at][8:], dice, others)
    return _joined(parts, dice)


def lend_part(data: bytes, dice: Random, others: Sequence[bytes]) -> bytes:
    """A part of another file among the parts of this one."""
    parts, lent = split(data), split(dice.choice(others))
    parts.insert(dice.randrange(len(parts) + 1), dice.choice(lent))
    return _joined(parts, dice)


def _joined(parts: list[bytes], dice: Random) -> bytes:
    return mended(parts) if parts and dice.random() < 0.8 else b"".join(parts)


def _place(data: bytes, dice: Random) -> int:
    return dice.randrange(len(data) + 1)


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits, flip_early, set_bytes, cut_off, leave_out, repeat, insert, swap_halves, splice,
    append, lie_about_length, lie_about_length, shuffle_parts, shuffle_parts, break_part,
    break_part, break_part, lend_part,
)  # fmt: skip
