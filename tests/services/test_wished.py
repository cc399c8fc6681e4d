"""What a reply says."""

import pytest

from bot.services.wished import Wished, wished

ME, OTHER = 11, 22


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", Wished("", None, False)),
        (f"<@{ME}>", Wished("", None, True)),
        (f"<@!{ME}> a red boat", Wished("a red boat", None, True)),
        (f"a boat for <@{OTHER}>", Wished(f"a boat for <@{OTHER}>", None, False)),
        ("2: a red boat", Wished("a red boat", 2, False)),
        (f"<@{ME}> #3) a red\nboat", Wished("a red\nboat", 3, True)),
        ("2:", Wished("", 2, False)),
        ("0: a boat", Wished("0: a boat", None, False)),
        ("2 boats", Wished("2 boats", None, False)),
        ("100: boats", Wished("100: boats", None, False)),
        ("12.5 boats, 1:2", Wished("12.5 boats, 1:2", None, False)),
    ],
)
def test_text_number_and_whether_it_was_called(content: str, expected: Wished) -> None:
    assert wished(content, ME) == expected
