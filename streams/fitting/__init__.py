"""Fitting the models of lifetime value to purchases, and judging them by what came later."""
