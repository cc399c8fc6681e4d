"""What members read when a provider's side failed."""

import pytest

from bot import errors

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ProviderError)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_failure_says_that_it_cost_nothing_and_what_to_do_now(
    kind: type[errors.ProviderError],
) -> None:
    _, found, now = kind.default.partition("You were not charged")
    assert found
    assert len(now) > len(". Try again.")
