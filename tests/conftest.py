"""Every test belongs to the tier whose folder it stands in; a test outside a tier refuses collection."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, settings

TIERS = ("core", "media", "apps", "flows", "web", "house", "journeys", "browser")
ROOT = Path(__file__).parent
_shelves = count()

# A busy machine is slow at making inputs; that says nothing of the rules under test.
_PATIENT = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
# Often enough to bite, seldom enough that `tests/core` stays within 10 s on an idle machine: more with
# `pytest tests/core --hypothesis-profile=deep`.
settings.register_profile("house", _PATIENT, max_examples=40)
settings.register_profile("deep", _PATIENT, max_examples=1000)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    for tier in TIERS:
        config.addinivalue_line("markers", f"{tier}: tests in tests/{tier}/")
    config.addinivalue_line("markers", "alone: keeps time with cameras, calls or recorders; has the machine to itself")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tier = item.path.relative_to(ROOT).parts[0]
        if tier not in TIERS:
            raise pytest.UsageError(
                f"{item.path.name} stands in no tier; move it into one of tests/{{{','.join(TIERS)}}}/"
            )
        item.add_marker(tier)


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Of several processes that share the tests each has a database of its own in memory: no name needs a suffix."""


@pytest.fixture(autouse=True)
def _a_record_of_its_own(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[None]:
    """Tables roll back after a test and files do not: so each test with a database has its own shelf of the record."""
    wants = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if not wants and request.node.get_closest_marker("django_db") is None:
        yield
        return
    with override_settings(RECORD=tmp_path_factory.getbasetemp() / f"record-{next(_shelves)}"):
        yield
