"""Puts what looks back on all conversations behind them."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked ``last`` come last, whatever order the others have."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)
