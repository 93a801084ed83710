"""Pre-orders of a corner bakery."""
