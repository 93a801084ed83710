"""Orders and the book they are kept in."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4


@dataclass(frozen=True)
class OrderLine:
    product_id: str
    quantity: int


@dataclass(frozen=True)
class Order:
    id: str
    customer: str
    pickup_day: date
    lines: tuple[OrderLine, ...]
    cancelled: bool = False


class OrderBook:
    """All orders, in memory: one process serves one shop."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}

    def place(self, customer: str, pickup_day: date, lines: tuple[OrderLine, ...]) -> Order:
        return self._save(Order(str(uuid4()), customer, pickup_day, lines))

    def find(self, order_id: str) -> Order | None:
        return self._orders.get(order_id)

    def for_day(self, day: date) -> list[Order]:
        """Everything ordered for the day, cancelled orders included."""
        return [order for order in self._orders.values() if order.pickup_day == day]

    def cancel(self, order: Order) -> Order:
        return self._save(replace(order, cancelled=True))

    def _save(self, order: Order) -> Order:
        self._orders[order.id] = order
        return order
