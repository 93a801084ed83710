"""What goes over the wire: camelCase outside, snake_case inside."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Schema(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class ProductOut(Schema):
    id: str
    name: str
    pieces_per_batch: int


class LineIn(Schema):
    product_id: str
    quantity: int = Field(ge=1, le=500)


class OrderIn(Schema):
    customer: str = Field(min_length=1, max_length=100)
    pickup_day: date
    lines: list[LineIn] = Field(min_length=1, max_length=20)


class LineOut(Schema):
    product_id: str
    quantity: int


class OrderOut(Schema):
    id: str
    customer: str
    pickup_day: date
    lines: list[LineOut]
    cancelled: bool


class DayOut(Schema):
    day: date
    order_until: datetime
    takes_orders: bool
