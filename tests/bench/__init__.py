"""How fast, at what cost: measured, never asserted."""
