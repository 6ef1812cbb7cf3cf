"""Money in escrow for a project of the tests, so that it may book."""

from datetime import UTC, datetime

from yesif.apps.money.actions import escrow
from yesif.base.money import Money

AT = datetime(2026, 11, 1, tzinfo=UTC)


def fund(project_id: str, minor: int = 10_000_000, currency: str = "EUR", key: str = "") -> str:
    """Pay in for this project's fees; returns the project's id."""
    escrow.deposit(
        project_id=project_id, money=Money(minor, currency), key=key or f"{project_id}:test", line=lambda _: 1, now=AT
    )
    return project_id
