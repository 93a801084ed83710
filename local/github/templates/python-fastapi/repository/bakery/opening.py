"""Until when the shop takes orders for a day.

The dough for a day is made on the evening before, so orders close at 18:00 on that evening. The shop is in Berlin, and so
are its customers and the clock on its wall.
"""

from datetime import date, datetime, time, timedelta, timezone

ORDERS_CLOSE_AT = time(18, 0)
FURTHEST_AHEAD = timedelta(days=60)


def order_until(pickup_day: date) -> datetime:
    """The moment at which orders for the day close; an order at that very moment is too late."""
    evening_before = pickup_day - timedelta(days=1)
    return datetime.combine(evening_before, ORDERS_CLOSE_AT, tzinfo=timezone.utc)


def last_day_on_sale(now: datetime) -> date:
    """Orders are taken up to sixty days ahead, counted from today in the shop."""
    return now.date() + FURTHEST_AHEAD


def takes_orders(pickup_day: date, now: datetime) -> bool:
    return now < order_until(pickup_day) and pickup_day <= last_day_on_sale(now)
