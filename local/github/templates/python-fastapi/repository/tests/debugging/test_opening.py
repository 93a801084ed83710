"""Day 3: orders close at 18:00 on the evening before, by the clock on the shop's wall in Berlin."""

from datetime import datetime

import pytest


def order(shop, pickup_day):
    body = {"customer": "Ada", "pickupDay": pickup_day, "lines": [{"productId": "country-loaf", "quantity": 1}]}
    return shop.post("/orders", json=body)


@pytest.mark.parametrize(
    ("season", "moment", "pickup_day"),
    [
        ("winter", "2026-01-15T16:59:59Z", "2026-01-16"),
        ("summer", "2026-07-02T15:59:59Z", "2026-07-03"),
    ],
)
def test_a_second_before_six_is_in_time(shop_at, season, moment, pickup_day):
    assert order(shop_at(moment), pickup_day).status_code == 201


@pytest.mark.parametrize(
    ("season", "moment", "pickup_day"),
    [
        ("winter", "2026-01-15T17:00:00Z", "2026-01-16"),
        ("summer", "2026-07-02T16:00:00Z", "2026-07-03"),
    ],
)
def test_six_sharp_is_too_late(shop_at, season, moment, pickup_day):
    reply = order(shop_at(moment), pickup_day)
    assert reply.status_code == 409
    assert reply.json()["detail"]["code"] == "not_on_sale"


@pytest.mark.parametrize(
    ("pickup_day", "closes"),
    [
        ("2026-01-16", "2026-01-15T18:00:00+01:00"),
        ("2026-07-03", "2026-07-02T18:00:00+02:00"),
        ("2026-03-29", "2026-03-28T18:00:00+01:00"),
        ("2026-03-30", "2026-03-29T18:00:00+02:00"),
    ],
)
def test_a_day_shows_until_when_it_takes_orders(shop_at, pickup_day, closes):
    shown = shop_at("2026-01-02T12:00:00Z").get(f"/days/{pickup_day}").json()["orderUntil"]
    assert datetime.fromisoformat(shown.replace("Z", "+00:00")) == datetime.fromisoformat(closes)


def test_sixty_days_ahead_are_counted_from_today_in_the_shop(shop_at):
    just_after_midnight = shop_at("2026-07-01T22:30:00Z")
    assert order(just_after_midnight, "2026-08-31").status_code == 201
    assert order(just_after_midnight, "2026-09-01").status_code == 409


def test_a_day_that_is_over_takes_no_orders(shop_at):
    assert order(shop_at("2026-01-15T12:00:00Z"), "2026-01-14").status_code == 409


def test_a_day_next_week_takes_orders_at_any_hour(shop_at):
    assert order(shop_at("2026-01-15T22:00:00Z"), "2026-01-22").status_code == 201
