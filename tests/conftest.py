"""Every test belongs to the tier whose folder it stands in; a test outside a tier refuses collection."""

from pathlib import Path

import pytest

TIERS = ("core", "media", "apps", "flows", "web", "house", "journeys", "browser")
ROOT = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    for tier in TIERS:
        config.addinivalue_line("markers", f"{tier}: tests in tests/{tier}/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tier = item.path.relative_to(ROOT).parts[0]
        if tier not in TIERS:
            raise pytest.UsageError(
                f"{item.path.name} stands in no tier; move it into one of tests/{{{','.join(TIERS)}}}/"
            )
        item.add_marker(tier)
