"""Histograms of values, for tests."""

from agents.models.histogram import Histogram


def counted(*values: int) -> Histogram:
    """The histogram of these values, added one by one."""
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram
