"""What the bakery bakes. An oven load is one batch of one product."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    id: str
    name: str
    pieces_per_batch: int
    flour_grams_per_batch: int
    bake_minutes_per_batch: int


CATALOGUE = (
    Product("country-loaf", "Country loaf", 8, 4_800, 50),
    Product("seeded-roll", "Seeded roll", 24, 1_920, 18),
    Product("butter-croissant", "Butter croissant", 20, 1_200, 18),
    Product("rye-tin-loaf", "Rye tin loaf", 6, 4_500, 75),
)
