"""A shop whose clock the test sets."""

from collections.abc import Callable
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from bakery.app import create_app


@pytest.fixture
def shop_at() -> Callable[[str], TestClient]:
    """`shop_at("2026-07-01T12:00:00Z")` is an empty shop at that moment."""

    def open_shop(moment: str) -> TestClient:
        now = datetime.fromisoformat(moment.replace("Z", "+00:00"))
        return TestClient(create_app(clock=lambda: now))

    return open_shop
