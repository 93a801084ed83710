"""The time, as something that can be replaced in tests."""

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]
"""Returns the moment it is now, always with its time zone."""


def system_clock() -> datetime:
    return datetime.now(timezone.utc)
