"""Live figures on a listing: counted from the books and the room, never typed."""

from dataclasses import dataclass

from yesif.apps.money.queries import fees


@dataclass(frozen=True, slots=True)
class Figures:
    """None where there is too little to say anything true."""

    median_days_to_paid: float | None
    unpaid_percent: float | None


def of_project(project_id: str) -> Figures:
    """This project's figures, as far as the books have them."""
    days = fees.days_to_paid(project_id)
    back, whole = fees.unpaid_share(project_id)
    return Figures(None if days is None else round(days, 1), round(100 * back / whole, 1) if whole else None)
