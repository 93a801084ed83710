"""Day 2: the baking plan of a day."""

import pytest

DAY = "2026-05-08"


@pytest.fixture
def shop(shop_at):
    return shop_at("2026-05-04T09:00:00Z")


def order(shop, *lines, day=DAY):
    body = {
        "customer": "Ada",
        "pickupDay": day,
        "lines": [{"productId": product, "quantity": quantity} for product, quantity in lines],
    }
    reply = shop.post("/orders", json=body)
    assert reply.status_code == 201
    return reply.json()["id"]


def plan(shop, day=DAY):
    reply = shop.get(f"/days/{day}/plan")
    assert reply.status_code == 200
    return reply.json()


def test_a_day_without_orders_has_nothing_to_bake(shop):
    assert plan(shop) == {"day": DAY, "products": [], "flourGrams": 0, "ovenMinutes": 0}


def test_orders_become_whole_batches(shop):
    order(shop, ("country-loaf", 11))
    assert plan(shop)["products"] == [
        {"productId": "country-loaf", "name": "Country loaf", "pieces": 11, "batches": 2, "spare": 5}
    ]


def test_a_full_batch_leaves_nothing_to_spare(shop):
    order(shop, ("seeded-roll", 48))
    [rolls] = plan(shop)["products"]
    assert (rolls["batches"], rolls["spare"]) == (2, 0)


def test_pieces_of_all_orders_share_batches(shop):
    order(shop, ("country-loaf", 3))
    order(shop, ("country-loaf", 5))
    [loaves] = plan(shop)["products"]
    assert (loaves["pieces"], loaves["batches"], loaves["spare"]) == (8, 1, 0)


def test_a_product_named_twice_in_one_order_is_added_up(shop):
    order(shop, ("butter-croissant", 6), ("butter-croissant", 6))
    [croissants] = plan(shop)["products"]
    assert (croissants["pieces"], croissants["batches"]) == (12, 1)


def test_cancelled_orders_are_not_baked(shop):
    order(shop, ("country-loaf", 8))
    shop.delete(f"/orders/{order(shop, ('country-loaf', 30))}")
    [loaves] = plan(shop)["products"]
    assert loaves["pieces"] == 8


def test_other_days_are_left_out(shop):
    order(shop, ("country-loaf", 8), day="2026-05-09")
    assert plan(shop)["products"] == []


def test_what_bakes_longest_comes_first_and_then_goes_by_name(shop):
    order(shop, ("seeded-roll", 1), ("butter-croissant", 1), ("country-loaf", 1), ("rye-tin-loaf", 1))
    names = [product["name"] for product in plan(shop)["products"]]
    assert names == ["Rye tin loaf", "Country loaf", "Butter croissant", "Seeded roll"]


def test_flour_and_oven_time_are_those_of_whole_batches(shop):
    order(shop, ("rye-tin-loaf", 7), ("seeded-roll", 10))
    order(shop, ("seeded-roll", 14))
    whole = plan(shop)
    assert whole["flourGrams"] == 2 * 4_500 + 1_920
    assert whole["ovenMinutes"] == 2 * 75 + 18


def test_a_day_that_is_not_in_the_calendar_is_refused(shop):
    assert shop.get("/days/2026-02-30/plan").status_code == 422


def test_products_are_still_listed(shop):
    assert [product["id"] for product in shop.get("/products").json()] == [
        "country-loaf",
        "seeded-roll",
        "butter-croissant",
        "rye-tin-loaf",
    ]


def test_a_day_is_still_shown_without_its_plan(shop):
    reply = shop.get(f"/days/{DAY}")
    assert reply.status_code == 200
    assert reply.json()["takesOrders"] is True
