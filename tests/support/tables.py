"""A parametrized test as a table: a name for each column, and rows that begin with a promise.

    @table("day cost", ("in time", 5, 0), ("a day late", 6, 503))
    def test_a_payment(day: int, cost: int) -> None: ...

Where the figures speak for themselves, a row has no promise of its own.
"""

from typing import Any

import pytest


def table(columns: str, *rows: Any) -> pytest.MarkDecorator:
    """One test for each row: as many values as there are columns, or its promise before them."""
    names, cases = columns.split(), []
    for row in rows:
        values = list(row) if isinstance(row, tuple) else [row]
        promise = values.pop(0) if len(values) == len(names) + 1 else None
        assert len(values) == len(names), f"expected a value for each of {names}, found {row}"
        cases.append(pytest.param(*values, id=promise))
    return pytest.mark.parametrize(names, cases)
