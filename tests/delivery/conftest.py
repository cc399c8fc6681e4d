"""Fixtures of the delivery's tests."""

import pytest

from tests.delivery.views import NOW
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    """Stands at the moment from which views count."""
    return FakeClock(NOW)
