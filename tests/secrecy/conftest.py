"""What the tests of this folder share."""

from tests.test_log import logs

__all__ = ["logs"]
