"""The HTTP side of the shop."""

from datetime import date

from fastapi import FastAPI, HTTPException

from bakery.clock import Clock, system_clock
from bakery.opening import order_until, takes_orders
from bakery.orders import Order, OrderBook, OrderLine
from bakery.products import CATALOGUE, Product
from bakery.schemas import DayOut, OrderIn, OrderOut, ProductOut


def create_app(clock: Clock = system_clock, catalogue: tuple[Product, ...] = CATALOGUE) -> FastAPI:
    """The whole service with an empty order book."""
    app = FastAPI(title="Bakery")
    products = {product.id: product for product in catalogue}
    book = OrderBook()

    def find_order(order_id: str) -> Order:
        order = book.find(order_id)
        if order is None:
            raise refusal(404, "not_found", "There is no such order.")
        return order

    @app.get("/products")
    def list_products() -> list[ProductOut]:
        return [ProductOut.model_validate(product) for product in catalogue]

    @app.get("/days/{day}")
    def show_day(day: date) -> DayOut:
        return DayOut(day=day, order_until=order_until(day), takes_orders=takes_orders(day, clock()))

    @app.post("/orders", status_code=201)
    def place_order(wanted: OrderIn) -> OrderOut:
        for line in wanted.lines:
            if line.product_id not in products:
                raise refusal(422, "unknown_product", f"There is no product {line.product_id}.")
        if not takes_orders(wanted.pickup_day, clock()):
            raise refusal(409, "not_on_sale", f"Orders for {wanted.pickup_day} are not taken now.")
        lines = tuple(OrderLine(line.product_id, line.quantity) for line in wanted.lines)
        return OrderOut.model_validate(book.place(wanted.customer, wanted.pickup_day, lines))

    @app.get("/orders/{order_id}")
    def show_order(order_id: str) -> OrderOut:
        return OrderOut.model_validate(find_order(order_id))

    @app.delete("/orders/{order_id}")
    def cancel_order(order_id: str) -> OrderOut:
        return OrderOut.model_validate(book.cancel(find_order(order_id)))

    return app


def refusal(status: int, code: str, message: str) -> HTTPException:
    return HTTPException(status, {"code": code, "message": message})
